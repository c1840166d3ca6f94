// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Projections. All of them are functions of rows, so a file is either right, or will be made right by publish_open.
//
//   all that was accepted ──▶ live.md          appended to, cut back on start
//   rows ──STORE_BY_PLACE──▶ chapters/NN.md.part   projected: only what differs is written
//                      └───▶ chapters/NN.md        published atomically when the chapter's prose is whole, then .part goes;
//                                                  while it is written anew it stays as it was
//                      └───▶ book.md, report.json  published when all chapters are
#include "engine/publish.h"

#include <stdio.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "engine/next.h"
#include "engine/pages.h"
#include "out/prose.h"

enum { PATH_SIZE = 1400 };

static void path_of(const struct publish *p, char out[PATH_SIZE], const char *name)
{
    (void)snprintf(out, PATH_SIZE, "%s/%s", p->job->out_dir, name);
}

// Said once, until all files stand again: a later chapter that could be written does not bring back this one.
static void report_failure(struct publish *p, const struct err *e)
{
    (void)snprintf(p->why, sizeof(p->why), "%.290s", e->text);
    if (p->failing) return;
    p->failing = true;
    log_line(LOG_WARN, "cannot write the book's files (the text is safe in the store): %s", e->text);
    struct err ignored = ERR_INIT;
    store_event_add(p->store, p->job->id, "file", e->text, NULL, &ignored);
}

// Once for each text that its owner gave it, however often it is passed by.
static bool tell_edited(struct publish *p, const char *name, uint64_t hash, struct err *e)
{
    char text[400], data[400], digits[HASH_TEXT_SIZE];
    bool chapter = pages_path_chapter(name) > 0;
    hash_text(digits, hash);
    (void)snprintf(data, sizeof(data), "{\"path\":\"%s\",\"hash\":\"%s\"}", name, digits);
    enum store_found told = store_event_find(p->store, p->job->id, "file", data, e);
    if (told != STORE_NONE) return told == STORE_FOUND;
    int len = snprintf(text, sizeof(text), "'%s' was changed by hand and is left alone", name);
    if (chapter)
        (void)snprintf(text + len, sizeof(text) - (size_t)len, "; take it in with: novelgen sync %lld",
                       (long long)p->job->id);
    return store_event_add(p->store, p->job->id, "file", text, data, e);
}

bool publish_may_write(struct publish *p, const char *name, bool *may, struct err *e)
{
    char path[PATH_SIZE];
    path_of(p, path, name);
    uint64_t on_disk, on_disk_len, known, known_len;
    *may = !file_hash(path, &on_disk, &on_disk_len, e);
    if (e->code) return false;
    if (*may) return true;
    enum store_found found = store_file_get(p->store, p->job->id, name, &known, &known_len, e);
    *may = found == STORE_FOUND && on_disk == known;
    return found != STORE_ERROR && (*may || tell_edited(p, name, on_disk, e));
}

// Publishes a final file, unless its owner has changed it since we wrote it.
bool publish_final(struct publish *p, const char *name, const struct buf *data, struct err *e)
{
    char path[PATH_SIZE];
    path_of(p, path, name);
    uint64_t ours = hash_bytes(data->data, data->len), on_disk, on_disk_len, known, known_len;
    bool there = file_hash(path, &on_disk, &on_disk_len, e);
    if (e->code) return false;
    enum store_found found = store_file_get(p->store, p->job->id, name, &known, &known_len, e);
    if (found == STORE_ERROR) return false;
    if (there && on_disk != ours && (found == STORE_NONE || on_disk != known)) {
        return tell_edited(p, name, on_disk, e);
    }
    if ((!there || on_disk != ours) && !file_publish(path, data->data, data->len, e)) {
        // What could not be synced stands under its name all the same.
        struct err ignored = ERR_INIT;
        (void)publish_own_file(p, name, data, &ignored);
        return false;
    }
    if (found == STORE_FOUND && known == ours) return true;
    return store_file_put(p->store, p->job->id, name, ours, data->len, e);
}

