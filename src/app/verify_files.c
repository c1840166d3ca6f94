// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The book's folder against what its rows give. A file that is shortened, damaged or edited cannot be told apart: it
// differs. One that is still as it was written, while the rows have changed since, is outdated.
#include "app/verify_work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/book_folder.h"
#include "base/file.h"
#include "base/hash.h"
#include "engine/pages.h"
#include "out/folder.h"

enum { FILES_PATH_SIZE = 1400 };

struct files {
    struct verify_work *w;
    struct pages pages;
    int last; // the newest chapter with text
    struct err *err;
};

static void files_path(const struct files *f, char out[FILES_PATH_SIZE], const char *name)
{
    (void)snprintf(out, FILES_PATH_SIZE, "%s/%s", f->w->job->out_dir, name);
}

// ---- one file ----------------------------------------------------------------------------------------------------

// What stands on disk: false if it cannot be said, and then it was told.
static bool files_look(struct files *f, const char *name, int chapter, bool *there, uint64_t *hash)
{
    char path[FILES_PATH_SIZE];
    struct err e = ERR_INIT;
    uint64_t len;

    files_path(f, path, name);
    *there = file_hash(path, hash, &len, &e);
    if (e.code == ERR_NONE) return true;
    verify_note(f->w, "file_unreadable", chapter, 0, name, VERIFY_NOTHING, "%s", e.text);
    return false;
}

static void files_compare(struct files *f, const char *name, int chapter, uint64_t wanted)
{
    struct verify_work *w = f->w;
    struct err e = ERR_INIT;
    uint64_t hash = 0, known = 0, len;
    bool there;

    w->out->files++;
    if (!files_look(f, name, chapter, &there, &hash) || (there && hash == wanted)) return;
    bool ours = there && store_file_get(w->store, w->job->id, name, &known, &len, &e) == STORE_FOUND && known == hash;
    // The engine commits first and writes the files when the next request has left.
    if (w->written && (ours || (!there && chapter == f->last))) return;
    if (!there)
        verify_note(w, "file_missing", chapter, 0, name, VERIFY_REPAIR, "'%s' is not there", name);
    else if (ours)
        verify_note(w, "file_outdated", chapter, 0, name, VERIFY_REPAIR, "'%s' is older than the store", name);
    else
        verify_note(w, "file_differs", chapter, 0, name, chapter > 0 ? VERIFY_SYNC : VERIFY_KEEP,
                    "'%s' differs from the store", name);
}

// ---- chapters ----------------------------------------------------------------------------------------------------

static bool files_chapter(struct files *f, const struct verify_chapter *c)
{
    char name[PAGES_PATH_SIZE], part[PAGES_PATH_SIZE + 8], path[FILES_PATH_SIZE];
    struct buf out;

    if (c->chunks == 0) return true;
    pages_chapter_path(&f->pages, c->number, name);
    files_path(f, path, name);
    if (!c->complete && !f->w->finished && !file_exists(path)) return true; // it is being written
    buf_init(&out, BUF_MAX_BOOK);
    bool ok = pages_chapter(&f->pages, c->number, name, &out, f->err);
    if (ok) files_compare(f, name, c->number, hash_bytes(out.data, out.len));
    buf_release(&out);
    (void)snprintf(part, sizeof part, "%s.part", name);
    files_path(f, path, part);
    if (ok && file_exists(path) && !f->w->written)
        verify_note(f->w, "file_stale", c->number, 0, part, VERIFY_REPAIR,
                    "'%s' is left over: the chapter is complete", part);
    return ok;
}

// A chapter whose text is damaged gives no file; the damage itself was told, and the others can be looked at.
static bool files_chapters(struct files *f)
{
    struct verify_work *w = f->w;

    for (size_t i = 0; i < w->chapters_count; i++)
        if (w->chapters[i].chunks > 0) f->last = w->chapters[i].number;
    for (size_t i = 0; i < w->chapters_count; i++) {
        if (files_chapter(f, &w->chapters[i])) continue;
        if (f->err->code != ERR_DAMAGED || !w->damaged) return false;
        err_clear(f->err);
    }
    return true;
}

// ---- the others --------------------------------------------------------------------------------------------------

// While it is being written one of the two is ahead of the other.
static bool files_is_ahead(const struct files *f, const struct buf *wanted)
{
    char path[FILES_PATH_SIZE];
    struct err e = ERR_INIT;
    struct buf found;

    files_path(f, path, "live.md");
    buf_init(&found, BUF_MAX_BOOK);
    bool read = file_read(path, &found, &e) == FILE_READ_OK;
    size_t both = found.len < wanted->len ? found.len : wanted->len;
    bool ahead = e.code == ERR_NONE && (!read || memcmp(found.data, wanted->data, both) == 0);
    buf_release(&found);
    return ahead;
}

