// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
#include "app/exported.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"

enum { PATH_SIZE = 1100, LINE_SIZE = 40 };

static bool note_path(char out[PATH_SIZE], const char *home, const char *path, struct err *e)
{
    char absolute[PATH_SIZE];
    if (!file_absolute(absolute, sizeof(absolute), path, e)) return false;
    (void)snprintf(out, PATH_SIZE, "%s/exports/%016" PRIx64, home, hash_bytes(absolute, strlen(absolute)));
    return true;
}

static void hash_line(char out[LINE_SIZE], uint64_t hash)
{
    (void)snprintf(out, LINE_SIZE, "%016" PRIx64 "\n", hash);
}

// Whether the file holds what was noted.
static bool is_ours(const char *home, const char *path, uint64_t on_disk, struct err *e)
{
    char note[PATH_SIZE], line[LINE_SIZE];
    struct buf text;
    if (!note_path(note, home, path, e)) return false;
    hash_line(line, on_disk);
    buf_init(&text, BUF_MAX_LINE);
    bool ours = file_read(note, &text, e) == FILE_READ_OK && strcmp(text.data, line) == 0;
    buf_release(&text);
    return ours;
}

bool exported_check(const char *home, const char *path, bool force, struct err *e)
{
    uint64_t hash, len;
    bool there = file_hash(path, &hash, &len, e);
    if (e->code) return false;
    if (!there || force || is_ours(home, path, hash, e)) return true;
    return err_set(
        e, ERR_USAGE,
        "'%s' is there already and was not exported from here, or was changed since; give another name with "
        "-o FILE, or write over it with --force",
        path);
}

static bool note_hash(const char *home, const char *path, struct err *e)
{
    char note[PATH_SIZE], line[LINE_SIZE], dir[PATH_SIZE];
    uint64_t hash, len;
    if (!note_path(note, home, path, e)) return false;
    if (!file_hash(path, &hash, &len, e))
        return e->code ? false : err_set(e, ERR_STORE, "'%s' was written and is gone", path);
    hash_line(line, hash);
    (void)snprintf(dir, sizeof(dir), "%s/exports", home);
    return file_mkdirs(dir, 0700, e) && file_publish(note, line, strlen(line), e);
}

void exported_note(const char *home, const char *path)
{
    struct err e = ERR_INIT;
    if (note_hash(home, path, &e)) return;
    log_line(LOG_WARN, "%s: the next export to '%s' will need --force", e.text, path);
}

bool exported_write(const char *home, const char *path, const void *data, size_t len, bool force, struct err *e)
{
    if (!exported_check(home, path, force, e) || !file_publish(path, data, len, e)) return false;
    exported_note(home, path);
    return true;
}
