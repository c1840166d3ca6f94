// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The message "sync": {"chapter", "path", "hash": 16 hex digits and "len" of the file as it was read, "title": absent where
// the file has none, "text"}. What the owner has made of a chapter becomes its text, as if it had come with the spec: the
// text before is kept as an older version, the recap is asked for again. The file counts as published from here on, so that
// one which is changed once more in the meantime is still its owner's.
#include "engine/intake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "engine/given.h"
#include "engine/pages.h"
#include "engine/unfinished.h"
#include "text/amount.h"
#include "text/utf8.h"

enum { TITLE_BYTES = 300 };

struct edited {
    const char *path;
    uint64_t hash, len;
    const struct book_chapter *was;
    char *title;     // as it is to be
    struct buf text; // cleaned
};

static bool read_hash(const struct json *m, uint64_t *out)
{
    char again[HASH_TEXT_SIZE];
    const char *text = json_str(json_get(m, "hash"), NULL);
    char *end;
    if (!text || strlen(text) != HASH_TEXT_SIZE - 1) return false;
    *out = strtoull(text, &end, 16);
    hash_text(again, *out);
    return *end == '\0' && strcmp(again, text) == 0;
}

static bool keep_title(void *arg, const struct chapter_row *c)
{
    *(char **)arg = mem_strdup(c->title);
    return true;
}

static bool read_title(struct intake *in, const struct job *j, const struct json *m, struct edited *d, struct err *e)
{
    size_t len = 0;
    const char *title = json_str(json_get(m, "title"), &len);
    struct buf clean;
    if (!title || len == 0) return store_chapter_get(in->store, j->id, d->was->number, keep_title, &d->title, e);
    buf_init(&clean, BUF_MAX_LINE);
    utf8_terminal(&clean, title, len < TITLE_BYTES ? len : utf8_whole(title, TITLE_BYTES), true);
    d->title = mem_strdup(clean.data);
    buf_release(&clean);
    return true;
}

static void read_text(const struct json *m, struct edited *d)
{
    size_t len = 0;
    bool pending_cr = false;
    const char *text = json_str(json_get(m, "text"), &len);
    buf_init(&d->text, BUF_MAX_PROMPT);
    if (text) utf8_prose(&d->text, text, len, &pending_cr);
}

static bool is_blank(const struct buf *text)
{
    return strspn(text->data, " \t\n") == text->len;
}

// What the message lacks, for people; NULL: nothing.
static const char *wrong(struct intake *in, const struct job *j, const struct json *m, struct edited *d,
                         const struct book *b, struct err *e)
{
    uint64_t hash, len;
    int64_t chapter = json_int(json_get(m, "chapter"), 0);
    d->path = json_str(json_get(m, "path"), NULL);
    d->len = (uint64_t)json_int(json_get(m, "len"), 0);
    d->was = chapter > 0 && chapter <= (int64_t)b->chapters_count ? book_chapter_at(b, (int)chapter) : NULL;
    if (!d->path || !read_hash(m, &d->hash) || pages_path_chapter(d->path) != chapter)
        return "the message names no file of a chapter";
    if (!d->was || d->was->chunks_count == 0) return "the chapter is not written yet";
    if (store_file_get(in->store, j->id, d->path, &hash, &len, e) != STORE_FOUND)
        return "the file was not published by this job";
    if (d->text.full) return "the chapter is too long";
    if (is_blank(&d->text)) return "the chapter would be empty: novelgen redo writes one anew";
    return NULL;
}

static bool tell(struct intake *in, const struct job *j, const struct edited *d, struct inbox_answer *a,
                 struct err *e)
{
    struct json *data = json_new_object();
    struct book now;
    struct buf line;
    char is[AMOUNT_SIZE], was[AMOUNT_SIZE];
    bool ok = store_book_load(in->store, j->id, &now, e);
    buf_init(&line, BUF_MAX_LINE);
    if (ok) {
        int64_t words = book_chapter_words(book_chapter_at(&now, d->was->number));
        (void)snprintf(
            a->text, sizeof(a->text),
            "chapter %d was changed by hand: %s (was %s); the text before: novelgen show %lld --chapter %d "
            "--version %d",
            d->was->number, amount_words(is, words), amount_text(was, book_chapter_words(d->was)), (long long)j->id,
            d->was->number, d->was->version > 1 ? d->was->version : 1);
        json_set_int(data, "chapter", d->was->number);
        json_set_int(data, "words", words);
        json_set_str(data, "path", d->path);
        (void)json_write(data, &line, 0);
        ok = store_event_add(in->store, j->id, "sync", a->text, line.data, e);
    }
    book_release(&now);
    buf_release(&line);
    json_free(data);
    return ok;
}

static bool store_edited(struct intake *in, const struct job *j, const struct edited *d, struct err *e)
{
    int chapter = d->was->number;
    return unfinished_keep(in->store, j, d->was, "sync", e) &&
           store_chapter_retire(in->store, j->id, chapter, "sync", e) &&
           given_store_edited(in->store, j->id, d->was, d->text.data, e) &&
           store_chapter_set_given(in->store, j->id, chapter, d->title, e) &&
           store_file_put(in->store, j->id, d->path, d->hash, d->len, e);
}

static bool take(struct intake *in, const struct job *j, const struct json *m, const struct book *b,
                 struct inbox_answer *a, struct err *e)
{
    struct edited d = {0};
    read_text(m, &d);
    const char *refused = wrong(in, j, m, &d, b, e);
    bool ok = !e->code;
    if (ok && refused)
        ok = intake_refuse(a, ERR_USAGE, refused);
    else if (ok) {
        intake_touched(in, j);
        ok = read_title(in, j, m, &d, e) && store_edited(in, j, &d, e) && tell(in, j, &d, a, e) &&
             (j->state != JOB_DONE || intake_change(in, j, JOB_QUEUED, "", e));
    }
    free(d.title);
    buf_release(&d.text);
    return ok;
}

INTAKE_VERB(inbox_take_sync)
{
    struct book b;
    bool room;
    if (j->state == JOB_DONE && !intake_room(in, j, a, &room, e)) return false;
    if (j->state == JOB_DONE && !room) return true;
    if (!store_book_load(in->store, j->id, &b, e)) return false;
    bool ok = take(in, j, m, &b, a, e);
    book_release(&b);
    return ok;
}