static bool files_live(struct files *f)
{
    struct buf out;
    struct pages_live_end end = {0};

    buf_init(&out, BUF_MAX_BOOK);
    bool ok = pages_live(&f->pages, &end, &out, f->err);
    if (ok && out.len > 0 && !(f->w->written && files_is_ahead(f, &out)))
        files_compare(f, "live.md", 0, hash_bytes(out.data, out.len));
    buf_release(&out);
    return ok;
}

static bool files_book(struct files *f)
{
    struct buf out;

    if (!f->w->finished) return true;
    buf_init(&out, BUF_MAX_BOOK);
    bool ok = pages_book(&f->pages, &out, f->err);
    if (ok) files_compare(f, "book.md", 0, hash_bytes(out.data, out.len));
    buf_release(&out);
    return ok;
}

static bool files_outline(struct files *f)
{
    struct buf md, json, bible;

    buf_init(&bible, BUF_MAX_PIECE);
    bool ok = store_bible_get(f->w->store, f->w->job->id, &bible, f->err);
    bool planned = bible.len > 0 && !f->w->written;
    buf_release(&bible);
    if (!ok || !planned) return ok;
    buf_init(&md, BUF_MAX_PROMPT);
    buf_init(&json, BUF_MAX_PROMPT);
    ok = pages_outline(&f->pages, &md, &json, f->err);
    if (ok) files_compare(f, "outline.md", 0, hash_bytes(md.data, md.len));
    if (ok) files_compare(f, "outline.json", 0, hash_bytes(json.data, json.len));
    buf_release(&md);
    buf_release(&json);
    return ok;
}

static bool files_is_known(const char *name)
{
    static const char *const known[] = {"book.md", "outline.md", "outline.json", "live.md"};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(name, known[i]) == 0) return true;
    return strncmp(name, "chapters/", 9) == 0;
}

// An export is what it was when it was made; what it would be today is not asked. It is made again with the whole book.
static bool files_on_export(void *arg, const struct file_row *row)
{
    struct files *f = arg;
    uint64_t found = 0;
    const char *name = row->path;
    bool there;

    if (files_is_known(name)) return true;
    f->w->out->files++;
    if (!files_look(f, name, 0, &there, &found) || (there && found == row->hash)) return true;
    enum verify_advice advice = !f->w->finished ? VERIFY_NOTHING : there ? VERIFY_KEEP : VERIFY_REPAIR;
    verify_note(f->w, there ? "file_differs" : "file_missing", 0, 0, name, advice, "'%s' is not %s%s", name,
                there ? "as it was written" : "there",
                f->w->finished ? "" : "; --repair makes it anew when the book is finished");
    return true;
}

static bool files_damaged(const struct files *f, bool ok)
{
    if (ok || f->err->code != ERR_DAMAGED || !f->w->damaged) return ok;
    err_clear(f->err);
    return true;
}

// What is to be done stands in the advice, unless it was moved.
static void files_note_folder(struct verify_work *w)
{
    char found[BOOK_FOLDER_SIZE];

    if (book_folder_find(w->job, found))
        verify_note(w, "folder_missing", 0, 0, NULL, VERIFY_REPAIR,
                    "the book's folder '%s' is not there: it is '%s' now", w->job->out_dir, found);
    else
        verify_note(w, "folder_missing", 0, 0, NULL, VERIFY_REPAIR,
                    "the book's folder '%s' is not there; if you have moved it, go to the directory where it is now "
                    "before it is repaired",
                    w->job->out_dir);
}

bool verify_files(struct verify_work *w, struct err *e)
{
    struct files f = {.w = w, .err = e};
    const char *folder = w->job->out_dir;

    bool away = out_folder_is_away(folder, w->job->uuid);
    if (*folder == '\0' || (w->chapters_count == 0 && away)) return true;
    if (away) {
        files_note_folder(w);
        return true;
    }
    bool ok = pages_open(&f.pages, w->store, w->job, e) && files_chapters(&f) && files_damaged(&f, files_live(&f)) &&
              files_damaged(&f, files_book(&f)) && files_outline(&f) &&
              store_files_each(w->store, w->job->id, files_on_export, &f, e);
    pages_release(&f.pages);
    return ok;
}
