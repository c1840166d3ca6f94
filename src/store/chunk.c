// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Accepted prose. SQLite's own checks do not see a flipped byte in a text, or a log that was cut: the hash does.
#include "store/handle.h"

#include "base/hash.h"
#include "io/json.h"
#include "text/amount.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

static bool chunk_add_rows(struct store *s, int64_t job, const struct chunk_row *c, int64_t *words_done,
                           struct err *e)
{
    int64_t hash = store_signed(hash_bytes(c->text, c->len));

    if (!db_run(s->db, SQL_CHUNK_ADD, e, "liiiibbllsi", job, c->chapter, c->seq, c->words_asked, c->words, c->gap,
                c->cut, (int64_t)c->skip, hash, c->glue, c->tokens))
        return false;
    if (!db_run(s->db, SQL_CHUNK_ADD_TEXT, e, "lt", db_last_id(s->db), c->text, c->len)) return false;
    switch (db_get(s->db, SQL_JOB_ADD_CHUNK, e, "lii:l", job, c->words, (int)c->gap, words_done)) {
    case DB_FOUND:
        return true;
    case DB_NONE:
        return err_set(e, ERR_NO_JOB, "no job %" PRId64, job);
    default:
        return false;
    }
}

static bool chunk_add_event(struct store *s, int64_t job, const struct chunk_row *c, int64_t words_done,
                            struct err *e)
{
    struct json *data = json_new_object();
    char text[128], words[AMOUNT_SIZE];
    int len = snprintf(text, sizeof text, "chapter %d, part %d: ", c->chapter, c->seq);

    if (c->gap)
        (void)snprintf(text + len, sizeof text - (size_t)len, "a gap: no answer could be kept");
    else
        (void)snprintf(text + len, sizeof text - (size_t)len, "%s", amount_words(words, c->words));
    json_set_int(data, "chapter", c->chapter);
    json_set_int(data, "seq", c->seq);
    json_set_int(data, "words", c->words);
    json_set_int(data, "words_asked", c->words_asked);
    json_set_int(data, "words_done", words_done);
    json_set_bool(data, "gap", c->gap);
    return store_event_put(s, job, "chunk", text, data, e);
}

bool store_chunk_add(struct store *s, int64_t job, const struct chunk_row *c, struct err *e)
{
    struct store_scope scope;
    int64_t words_done = 0;

    if (!store_enter(s, &scope, true, e)) return false;
    bool ok = chunk_add_rows(s, job, c, &words_done, e) && chunk_add_event(s, job, c, words_done, e);
    return store_leave(s, &scope, ok, e);
}

struct chunk_reader {
    int64_t job;
    bool (*each)(void *arg, const struct chunk_row *c);
    void *arg;
    struct err *err;
};

static bool chunk_on_row(void *arg, const struct db_row *row)
{
    struct chunk_reader *r = arg;
    struct chunk_row c;
    int64_t skip, hash;

    db_read(row, "iitlsiibbillibb", &c.chapter, &c.seq, &c.text, &c.len, &skip, &c.glue, &c.words_asked, &c.words,
            &c.gap, &c.cut, &c.tokens, &hash, &c.id, &c.version, &c.stale, &c.anew);
    c.skip = (size_t)skip;
    if (store_signed(hash_bytes(c.text, c.len)) != hash || skip < 0 || c.skip > c.len)
        return err_set(r->err, ERR_DAMAGED,
                       "the text of job %" PRId64 ", chapter %d, part %d is damaged: its hash does not fit", r->job,
                       c.chapter, c.seq);
    return r->each(r->arg, &c);
}

bool store_chunks_each(struct store *s, int64_t job, int chapter, enum store_order order,
                       bool (*each)(void *arg, const struct chunk_row *c), void *arg, struct err *e)
{
    struct chunk_reader r = {.job = job, .each = each, .arg = arg, .err = e};
    size_t statement = order == STORE_BY_PLACE ? SQL_CHUNK_EACH_BY_PLACE : SQL_CHUNK_EACH_BY_TIME;
    int from = chapter != 0 ? chapter : 1, to = chapter != 0 ? chapter : INT_MAX;

    return store_listed(db_each(s->db, statement, chunk_on_row, &r, e, "lii", job, from, to));
}

bool store_chunks_accepted(struct store *s, int64_t job, int64_t after,
                           bool (*each)(void *arg, const struct chunk_row *c), void *arg, struct err *e)
{
    struct chunk_reader r = {.job = job, .each = each, .arg = arg, .err = e};

    return store_listed(db_each(s->db, SQL_CHUNK_EACH_ACCEPTED, chunk_on_row, &r, e, "ll", job, after));
}

bool store_chunks_of_version(struct store *s, int64_t job, int chapter, int version,
                             bool (*each)(void *arg, const struct chunk_row *c), void *arg, struct err *e)
{
    struct chunk_reader r = {.job = job, .each = each, .arg = arg, .err = e};

    return store_listed(db_each(s->db, SQL_CHUNK_EACH_OF_VERSION, chunk_on_row, &r, e, "lii", job, chapter, version));
}

struct place_reader {
    bool (*each)(void *arg, const struct chunk_place *p);
    void *arg;
};

static bool chunk_on_place(void *arg, const struct db_row *row)
{
    struct place_reader *r = arg;
    struct chunk_place p;

    db_read(row, "lii", &p.id, &p.chapter, &p.seq);
    return r->each(r->arg, &p);
}

bool store_chunks_newer(struct store *s, int64_t job, int64_t after,
                        bool (*each)(void *arg, const struct chunk_place *p), void *arg, struct err *e)
{
    struct place_reader r = {.each = each, .arg = arg};

    return store_listed(db_each(s->db, SQL_CHUNK_NEWER, chunk_on_place, &r, e, "ll", job, after));
}
