// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The request in flight, as its rows show it.
#include "app/current.h"

#include <stdio.h>
#include <string.h>

#include "engine/gate_join.h"
#include "text/words.h"

void current_init(struct current *c)
{
    *c = (struct current){0};
    buf_init(&c->text, BUF_MAX_PROMPT);
}

void current_release(struct current *c)
{
    buf_release(&c->text);
}

static bool current_on_attempt(void *arg, const struct attempt_row *a)
{
    struct current *c = arg;

    c->in_flight = !a->ended;
    if (a->ended) return true;
    c->attempt = a->id;
    c->chapter = a->chapter;
    c->seq = a->seq;
    c->started_ms = a->started_ms;
    (void)snprintf(c->kind, sizeof c->kind, "%s", a->kind);
    return true;
}

bool current_read(struct current *c, struct store *s, int64_t job, struct err *e)
{
    struct attempt a = {0};

    buf_clear(&c->text);
    c->in_flight = false;
    c->words = 0;
    c->bytes = 0;
    c->carried = 0;
    if (!store_attempts_each(s, job, current_on_attempt, c, e)) return false;
    if (!c->in_flight) return true;
    const struct task_key key = {.job = job, .kind = c->kind, .chapter = c->chapter, .seq = c->seq};
    enum store_found found = store_attempt_last(s, &key, &a, e);
    if (found == STORE_FOUND) {
        c->bytes = a.text.len;
        c->carried = a.prefix.len;
        if (strcmp(c->kind, "chunk") == 0) gate_join(&c->text, &a.prefix, &a.text, NULL, false);
        c->words = (int64_t)words_count(c->text.data, c->text.len);
    }
    attempt_release(&a);
    return found != STORE_ERROR;
}
