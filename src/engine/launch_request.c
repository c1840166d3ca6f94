// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// From a step to its request. Everything that the request depends on is committed (the attempt's row) before it leaves.
#include "engine/launch.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "engine/steps.h"

enum { THOUGHT_TOKENS = 1000, THOUGHTS_MOST = 6, CONNECT_MS = 5000, SILENCE_MS = 75 * 1000 };

#define LIMIT_BYTES_PER_TOKEN 4.5

// The version of the chapter that the text will belong to; 0: it is the first one.
static uint64_t version_to_be(const struct worker *w)
{
    const struct book_chapter *c = book_chapter_at(&w->book, w->step.chapter);
    bool text = w->step.kind == STEP_BEATS || w->step.kind == STEP_CHUNK || w->step.kind == STEP_RECAP;
    int version = c && text ? c->version + w->step.again : 0;
    return version > 1 ? (uint64_t)version : 0;
}

// Every attempt has a seed of its own, a function of the job's seed and its place; what is written anew has others than
// what stood there, so that a server that keeps seeds does not write the same.
static int64_t attempt_seed(const struct worker *w, int number)
{
    uint64_t place = (uint64_t)w->step.kind * 1000003 + (uint64_t)w->step.chapter * 8191 +
                     (uint64_t)w->step.seq * 127 + (uint64_t)number + version_to_be(w) * 15485863;
    return (int64_t)(((uint64_t)w->job.seed + place) & 0x7fffffff);
}

static void choose_sampling(struct worker *w, const struct attempt *last, int copies)
{
    const struct sampling_ask ask = {
        .use = w->step.kind == STEP_CHUNK ? SAMPLING_PROSE : SAMPLING_PLAN,
        .model = w->model,
        .dry = known_has(w->known, PARAM_DRY),
        .refused = last->charged,
        .copying = copies > 0,
    };
    w->sampling = sampling_choose(&w->spec, &ask);
}

static void choose_schema(struct worker *w)
{
    const struct step_ops *ops = step_ops(w->step.kind);
    buf_clear(&w->schema);
    if (ops->schema && !w->step.lines && known_has_schema(w->known)) ops->schema(&w->schema, &w->step);
}

// What no server that keeps its limit would send. Where it was seen to ignore the limit, it is held here.
static size_t most_bytes(const struct worker *w)
{
    const struct proofs *p = &w->known->proofs;
    double per_token = p->bytes_per_token_x100 > 0 ? (double)p->bytes_per_token_x100 / 100 : LIMIT_BYTES_PER_TOKEN;
    if (p->limit == PROOF_NO) return (size_t)((double)w->max_tokens * per_token);
    return (size_t)w->max_tokens * 16 + 4096;
}

// The room for thoughts before the answer: of a model that cannot be kept from thinking, and twice as much after each
// answer that was nothing else, up to a quarter of the context.
static int64_t thought_tokens(const struct worker *w)
{
    int times = w->thoughts + w->known->proofs.thinks;
    if (times > THOUGHTS_MOST) times = THOUGHTS_MOST;
    int64_t tokens = times > 0 ? (int64_t)THOUGHT_TOKENS << (times - 1) : 0, most = known_n_ctx(w->known) / 4;
    return tokens < most ? tokens : most;
}

// Thinking aloud is ended early. But a model whose template opens its thoughts marks only their end: one that thinks is
// waited for, and so is the second answer of any, to see whether the mark comes.
static bool ends_thinking(const struct worker *w)
{
    return !w->known->proofs.thinks && w->thoughts != 1;
}

// The request's messages and limit.
static bool build(struct worker *w, const struct carried *carried, struct err *e)
{
    struct desk d = worker_desk(w);
    int words = carried ? carried->words_left : w->step.ask.need_words;
    w->max_tokens = step_ops(w->step.kind)->max_tokens(&d, &w->step, words > 0 ? words : 1);
    w->max_tokens += thought_tokens(w);
    prompt_release(&w->prompt);
    if (!prompt_build(&w->prompt, &d, &w->step, carried, (int)w->max_tokens, e)) return false;
    w->max_tokens = prompt_answer_tokens(&w->prompt, &d, (int)w->max_tokens);
    return true;
}

static bool say_broke(struct worker *w, const struct account_entry *entry, struct err *e)
{
    char text[300], place[80];
    if (!entry->broke) return true;
    (void)snprintf(text, sizeof(text), "%s: the server reads %zu of %zu bytes of the prompt anew: %s",
                   step_place(&w->step, place, sizeof(place)), entry->bytes - entry->common, entry->bytes,
                   entry->broke);
    return store_event_add(w->store, w->job.id, "prefix", text, NULL, e);
}

