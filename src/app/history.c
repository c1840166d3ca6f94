// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The attempts of a job, looked back at: see history.h.
#include "app/history.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

bool transcript_is_plan(const char *kind)
{
    static const char *const kinds[] = {"bible", "acts", "outline", "merge"};

    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (strcmp(kind, kinds[i]) == 0) return true;
    return false;
}

bool history_is_chunk(const struct attempt_row *a)
{
    return strcmp(a->kind, "chunk") == 0;
}

bool history_is_first(const struct attempt_row *a)
{
    static const char *const kinds[] = {"bible", "merge", "beats"};

    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (strcmp(a->kind, kinds[i]) == 0) return true;
    return false;
}

bool history_is_same_task(const struct attempt_row *a, const struct attempt_row *b)
{
    return a->chapter == b->chapter && a->seq == b->seq && strcmp(a->kind, b->kind) == 0;
}

static void history_own(const char **s)
{
    *s = mem_strdup(*s != NULL ? *s : "");
}

static bool history_on_attempt(void *arg, const struct attempt_row *a)
{
    struct history *h = arg;

    mem_grow(&h->rows, &h->cap, h->count + 1, sizeof *h->rows);
    struct history_row *r = &h->rows[h->count++];
    *r = (struct history_row){.a = *a, .accepted = a->ended && strcmp(a->verdict, "accepted") == 0};
    history_own(&r->a.kind);
    history_own(&r->a.failure);
    history_own(&r->a.verdict);
    history_own(&r->a.finish);
    history_own(&r->a.backend);
    history_own(&r->a.model);
    history_own(&r->a.message);
    return true;
}

static void history_free(const char *s)
{
    free((void *)(uintptr_t)s);
}

bool history_load(struct history *h, struct store *s, int64_t job, struct err *e)
{
    return store_attempts_each(s, job, history_on_attempt, h, e);
}

void history_release(struct history *h)
{
    for (size_t i = 0; i < h->count; i++) {
        const struct attempt_row *a = &h->rows[i].a;
        history_free(a->kind);
        history_free(a->failure);
        history_free(a->verdict);
        history_free(a->finish);
        history_free(a->backend);
        history_free(a->model);
        history_free(a->message);
    }
    free(h->rows);
    *h = (struct history){0};
}

bool history_is_accepted(const struct history *h, const struct attempt_row *a)
{
    for (size_t i = 0; i < h->count; i++)
        if (h->rows[i].accepted && !h->rows[i].a.replaced && history_is_same_task(&h->rows[i].a, a)) return true;
    return false;
}

// ---- the place of a request in its conversation ---------------------------------------------------------------------

int history_conversation(const struct attempt_row *a)
{
    return transcript_is_plan(a->kind) ? a->conversation : a->chapter;
}

size_t history_left_out(const struct attempt_row *a)
{
    return a->left_out > 0 ? (size_t)a->left_out : 0;
}

// Whether the turn at `at` is the one of this request, by its account of bytes. A chunk's is known by its number.
static bool history_fits(const struct conversation *c, const struct attempt_row *a, size_t at)
{
    const struct conversation_turn *question = conversation_question(c, at), *answer = conversation_answer(c, at);

    if (question == NULL || answer == NULL || answer->seq > 0) return false;
    size_t before = conversation_before(c, at, history_left_out(a), NULL);
    return (int64_t)(before + question->len) == a->prompt_bytes;
}

// `cursor`: behind the last turn that is known to have been added before it.
static size_t history_find_place(const struct conversation *c, const struct history_row *r, size_t cursor)
{
    const struct attempt_row *a = &r->a;
    size_t at;

    if (history_is_chunk(a) && conversation_find_chunk(c, a->seq, &at)) return at;
    for (at = cursor; r->accepted && at < c->count; at++)
        if (history_fits(c, a, at)) return at;
    at = history_is_first(a) ? 0 : conversation_behind_chunks(c, history_is_chunk(a) ? a->seq : INT_MAX);
    return at > cursor ? at : cursor;
}

void history_place(struct history *h, const struct conversation *c, int number)
{
    size_t cursor = 0;

    for (size_t i = 0; i < h->count; i++) {
        struct history_row *r = &h->rows[i];
        if (history_conversation(&r->a) != number) continue;
        r->place = c->count; // of a conversation that is gone
        if (r->a.replaced) continue;
        r->place = history_find_place(c, r, cursor);
        if (r->accepted) cursor = r->place + 2;
    }
}
