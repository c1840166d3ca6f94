// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See unfinished.h. Of the head goes what the gate would take from it; the end stays as it was seen, half a word or not.
#include "engine/unfinished.h"

#include <string.h>

#include "base/buf.h"
#include "engine/gate.h"
#include "engine/gate_join.h"
#include "engine/template_set.h"
#include "model/failure.h"
#include "model/language.h"
#include "model/spec.h"
#include "text/words.h"

bool unfinished_is_usable(const struct attempt *a)
{
    const char *verdict = a->verdict ? a->verdict : "";
    // "smaller" is no refusal: it says that the next request must ask for less; nor is "unfinished".
    bool refused = *verdict && strcmp(verdict, "smaller") != 0 && strcmp(verdict, "unfinished") != 0;
    // Behind what was carried nothing but thoughts came.
    if (a->failure && strcmp(a->failure, failure_name(FAIL_REASONING)) == 0) refused = false;
    // An answer without an end is no prose either, and two of them outgrow every buffer.
    refused = refused || (a->failure && strcmp(a->failure, failure_name(FAIL_TOO_BIG)) == 0);
    return !refused && (a->prefix.len > 0 || a->text.len > 0);
}

// ---- the text of a part --------------------------------------------------------------------------------------------

struct unfinished {
    struct store *store;
    int64_t job;
    const struct language *language; // NULL: not known
    bool markup;
    int chapter, seq;
    struct buf before, text;
    struct chunk_row row; // no words: there is nothing
};

static bool read_kind(struct unfinished *u, const struct job *j, struct err *e)
{
    struct spec spec;
    struct templates set;
    struct buf packed;
    struct err ignored = ERR_INIT;
    if (spec_parse(&spec, j->spec, strlen(j->spec), "job", &ignored)) {
        u->language = language_get(spec.language);
        spec_release(&spec);
    }
    buf_init(&packed, BUF_MAX_PIECE);
    enum store_found found = store_templates_get(u->store, j->id, &packed, e);
    if (found == STORE_FOUND && templates_unpack(&set, packed.data, packed.len, &ignored)) {
        u->markup = set.markup;
        templates_release(&set);
    }
    buf_release(&packed);
    return found != STORE_ERROR;
}

static bool keep_before(void *arg, const struct chunk_row *c)
{
    struct unfinished *u = arg;
    if (c->seq >= u->seq) return true;
    buf_clear(&u->before);
    buf_add(&u->before, c->text + c->skip, c->len - c->skip);
    return true;
}

static void fill_row(struct unfinished *u)
{
    struct gate_out g;
    const struct gate_in in = {.text = u->text.data,
                               .len = u->text.len,
                               .cut = true,
                               .before = u->before.data,
                               .before_len = u->before.len,
                               .language = u->language,
                               .markup = u->markup};
    gate_piece(&in, &g);
    if (g.rule || g.skip >= u->text.len) return;
    u->row = (struct chunk_row){.chapter = u->chapter,
                                .seq = u->seq,
                                .text = u->text.data,
                                .len = u->text.len,
                                .skip = g.skip,
                                .glue = g.glue,
                                .words = (int)words_count(u->text.data + g.skip, u->text.len - g.skip),
                                .cut = true,
                                .tokens = -1};
}

static bool read_part(struct unfinished *u, const struct job *j, int chapter, int seq, struct err *e)
{
    const struct task_key key = {.job = u->job, .kind = "chunk", .chapter = chapter, .seq = seq};
    struct attempt a = {0};
    u->chapter = chapter;
    u->seq = seq;
    bool ok = true;
    enum store_found found = store_attempt_last(u->store, &key, &a, e);
    if (found == STORE_FOUND && unfinished_is_usable(&a)) {
        ok = read_kind(u, j, e) && store_chunks_each(u->store, u->job, chapter, STORE_BY_PLACE, keep_before, u, e);
        gate_join(&u->text, &a.prefix, &a.text, u->language, u->markup);
        if (ok) fill_row(u);
        u->row.words_asked = a.words_asked;
    }
    attempt_release(&a);
    return ok && found != STORE_ERROR;
}

static void init(struct unfinished *u, struct store *s, const struct job *j)
{
    *u = (struct unfinished){.store = s, .job = j->id};
    buf_init(&u->before, BUF_MAX_PROMPT);
    buf_init(&u->text, BUF_MAX_PROMPT);
}

static void release(struct unfinished *u)
{
    buf_release(&u->before);
    buf_release(&u->text);
}

// ---- its place -----------------------------------------------------------------------------------------------------

bool unfinished_keep(struct store *s, const struct job *j, const struct book_chapter *c, const char *reason,
                     struct err *e)
{
    struct unfinished u;
    const struct book_chunk *stale = book_stale(c);
    int last = c->chunks_count > 0 ? c->chunks[c->chunks_count - 1].seq : 0;
    init(&u, s, j);
    bool ok = read_part(&u, j, c->number, stale ? stale->seq : last + 1, e);
    if (ok && u.row.words > 0)
        ok = stale ? store_chunk_replace(s, j->id, &u.row, e) : store_chunk_leave(s, j->id, &u.row, reason, e);
    release(&u);
    return ok;
}

bool unfinished_keep_next(struct store *s, const struct job *j, int chapter, int seq, struct err *e)
{
    struct unfinished u;
    init(&u, s, j);
    bool ok = read_part(&u, j, chapter, seq + 1, e);
    if (ok && u.row.words > 0) ok = store_chunk_leave(s, j->id, &u.row, "redo", e);
    release(&u);
    return ok;
}