// Another server, slot or model, or a server that was gone meanwhile, has nothing of this book in its cache.
static void choose_account(struct worker *w)
{
    const struct server *s = worker_server(w);
    char cache[ACCOUNT_CACHE_SIZE];
    (void)snprintf(cache, sizeof(cache), "%s %d %d %s", s->key, w->slot, s->life, w->model);
    if (strcmp(cache, w->account.cache) == 0) return;
    account_release(&w->account);
    account_init(&w->account);
    memcpy(w->account.cache, cache, sizeof(cache));
}

bool launch_begin_attempt(struct worker *w, const struct attempt *last, const struct carried *carried, int copies,
                          struct err *e)
{
    struct account_entry entry;
    struct task_key key = launch_task(w);
    int number = last->number;
    if (number == 0 && !store_attempt_since(w->store, &key, &number, e)) return false;
    if (!build(w, carried, e)) return false;
    choose_account(w);
    account_request(&w->account, &w->prompt, &w->step, &entry);
    w->account_entry = entry;
    choose_sampling(w, last, copies);
    choose_schema(w);
    w->seed = attempt_seed(w, number + 1);
    w->charged = last->charged;
    if (last->number == 0) w->failures_in_row = 0; // another question: what failed before says nothing of it
    const struct attempt_begin row = {
        .task = key,
        .backend = link_name(w->link),
        .model = w->model,
        .server = worker_server(w)->key,
        .slot = w->slot,
        .words_asked = w->step.ask.ask_words,
        .max_tokens = (int)w->max_tokens,
        .seed = w->seed,
        .prefix = carried ? carried->text : "",
        .prefix_len = carried ? carried->len : 0,
        .prompt_bytes = (int64_t)entry.bytes,
        .common_bytes = (int64_t)entry.common,
        .conversation = w->step.conversation,
        .left_out = (int)w->prompt.left_out,
        .broke = entry.broke != NULL,
    };
    int64_t id;
    if (!store_attempt_begin(w->store, &row, &id, e) || !say_broke(w, &entry, e)) return false;
    w->job.requests++; // as its row
    bool prose = w->step.kind == STEP_CHUNK;
    const struct language *language = prose && ends_thinking(w) ? w->language : NULL;
    struct guard *guard = guard_new(prose ? w->said : NULL, language, most_bytes(w));
    flight_prepare(&w->flight, w->store, id, row.prefix, row.prefix_len, guard);
    return true;
}

// What the server has to read, by our own account; all of it where the account knows nothing.
int64_t launch_tokens_to_read(const struct worker *w)
{
    struct desk d = worker_desk((struct worker *)(uintptr_t)w);
    const struct account_entry *entry = &w->account_entry;
    return prompt_tokens(&d, entry->bytes > entry->common ? entry->bytes - entry->common : 0);
}

static struct pace_limits limits(const struct worker *w)
{
    const struct server *s = worker_server(w);
    const struct config *c = w->o.config;
    const struct pace_ask ask = {
        .prompt_tokens = launch_tokens_to_read(w),
        .max_tokens = w->max_tokens,
        .first_token_s = w->spec.first_token_s > 0 ? w->spec.first_token_s : c->first_token_s,
        .stall_s = w->spec.stall_s > 0 ? w->spec.stall_s : c->stall_s,
        .total_s = c->total_s,
        .cold = !s->facts.model_loaded,
    };
    return pace_limits(&w->known->pace, &ask);
}

// A server that sends signs of life when it is asked to is dead without them, long before a prompt would be read. The least
// often that one sends them is every 30 s.
static int64_t silence_ms(const struct known *k)
{
    return k->pings && known_has(k, PARAM_PINGS) ? SILENCE_MS : 0;
}

void launch_send(struct worker *w)
{
    struct server *s = worker_server(w);
    struct pace_limits limit = limits(w);
    const struct gen_request q = {
        .dialect = (enum dialect_kind)s->facts.dialect,
        .url = s->url,
        .bearer = s->bearer,
        .model = *w->model ? w->model : NULL,
        .messages = w->prompt.messages,
        .messages_count = w->prompt.count,
        .raw = w->known->proofs.raw,
        .prefill = w->prompt.prefill,
        .max_tokens = (int)w->max_tokens,
        .seed = w->seed,
        .sampling = &w->sampling,
        .schema_name = step_ops(w->step.kind)->name,
        .schema = w->schema.len > 0 ? w->schema.data : NULL,
        .dry_breakers = w->dry_breakers,
        .n_ctx_tokens = known_n_ctx_sent(w->known),
        .slot = w->slot,
        .thinking_off = true,
        .reasoning_is_text = w->known->hidden_answer,
        .without = w->known->refused,
        .connect_ms = CONNECT_MS,
        .first_token_ms = limit.first_token_ms,
        .stall_ms = limit.stall_ms,
        .total_ms = limit.total_ms,
        .silence_ms = silence_ms(w->known),
    };
    s->fresh = false;
    worker_enter(w, WORKER_FLIGHT);
    flight_send(&w->flight, w->o.loop, w->o.http, &q);
}
