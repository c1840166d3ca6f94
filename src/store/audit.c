// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Rows looked at with distrust: each chunk with its own verdict, and what a job's row sums up beside the sums.
#include "store/handle.h"

#include "base/hash.h"

#include <stdio.h>
#include <stdlib.h>

struct audit_reader {
    bool (*each)(void *arg, const struct chunk_row *c, bool damaged);
    void *arg;
};

static bool audit_on_chunk(void *arg, const struct db_row *row)
{
    struct audit_reader *r = arg;
    struct chunk_row c = {.tokens = -1};
    int64_t skip, hash;
    bool lost;

    db_read(row, "iitlsiiblb", &c.chapter, &c.seq, &c.text, &c.len, &skip, &c.glue, &c.words_asked, &c.words, &c.gap,
            &hash, &lost);
    bool damaged = lost || store_signed(hash_bytes(c.text, c.len)) != hash || skip < 0 || (uint64_t)skip > c.len;
    c.skip = damaged ? 0 : (size_t)skip;
    return r->each(r->arg, &c, damaged);
}

bool store_chunks_audit(struct store *s, int64_t job,
                        bool (*each)(void *arg, const struct chunk_row *c, bool damaged), void *arg, struct err *e)
{
    struct audit_reader r = {.each = each, .arg = arg};

    return store_listed(db_each(s->db, SQL_AUDIT_CHUNKS, audit_on_chunk, &r, e, "l", job));
}

bool store_sums_get(struct store *s, int64_t job, struct store_sums *out, struct err *e)
{
    enum db_result r = db_get(s->db, SQL_AUDIT_SUMS, e, "l:lllllll", job, &out->words_done, &out->words,
                              &out->chapters_done, &out->recaps, &out->gaps_done, &out->gaps, &out->stray_turns);

    return r == DB_FOUND || (r == DB_NONE && err_set(e, ERR_NO_JOB, "no job %lld", (long long)job));
}

bool store_sums_mend(struct store *s, int64_t job, struct err *e)
{
    return store_write(s, "job", job, e, SQL_AUDIT_MEND, "l", job);
}

bool store_chunk_recount(struct store *s, int64_t job, int chapter, int seq, int words, struct err *e)
{
    return store_write(s, "chunk of job", job, e, SQL_AUDIT_RECOUNT, "liii", job, chapter, seq, words);
}

bool store_quick_check(struct store *s, char *why, size_t size, struct err *e)
{
    char *text = NULL;
    enum db_result r = db_get(s->db, SQL_AUDIT_QUICK_CHECK, e, ":S", &text);

    bool well = text != NULL && text[0] == 'o' && text[1] == 'k' && text[2] == '\0';
    (void)snprintf(why, size, "%s", well || text == NULL ? "" : text);
    free(text);
    return r == DB_FOUND;
}
