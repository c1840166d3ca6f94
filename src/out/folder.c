// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Making and recognising a book's folder.
#include "out/folder.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"

static const char mark[] = OUT_FOLDER_MARK;
enum { NAMES_TRIED = 1000 };

enum bears { BEARS_NONE, BEARS_OURS, BEARS_ANOTHER };

static enum bears mark_of(const char *path, const char *uuid)
{
    char file[1200];
    (void)snprintf(file, sizeof(file), "%s/%s", path, mark);
    struct buf text;
    struct err ignored = ERR_INIT;
    enum bears which = BEARS_NONE;
    buf_init(&text, BUF_MAX_LINE);
    if (file_read(file, &text, &ignored) == FILE_READ_OK && text.len > 0)
        which = strncmp(text.data, uuid, strlen(uuid)) == 0 ? BEARS_OURS : BEARS_ANOTHER;
    buf_release(&text);
    return which;
}

bool out_folder_is_of(const char *path, const char *uuid)
{
    return mark_of(path, uuid) == BEARS_OURS;
}

bool out_folder_is_away(const char *path, const char *uuid)
{
    return !file_exists(path) || mark_of(path, uuid) == BEARS_ANOTHER;
}

// A folder that is empty, or holds but the temporary of a mark, is one that we were making when the power went.
static bool count_name(void *arg, const char *name)
{
    static const char temporary[] = "." OUT_FOLDER_MARK ".";
    if (strncmp(name, temporary, sizeof(temporary) - 1) == 0) return true;
    ++*(int *)arg;
    return false;
}

static bool is_empty(const char *path)
{
    int names = 0;
    struct err ignored = ERR_INIT;
    return file_list(path, count_name, &names, &ignored) && names == 0;
}

static bool mark_folder(const char *path, const char *uuid, struct err *e)
{
    char file[1200], line[80];
    (void)snprintf(file, sizeof(file), "%s/%s", path, mark);
    int n = snprintf(line, sizeof(line), "%s\n", uuid);
    return file_mkdirs(path, 0755, e) && file_publish(file, line, (size_t)n, e);
}

bool out_folder_make(char *out, size_t size, const char *parent, int64_t id, const char *slug, const char *uuid,
                     struct err *e)
{
    for (int n = 1; n <= NAMES_TRIED; n++) {
        char suffix[16] = "";
        if (n > 1) (void)snprintf(suffix, sizeof(suffix), "-%d", n);
        int len = snprintf(out, size, "%s/books/%lld-%s%s", parent, (long long)id, slug, suffix);
        if (len < 0 || (size_t)len >= size)
            return err_set(e, ERR_STORE, "the path '%s' is too long for a book's folder", parent);
        if (!file_exists(out) || is_empty(out)) return mark_folder(out, uuid, e);
        if (out_folder_is_of(out, uuid)) return true;
    }
    return err_set(e, ERR_STORE, "cannot find a free name for a book's folder in '%s/books'", parent);
}

// ---- one that is not where it was ----------------------------------------------------------------------------------

struct search {
    const char *dir, *uuid;
    char *out;
    size_t size;
    bool found;
};

// Ends the listing with the first that is it.
static bool look_into(void *arg, const char *name)
{
    struct search *s = arg;
    int len = snprintf(s->out, s->size, "%s/%s", s->dir, name);
    s->found = len > 0 && (size_t)len < s->size && out_folder_is_of(s->out, s->uuid);
    return !s->found;
}

bool out_folder_find(char *out, size_t size, const char *dir, const char *uuid)
{
    struct search s = {.dir = dir, .uuid = uuid, .out = out, .size = size};
    struct err ignored = ERR_INIT;
    int len = snprintf(out, size, "%s", dir);
    if (len > 0 && (size_t)len < size && out_folder_is_of(dir, uuid)) return true;
    (void)file_list(dir, look_into, &s, &ignored);
    return s.found;
}

bool out_folder_beside(char *out, size_t size, const char *was, const char *uuid)
{
    char parent[1100];
    const char *slash = strrchr(was, '/');
    int len = slash ? snprintf(parent, sizeof(parent), "%.*s", (int)(slash - was), was) : 0;
    return len > 0 && (size_t)len < sizeof(parent) && out_folder_find(out, size, parent, uuid);
}
