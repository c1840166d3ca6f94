// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Loading a book: what "what next?" asks for, in one view of the rows, without their prose.
#include "store/handle.h"

#include "base/mem.h"

#include <inttypes.h>

struct book_reader {
    struct book *book;
    size_t acts_cap, chapters_cap, chunks_cap;
    size_t at; // the chapter that the chunks have come to
};

static bool book_on_act(void *arg, const struct db_row *row)
{
    struct book_reader *r = arg;
    struct book *b = r->book;
    struct book_act a = {0};

    db_read(row, "iiib", &a.number, &a.from, &a.to, &a.merged);
    mem_grow(&b->acts, &r->acts_cap, b->acts_count + 1, sizeof *b->acts);
    b->acts[b->acts_count++] = a;
    return true;
}

static bool book_on_chapter(void *arg, const struct db_row *row)
{
    struct book_reader *r = arg;
    struct book *b = r->book;
    struct book_chapter c = {0};

    db_read(row, "idibibi", &c.number, &c.weight, &c.cards, &c.has_recap, &c.recap_bytes, &c.given, &c.version);
    mem_grow(&b->chapters, &r->chapters_cap, b->chapters_count + 1, sizeof *b->chapters);
    b->chapters[b->chapters_count++] = c;
    return true;
}

// Both come by chapter, so one step of a merge finds the place. A chunk has a chapter: a foreign key says so.
static bool book_on_chunk(void *arg, const struct db_row *row)
{
    struct book_reader *r = arg;
    struct book_chunk chunk = {0};
    int chapter;

    db_read(row, "iiiibbib", &chapter, &chunk.seq, &chunk.words_asked, &chunk.words, &chunk.gap, &chunk.cut,
            &chunk.tokens, &chunk.stale);
    while (r->at < r->book->chapters_count && r->book->chapters[r->at].number < chapter) {
        r->at++;
        r->chunks_cap = 0;
    }
    if (r->at == r->book->chapters_count) return false;
    struct book_chapter *c = &r->book->chapters[r->at];
    mem_grow(&c->chunks, &r->chunks_cap, c->chunks_count + 1, sizeof *c->chunks);
    c->chunks[c->chunks_count++] = chunk;
    return true;
}

static bool book_load_rows(struct store *s, int64_t job, struct book *out, struct err *e)
{
    struct book_reader r = {.book = out};

    switch (db_get(s->db, SQL_BOOK_GET, e, "l:llididbbbll", job, &out->job_id, &out->words_target,
                   &out->chapters_total, &out->obedience, &out->plan_misses, &out->bytes_per_token, &out->has_bible,
                   &out->finished, &out->awaits_approval, &out->since, &out->words_replaced)) {
    case DB_FOUND:
        break;
    case DB_NONE:
        return err_set(e, ERR_NO_JOB, "no job %" PRId64, job);
    default:
        return false;
    }
    if (db_each(s->db, SQL_BOOK_ACTS, book_on_act, &r, e, "l", job) == DB_FAILED) return false;
    if (db_each(s->db, SQL_BOOK_CHAPTERS, book_on_chapter, &r, e, "l", job) == DB_FAILED) return false;
    enum db_result chunks = db_each(s->db, SQL_BOOK_CHUNKS, book_on_chunk, &r, e, "l", job);
    return store_listed(chunks) || err_set(e, ERR_DAMAGED, "job %" PRId64 " has a chunk without its chapter", job);
}

bool store_book_load(struct store *s, int64_t job, struct book *out, struct err *e)
{
    struct store_scope scope;

    *out = (struct book){0};
    if (!store_enter(s, &scope, false, e)) return false;
    bool ok = book_load_rows(s, job, out, e);
    ok = store_leave(s, &scope, ok, e);
    if (!ok) book_release(out);
    return ok;
}