// ---- chapters ----------------------------------------------------------------------------------------------------

// `seq`: the chunk that `text` is of; 0: of none, and all that stand are shown.
static bool write_part(struct publish *p, const struct pages *g, int chapter, int seq, const char *text, size_t len,
                       struct err *e)
{
    char name[PAGES_PATH_SIZE], part[PAGES_PATH_SIZE + 8], path[PATH_SIZE];
    struct buf out;
    int64_t chunks = 0;
    buf_init(&out, BUF_MAX_BOOK);
    bool ok = pages_chapter_before(g, chapter, seq, &out, &chunks, e);
    if (ok && (chunks > 0 || len > 0)) {
        prose_add_partial(&out, text, len, chunks == 0);
        pages_chapter_path(g, chapter, name);
        (void)snprintf(part, sizeof(part), "%s.part", name);
        path_of(p, path, part);
        ok = file_project(path, out.data, out.len, e);
    }
    buf_release(&out);
    return ok;
}

static bool has_part(const struct publish *p, const struct pages *g, int chapter)
{
    char name[PAGES_PATH_SIZE], part[PAGES_PATH_SIZE + 8], path[PATH_SIZE];
    pages_chapter_path(g, chapter, name);
    (void)snprintf(part, sizeof(part), "%s.part", name);
    path_of(p, path, part);
    return file_exists(path);
}

static bool write_chapter(struct publish *p, const struct pages *g, int chapter, struct err *e)
{
    char name[PAGES_PATH_SIZE], part[PAGES_PATH_SIZE + 8], path[PATH_SIZE];
    struct buf out;
    buf_init(&out, BUF_MAX_BOOK);
    bool ok = pages_chapter(g, chapter, name, &out, e);
    (void)snprintf(part, sizeof(part), "%s.part", name);
    path_of(p, path, part);
    ok = ok && publish_final(p, name, &out, e) && file_remove(path, e);
    buf_release(&out);
    return ok;
}

// ---- live.md -------------------------------------------------------------------------------------------------------

static bool project_live(struct publish *p, const struct pages *g, struct err *e)
{
    char path[PATH_SIZE];
    struct buf out;
    struct pages_live_end end = {0};
    buf_init(&out, BUF_MAX_BOOK);
    path_of(p, path, "live.md");
    bool ok = pages_live(g, &end, &out, e);
    ok = ok && (out.len == 0 || file_project(path, out.data, out.len, e));
    if (ok) p->live_len = out.len;
    if (ok) p->live_end = end;
    buf_release(&out);
    return ok;
}

static bool append_live(struct publish *p, const struct pages *g, struct err *e)
{
    char path[PATH_SIZE];
    struct buf out;
    struct pages_live_end end = p->live_end;
    buf_init(&out, BUF_MAX_BOOK);
    path_of(p, path, "live.md");
    bool ok =
        pages_live(g, &end, &out, e) && (out.len == 0 || file_append_at(path, p->live_len, out.data, out.len, e));
    if (ok) {
        p->live_len += out.len;
        p->live_end = end;
    } else if (!e->code || e->code == ERR_STORE) {
        // The file is shorter than it was (somebody cut it): all of it again.
        err_clear(e);
        ok = project_live(p, g, e);
    }
    buf_release(&out);
    return ok;
}

// ---- the book -------------------------------------------------------------------------------------------------------

static bool write_book(struct publish *p, const struct pages *g, struct err *e)
{
    struct buf out;
    buf_init(&out, BUF_MAX_BOOK);
    bool ok = pages_book(g, &out, e) && publish_final(p, "book.md", &out, e);
    buf_release(&out);
    return ok;
}

static bool write_report(struct publish *p, const struct pages *g, struct err *e)
{
    struct buf out;
    char path[PATH_SIZE];
    buf_init(&out, BUF_MAX_BOOK);
    path_of(p, path, "report.json");
    bool ok = pages_report(g, &out, e) && file_publish(path, out.data, out.len, e);
    buf_release(&out);
    return ok;
}

