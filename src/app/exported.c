// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A file for each path, with the hash of what was written there.
#include "app/exported.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app/home.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"

enum { PATH_SIZE = 1100, LINE_SIZE = 48, HASH_DIGITS = 16 };

static bool note_path(char out[PATH_SIZE], const char *home, const char *path, struct err *e)
{
    char absolute[PATH_SIZE];
    if (!file_absolute(absolute, sizeof(absolute), path, e)) return false;
    (void)snprintf(out, PATH_SIZE, "%s/exports/%016" PRIx64, home, hash_bytes(absolute, strlen(absolute)));
    return true;
}

// A line: "HASH JOB".
static void note_line(char out[LINE_SIZE], uint64_t hash, int64_t job)
{
    (void)snprintf(out, LINE_SIZE, "%016" PRIx64 " %" PRId64 "\n", hash, job);
}

// Whether the file holds what was noted.
static bool is_ours(const char *home, const char *path, uint64_t on_disk, struct err *e)
{
    char note[PATH_SIZE], line[LINE_SIZE];
    struct buf text;
    if (!note_path(note, home, path, e)) return false;
    note_line(line, on_disk, 0);
    buf_init(&text, BUF_MAX_LINE);
    bool ours = file_read(note, &text, e) == FILE_READ_OK && strncmp(text.data, line, HASH_DIGITS) == 0;
    buf_release(&text);
    return ours;
}

bool exported_check(const char *home, const char *path, bool force, struct err *e)
{
    uint64_t hash, len;
    if (!home_check_target(home, path, e)) return false;
    bool there = file_hash(path, &hash, &len, e);
    if (e->code) return false;
    if (!there || force || is_ours(home, path, hash, e)) return true;
    return err_set(
        e, ERR_USAGE,
        "'%s' is there already and was not exported from here, or was changed since; give another name with "
        "-o FILE, or write over it with --force",
        path);
}

static bool note_hash(const char *home, const char *path, int64_t job, struct err *e)
{
    char note[PATH_SIZE], line[LINE_SIZE], dir[PATH_SIZE];
    uint64_t hash, len;
    if (!note_path(note, home, path, e)) return false;
    if (!file_hash(path, &hash, &len, e))
        return e->code ? false : err_set(e, ERR_STORE, "'%s' was written and is gone", path);
    note_line(line, hash, job);
    (void)snprintf(dir, sizeof(dir), "%s/exports", home);
    return file_mkdirs(dir, 0700, e) && file_publish(note, line, strlen(line), e);
}

void exported_note(const char *home, const char *path, int64_t job)
{
    struct err e = ERR_INIT;
    if (note_hash(home, path, job, &e)) return;
    log_line(LOG_WARN, "%s: the next export to '%s' will need --force", e.text, path);
}

bool exported_write(const char *home, const char *path, int64_t job, const void *data, size_t len, bool force,
                    struct err *e)
{
    if (!exported_check(home, path, force, e) || !file_publish(path, data, len, e)) return false;
    exported_note(home, path, job);
    return true;
}

struct forgetting {
    const char *dir;
    char job[LINE_SIZE]; // as the line ends
};

static bool forget_one(void *arg, const char *name)
{
    const struct forgetting *f = arg;
    char path[2 * PATH_SIZE];
    struct err ignored = ERR_INIT;
    struct buf text;
    (void)snprintf(path, sizeof(path), "%s/%s", f->dir, name);
    buf_init(&text, BUF_MAX_LINE);
    if (file_read(path, &text, &ignored) == FILE_READ_OK && text.len > HASH_DIGITS &&
        strcmp(text.data + HASH_DIGITS, f->job) == 0)
        (void)file_remove(path, &ignored);
    buf_release(&text);
    return true;
}

void exported_forget(const char *home, int64_t job)
{
    char dir[PATH_SIZE];
    struct forgetting f = {.dir = dir};
    struct err ignored = ERR_INIT;
    (void)snprintf(f.job, sizeof(f.job), " %" PRId64 "\n", job);
    (void)snprintf(dir, sizeof(dir), "%s/exports", home);
    (void)file_list(dir, forget_one, &f, &ignored);
}
