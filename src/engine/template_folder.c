// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A folder of the user's own templates. Whatever lies there is either used or refused by name, so that a file with a
// misspelt name is not passed over in silence; only what editors and systems leave behind (".chunk.txt.swp",
// "chunk.txt~") is.
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"
#include "engine/template_text.h"
#include "text/typo.h"
#include "text/utf8.h"

#define MARKUP "markup"

// Nine of them, quoted, fit BUF_MAX_PIECE.
enum { TEXT_BYTES = 48 * 1024, FILE_NAME_SIZE = 32 };

struct folder {
    const char *dir;
    struct templates *into;
    int found;
    struct err err;
};

static const char *file_name(enum template_id id, char out[FILE_NAME_SIZE])
{
    (void)snprintf(out, FILE_NAME_SIZE, "%s.txt", template_name(id));
    return out;
}

static bool is_left_over(const char *name)
{
    return name[0] == '.' || name[strlen(name) - 1] == '~';
}

static bool refuse_name(const struct folder *f, const char *name, struct err *e)
{
    char names[TEMPLATE_COUNT][FILE_NAME_SIZE];
    const char *list[TEMPLATE_COUNT + 1];
    for (int i = 0; i < TEMPLATE_COUNT; i++) list[i] = file_name((enum template_id)i, names[i]);
    list[TEMPLATE_COUNT] = MARKUP;
    const char *near = typo_nearest(name, list, ARRAY_LEN(list));
    if (near) return err_set(e, ERR_USAGE, "'%s/%s' is no template, did you mean '%s'?", f->dir, name, near);
    return err_set(e, ERR_USAGE,
                   "'%s/%s' is no template, expected rules.txt, bible.txt, acts.txt, outline.txt, opening.txt, "
                   "chunk.txt, flat.txt, recap.txt, merge.txt or markup",
                   f->dir, name);
}

// Only rules may be empty: a book without rules of its own.
static bool take_text(struct folder *f, enum template_id id, const char *path, const struct buf *file, struct err *e)
{
    bool marked = file->len >= 3 && memcmp(file->data, "\xEF\xBB\xBF", 3) == 0, pending_cr = false;
    const char *text = file->data + (marked ? 3 : 0);
    if (strlen(file->data) < file->len) return err_set(e, ERR_USAGE, "template '%s': found a NUL byte", path);
    if (id != TEMPLATE_RULES && text[strspn(text, " \t\r\n")] == '\0')
        return err_set(e, ERR_USAGE, "template '%s' is empty; without the file the built-in one is used", path);
    if (!template_check_text(id, path, text, e)) return false;
    struct buf clean;
    buf_init(&clean, TEXT_BYTES);
    utf8_prose(&clean, text, strlen(text), &pending_cr);
    f->into->text[id] = mem_strndup(clean.data, clean.len);
    buf_release(&clean);
    f->found++;
    return true;
}

static bool read_template(struct folder *f, enum template_id id, const char *path, struct err *e)
{
    struct buf file;
    struct err why = ERR_INIT;
    buf_init(&file, TEXT_BYTES);
    bool ok = file_read(path, &file, &why) == FILE_READ_OK;
    if (ok)
        ok = take_text(f, id, path, &file, e);
    else
        err_set(e, ERR_USAGE, "%s", why.code ? why.text : "a template went away while it was read");
    buf_release(&file);
    return ok;
}

static bool take_name(struct folder *f, const char *name, struct err *e)
{
    char known[FILE_NAME_SIZE];
    if (is_left_over(name)) return true;
    if (strcmp(name, MARKUP) == 0) {
        f->into->markup = true;
        return true;
    }
    for (int i = 0; i < TEMPLATE_COUNT; i++) {
        if (strcmp(name, file_name((enum template_id)i, known)) != 0) continue;
        char *path = mem_printf("%s/%s", f->dir, name);
        bool ok = read_template(f, (enum template_id)i, path, e);
        free(path);
        return ok;
    }
    return refuse_name(f, name, e);
}

static bool on_name(void *arg, const char *name)
{
    struct folder *f = arg;
    return take_name(f, name, &f->err);
}

// Only what the folder itself holds: the other texts are NULL.
static bool read_own(struct templates *out, const char *dir, struct err *e)
{
    struct folder f = {.dir = dir, .into = out, .err = ERR_INIT};
    struct err listing = ERR_INIT;
    *out = (struct templates){0};
    bool ok = file_list(dir, on_name, &f, &listing);
    if (f.err.code)
        *e = f.err;
    else if (!ok)
        *e = listing;
    else if (f.found == 0)
        ok = err_set(e, ERR_USAGE, "folder '%s' holds no template, expected at least one, such as chunk.txt", dir);
    if (!ok) {
        e->code = ERR_USAGE; // also where the file system said so
        templates_release(out);
    }
    return ok;
}

static bool is_folder(const char *dir)
{
    struct stat st;
    return stat(dir, &st) == 0 && S_ISDIR(st.st_mode);
}

bool templates_read(struct templates *out, const char *dir, struct err *e)
{
    *out = (struct templates){0};
    if (!is_folder(dir)) return err_set(e, ERR_USAGE, "there is no folder '%s'", dir);
    return read_own(out, dir, e) && templates_complete(out, BOOK_NOVEL, e);
}

bool templates_changed(const struct templates *pinned, const char *dir, char file[TEMPLATE_FILE_SIZE], struct err *e)
{
    struct templates now;
    *file = '\0';
    if (!is_folder(dir)) return true;
    if (!read_own(&now, dir, e)) return false;
    for (int i = 0; i < TEMPLATE_COUNT && !*file; i++)
        if (now.text[i] && strcmp(now.text[i], pinned->text[i]) != 0)
            (void)snprintf(file, TEMPLATE_FILE_SIZE, "%s.txt", template_name((enum template_id)i));
    if (!*file && now.markup && !pinned->markup) (void)snprintf(file, TEMPLATE_FILE_SIZE, "%s", MARKUP);
    templates_release(&now);
    return true;
}