static bool write_outline(struct publish *p, const struct pages *g, struct err *e)
{
    struct buf md, json;
    buf_init(&md, BUF_MAX_PROMPT);
    buf_init(&json, BUF_MAX_PROMPT);
    bool ok = pages_outline(g, &md, &json, e) && publish_final(p, "outline.md", &md, e) &&
              publish_final(p, "outline.json", &json, e);
    buf_release(&md);
    buf_release(&json);
    return ok;
}

// ---- occasions ---------------------------------------------------------------------------------------------------------

bool publish_book(struct publish *p, struct err *e)
{
    struct pages g;
    bool ok = pages_open(&g, p->store, p->job, e) && write_book(p, &g, e);
    if (ok) publish_exports(p);
    ok = ok && write_report(p, &g, e);
    pages_release(&g);
    if (ok) publish_archive(p);
    return ok;
}

void publish_outline(struct publish *p)
{
    struct err e = ERR_INIT;
    struct pages g;
    if (!pages_open(&g, p->store, p->job, &e) || !write_outline(p, &g, &e)) report_failure(p, &e);
    pages_release(&g);
}

void publish_partial(struct publish *p, int chapter, int seq, const char *text, size_t len)
{
    struct err e = ERR_INIT;
    struct pages g;
    if (!pages_open(&g, p->store, p->job, &e) || !write_part(p, &g, chapter, seq, text, len, &e))
        report_failure(p, &e);
    pages_release(&g);
}

void publish_chunks(struct publish *p, int chapter, bool complete)
{
    struct err e = ERR_INIT;
    struct pages g;
    bool ok = pages_open(&g, p->store, p->job, &e) && append_live(p, &g, &e) &&
              (complete ? write_chapter(p, &g, chapter, &e) && publish_drop_renamed(p, &g, &e)
                        : write_part(p, &g, chapter, 0, "", 0, &e));
    pages_release(&g);
    if (!ok) report_failure(p, &e);
}

void publish_complete(struct publish *p, int chapter)
{
    struct err e = ERR_INIT;
    struct pages g;
    if (!pages_open(&g, p->store, p->job, &e) || (has_part(p, &g, chapter) && !write_chapter(p, &g, chapter, &e)))
        report_failure(p, &e);
    pages_release(&g);
}

static bool write_whole_or_part(struct publish *p, const struct pages *g, const struct book *b,
                                const struct book_chapter *c, int chunk_words, struct err *e)
{
    if (c->chunks_count == 0) return true;
    if (c->has_recap || next_chapter_is_full(b, c->number, chunk_words)) return write_chapter(p, g, c->number, e);
    return write_part(p, g, c->number, 0, "", 0, e);
}

// A chapter that cannot be written keeps none of the others from it; the first cause is told.
static bool write_all(struct publish *p, const struct pages *g, const struct book *b, int chunk_words, struct err *e)
{
    for (size_t i = 0; i < b->chapters_count; i++) {
        struct err cause = ERR_INIT;
        if (!write_whole_or_part(p, g, b, &b->chapters[i], chunk_words, &cause) && !e->code) *e = cause;
    }
    return !e->code && publish_drop_renamed(p, g, e) && project_live(p, g, e) &&
           (!b->has_bible || write_outline(p, g, e));
}

void publish_again(struct publish *p, const struct book *b, int chunk_words)
{
    char path[PATH_SIZE];
    struct err e = ERR_INIT;
    struct pages g = {0};
    path_of(p, path, "chapters");
    // What a crash left behind in the middle of a publication goes.
    bool ok = file_mkdirs(path, 0755, &e) && file_sweep(path, &e) && file_sweep(p->job->out_dir, &e) &&
              pages_open(&g, p->store, p->job, &e) && write_all(p, &g, b, chunk_words, &e);
    pages_release(&g);
    if (ok)
        p->failing = false;
    else
        report_failure(p, &e);
}

void publish_open(struct publish *p, struct store *s, const struct job *job, const struct book *b, int chunk_words)
{
    *p = (struct publish){.store = s, .job = job};
    publish_again(p, b, chunk_words);
}
