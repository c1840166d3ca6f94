// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Making and recognising a book's folder.
#include "out/folder.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/file.h"

static const char mark[] = OUT_FOLDER_MARK;
enum { NAMES_TRIED = 1000 };

static bool read_mark(const char *path, struct buf *text)
{
    char file[1200];
    struct err ignored = ERR_INIT;
    (void)snprintf(file, sizeof(file), "%s/%s", path, mark);
    return file_read(file, text, &ignored) == FILE_READ_OK;
}

static bool bears(const struct buf *text, const char *uuid)
{
    return text->len >= strlen(uuid) && strncmp(text->data, uuid, strlen(uuid)) == 0;
}

bool out_folder_is_of(const char *path, const char *uuid)
{
    struct buf text;
    buf_init(&text, BUF_MAX_LINE);
    bool is = read_mark(path, &text) && bears(&text, uuid);
    buf_release(&text);
    return is;
}

bool out_folder_is_away(const char *path, const char *uuid)
{
    struct buf text;
    buf_init(&text, BUF_MAX_LINE);
    bool another = read_mark(path, &text) && text.len > 0 && !bears(&text, uuid);
    buf_release(&text);
    return another || !file_exists(path);
}

// By what it is, not by its name: a link to it leads there as well. One that is gone holds nothing.
static bool is_other_home(const char *named, const char *home)
{
    char db[1200];
    struct stat there, here;
    (void)snprintf(db, sizeof(db), "%s/novelgen.db", named);
    if (!file_exists(db) || stat(named, &there) != 0 || stat(home, &here) != 0) return false;
    return there.st_dev != here.st_dev || there.st_ino != here.st_ino;
}

bool out_folder_is_ours(const char *path, const char *uuid, const char *home)
{
    struct buf text;
    buf_init(&text, BUF_MAX_LINE);
    bool ours = read_mark(path, &text) && bears(&text, uuid);
    char *line = ours && home != NULL ? strstr(text.data, "\n/") : NULL;
    if (line != NULL) {
        line++;
        line[strcspn(line, "\n")] = '\0';
        ours = !is_other_home(line, home);
    }
    buf_release(&text);
    return ours;
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

static bool mark_folder(const char *path, const char *uuid, const char *home, struct err *e)
{
    char file[1200];
    struct buf text;
    (void)snprintf(file, sizeof(file), "%s/%s", path, mark);
    buf_init(&text, BUF_MAX_LINE);
    buf_addf(&text, "%s\n", uuid);
    if (home != NULL && home[0] == '/' && strchr(home, '\n') == NULL) buf_addf(&text, "%s\n", home);
    bool ok = file_mkdirs(path, 0755, e) && file_publish(file, text.data, text.len, e);
    buf_release(&text);
    return ok;
}

bool out_folder_make(char *out, size_t size, const char *parent, int64_t id, const char *slug, const char *uuid,
                     const char *home, struct err *e)
{
    for (int n = 1; n <= NAMES_TRIED; n++) {
        char suffix[16] = "";
        if (n > 1) (void)snprintf(suffix, sizeof(suffix), "-%d", n);
        int len = snprintf(out, size, "%s/books/%lld-%s%s", parent, (long long)id, slug, suffix);
        if (len < 0 || (size_t)len >= size)
            return err_set(e, ERR_STORE, "the path '%s' is too long for a book's folder", parent);
        if (!file_exists(out) || is_empty(out)) return mark_folder(out, uuid, home, e);
        if (out_folder_is_ours(out, uuid, home)) return mark_folder(out, uuid, home, e);
    }
    return err_set(e, ERR_STORE, "cannot find a free name for a book's folder in '%s/books'", parent);
}

// ---- one that is not where it was ----------------------------------------------------------------------------------

struct search {
    const char *dir, *uuid, *home;
    char *out;
    size_t size;
    bool found;
};

// Ends the listing with the first that is it.
static bool look_into(void *arg, const char *name)
{
    struct search *s = arg;
    int len = snprintf(s->out, s->size, "%s/%s", s->dir, name);
    s->found = len > 0 && (size_t)len < s->size && out_folder_is_ours(s->out, s->uuid, s->home);
    return !s->found;
}

bool out_folder_find(char *out, size_t size, const char *dir, const char *uuid, const char *home)
{
    struct search s = {.dir = dir, .uuid = uuid, .home = home, .out = out, .size = size};
    struct err ignored = ERR_INIT;
    int len = snprintf(out, size, "%s", dir);
    if (len > 0 && (size_t)len < size && out_folder_is_ours(dir, uuid, home)) return true;
    (void)file_list(dir, look_into, &s, &ignored);
    return s.found;
}

bool out_folder_beside(char *out, size_t size, const char *was, const char *uuid, const char *home)
{
    char parent[1100];
    const char *slash = strrchr(was, '/');
    int len = slash ? snprintf(parent, sizeof(parent), "%.*s", (int)(slash - was), was) : 0;
    return len > 0 && (size_t)len < sizeof(parent) && out_folder_find(out, size, parent, uuid, home);
}
