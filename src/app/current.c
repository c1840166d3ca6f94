// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The request in flight, as its rows show it.
#include "app/current.h"

#include <stdio.h>
#include <string.h>

#include "engine/gate_join.h"
#include "text/words.h"

enum { SPEED_TOKENS_LEAST = 30 };

void current_init(struct current *c)
{
    *c = (struct current){0};
    buf_init(&c->text, BUF_MAX_PROMPT);
}

void current_release(struct current *c)
{
    buf_release(&c->text);
}

bool current_counts(enum job_state s)
{
    return s != JOB_QUEUED && s != JOB_DONE;
}

// Few tokens say more about the clock than about the server.
static void current_note_speed(struct current *c, const struct attempt_row *a)
{
    int64_t ms = a->total_ms - a->first_token_ms;

    if (a->output_tokens >= SPEED_TOKENS_LEAST && a->first_token_ms >= 0 && ms > 0)
        c->tokens_per_s = (double)a->output_tokens * 1000 / (double)ms;
}

static bool current_on_attempt(void *arg, const struct attempt_row *a)
{
    struct current *c = arg;

    c->in_flight = !a->ended;
    // What came of it is history if its text is to be written anew.
    c->broken = a->ended && !a->replaced && strcmp(a->failure, "none") != 0;
    if (a->ended) current_note_speed(c, a);
    c->attempt = a->id;
    c->chapter = a->chapter;
    c->seq = a->seq;
    c->max_tokens = a->max_tokens;
    c->started_ms = a->started_ms;
    (void)snprintf(c->kind, sizeof c->kind, "%s", a->kind);
    return true;
}

struct current_standing {
    int seq;
    int64_t words;
};

static bool current_on_chunk(void *arg, const struct chunk_row *row)
{
    struct current_standing *standing = arg;

    if (row->seq == standing->seq) standing->words = row->words;
    return true;
}

// A part that is written anew stands, and is counted, until the new one is accepted.
static bool current_note_words(struct current *c, struct store *s, int64_t job, struct err *e)
{
    struct current_standing standing = {.seq = c->seq};
    int64_t words = (int64_t)words_count(c->text.data, c->text.len);

    if (c->text.len == 0) return true;
    if (!store_chunks_each(s, job, c->chapter, STORE_BY_PLACE, current_on_chunk, &standing, e)) return false;
    c->words = words > standing.words ? words - standing.words : 0;
    return true;
}

static enum store_found current_read_text(struct current *c, struct store *s, int64_t job, struct err *e)
{
    const struct task_key key = {.job = job, .kind = c->kind, .chapter = c->chapter, .seq = c->seq};
    struct attempt a = {0};
    enum store_found found = store_attempt_last(s, &key, &a, e);

    if (found == STORE_FOUND) {
        c->bytes = a.text.len;
        c->carried = a.prefix.len;
        if (strcmp(c->kind, "chunk") == 0) gate_join(&c->text, &a.prefix, &a.text, NULL, false);
    }
    attempt_release(&a);
    return found != STORE_ERROR && current_note_words(c, s, job, e) ? found : STORE_ERROR;
}

bool current_read(struct current *c, struct store *s, int64_t job, struct err *e)
{
    buf_clear(&c->text);
    c->in_flight = c->broken = false;
    c->words = 0;
    c->bytes = 0;
    c->carried = 0;
    c->tokens_per_s = -1;
    if (!store_attempts_each(s, job, current_on_attempt, c, e)) return false;
    return (!c->in_flight && !c->broken) || current_read_text(c, s, job, e) != STORE_ERROR;
}
