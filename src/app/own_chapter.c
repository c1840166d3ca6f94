// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See include/app/own_chapter.h.
#include "app/own_chapter.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "text/utf8.h"

enum { OWN_CHAPTER_BYTES = 4 * 1024 * 1024 };

// 0: all of it is UTF-8.
static size_t own_broken_line(const char *text, size_t len)
{
    for (size_t at = 0, line = 1; at < len; line++) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t bytes = end != NULL ? (size_t)(end - text) - at : len - at;
        if (!utf8_valid(text + at, bytes)) return line;
        at += bytes + 1;
    }
    return 0;
}

static bool own_check(const struct buf *file, const char *path, struct err *e)
{
    size_t line = own_broken_line(file->data, file->len);

    if (line > 0) return err_set(e, ERR_USAGE, "'%s', line %zu: found bytes that are not UTF-8 text", path, line);
    if (strlen(file->data) < file->len) return err_set(e, ERR_USAGE, "'%s': found a NUL byte, expected text", path);
    return true;
}

// Another system's editor leaves a mark at the head and two characters for each new line.
static void own_unwrap(const struct buf *file, struct buf *out)
{
    bool marked = file->len >= 3 && memcmp(file->data, "\xEF\xBB\xBF", 3) == 0, pending_cr = false;
    size_t skip = marked ? 3 : 0;

    utf8_prose(out, file->data + skip, file->len - skip, &pending_cr);
}

// "# Title" on the first line that is not empty, closed by marks or not.
static void own_take_heading(struct own_chapter *c)
{
    const char *text = c->text.data + strspn(c->text.data, " \t\n");
    size_t marks = strspn(text, "#"), len = strcspn(text, "\n");

    if (marks == 0 || marks > 6 || text[marks] != ' ') return;
    const char *rest = text + len + strspn(text + len, "\n"), *title = text + marks;
    len -= marks;
    while (len > 0 && *title == ' ') title++, len--;
    while (len > 0 && strchr(" \t#", title[len - 1]) != NULL) len--;
    if (len > 0) c->title = mem_strndup(title, len);
    char *prose = mem_strdup(rest);
    buf_clear(&c->text);
    buf_adds(&c->text, prose);
    free(prose);
}

static bool own_take(struct own_chapter *c, const struct buf *file, const char *path, struct err *e)
{
    if (!own_check(file, path, e)) return false;
    c->hash = hash_bytes(file->data, file->len);
    c->len = file->len;
    own_unwrap(file, &c->text);
    own_take_heading(c);
    if (strspn(c->text.data, " \t\n") < c->text.len) return true;
    return err_set(e, ERR_USAGE, "'%s' holds no text: novelgen redo writes a chapter anew", path);
}

bool own_chapter_read(struct own_chapter *out, const char *path, struct err *e)
{
    struct buf file;
    bool ok = false;

    *out = (struct own_chapter){0};
    buf_init(&file, OWN_CHAPTER_BYTES);
    buf_init(&out->text, OWN_CHAPTER_BYTES + 1);
    switch (file_read(path, &file, e)) {
    case FILE_READ_OK:
        ok = own_take(out, &file, path, e);
        break;
    case FILE_READ_MISSING:
        err_set(e, ERR_USAGE, "there is no file '%s'", path);
        break;
    case FILE_READ_ERROR:
        break;
    }
    buf_release(&file);
    if (!ok) own_chapter_release(out);
    return ok;
}

void own_chapter_release(struct own_chapter *c)
{
    free(c->title);
    buf_release(&c->text);
    *c = (struct own_chapter){0};
}
