// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// From rows to a request: what is next, what earlier attempts left of it, what to send. Everything that the request
// depends on is committed (the attempt's row) before it leaves.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "engine/gate.h"
#include "engine/gate_join.h"
#include "engine/steps.h"
#include "engine/unfinished.h"
#include "engine/worker.h"
#include "text/join.h"
#include "text/words.h"

enum {
    LEAST_WORDS = 60,
    LEAST_LEFT = 30,
    COPIES_BEFORE_FLAT = 2,
    THOUGHT_TOKENS = 1000,
    THOUGHTS_MOST = 6,
    CONNECT_MS = 5000,
    SILENCE_MS = 75 * 1000
};

#define LIMIT_BYTES_PER_TOKEN 4.5

struct task_key launch_task(const struct worker *w)
{
    return (struct task_key){
        .job = w->job.id, .kind = step_ops(w->step.kind)->name, .chapter = w->step.chapter, .seq = w->step.seq};
}

// ---- what earlier attempts left ------------------------------------------------------------------------------------

// Cleans the text of the last attempt for a continuation, and counts its words. Empty: not worth it, begin anew.
static bool carry(struct worker *w, const struct attempt *a, struct buf *text, int *words, bool prefill,
                  struct err *e)
{
    buf_clear(text);
    *words = 0;
    if (w->step.kind != STEP_CHUNK || !unfinished_is_usable(a)) return true;
    struct desk d = worker_desk(w);
    gate_join(text, &a->prefix, &a->text, w->language, w->templates.markup);
    size_t keep = prefill ? join_clean_word(text->data, text->len) : join_clean_sentence(text->data, text->len);
    buf_cut(text, keep);
    if (!step_chunk_piece(&d, &w->step, text, words, e)) return false;
    if (*words >= WORTH_CARRYING_WORDS) return true;
    buf_clear(text);
    *words = 0;
    return true;
}

// An attempt that was broken off by a proxy's limit, or found the context too small, makes the next one ask for half
// of what was left. It follows from the last row alone, so that a crash changes nothing.
static void shrink(struct worker *w, const struct attempt *a, int have)
{
    if (w->step.kind != STEP_CHUNK || a->words_asked <= 0) return;
    int total = a->words_asked;
    if (a->verdict && strcmp(a->verdict, "smaller") == 0) {
        int left = (total - have) / 2;
        total = have + (left > LEAST_WORDS ? left : LEAST_WORDS);
    }
    if (total >= w->step.ask.ask_words) return;
    w->step.ask.need_words = w->step.ask.need_words * total / w->step.ask.ask_words;
    w->step.ask.ask_words = total;
    w->step.ask.last_of_chapter = w->step.ask.last_of_book = false;
}

// ---- the request ---------------------------------------------------------------------------------------------------------

struct first_pair {
    size_t turns, bytes;
};

static bool measure_first_pair(void *arg, enum turn_role role, const char *text, size_t len)
{
    struct first_pair *p = arg;
    (void)role;
    (void)text;
    if (p->turns++ < 2) p->bytes += len;
    return p->turns < 2;
}

// The chapter was opened for a larger context than there is now: its opening alone, which is never left out, leaves no
// room for an ordinary answer.
static bool outgrows_context(struct worker *w, bool *outgrows, struct err *e)
{
    enum { QUESTION_BYTES = 900 };
    struct first_pair p = {0};
    struct desk d = worker_desk(w);
    int answer = length_prose_tokens(&w->book, d.chunk_words, language_tokens(w->language));
    bool ok = store_turns_each(w->store, w->job.id, w->step.conversation, measure_first_pair, &p, e) || !e->code;
    *outgrows = p.turns > 0 && prompt_tokens(&d, p.bytes + QUESTION_BYTES) > prompt_room(&d, answer);
    return ok;
}

// What the refused answers of this task had in common, from rows alone: two copies or loops, and the conversation that
// bred them is left; thinking aloud, and the next one gets room for it.
static bool look_at_refused(struct worker *w, bool tried, int *copies, struct err *e)
{
    static const char *const thinking[] = {"reasoning", NULL};
    struct task_key key = launch_task(w);
    *copies = w->thoughts = 0;
    if (w->step.kind == STEP_CHUNK && !w->step.again && !outgrows_context(w, &w->step.flat, e)) return false;
    if (!tried) return true;
    if (!store_attempts_refused(w->store, &key, thinking, &w->thoughts, e)) return false;
    if (w->step.kind != STEP_CHUNK) return true;
    if (!store_attempts_refused(w->store, &key, gate_copying_rules(), copies, e)) return false;
    w->step.flat = w->step.flat || *copies >= COPIES_BEFORE_FLAT;
    return true;
}

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

static bool begin_attempt(struct worker *w, const struct attempt *last, const struct carried *carried, int copies,
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

// A request that was in flight when its engine died: its row is closed with the text it has.
static bool close_abandoned(struct worker *w, const struct attempt *a, struct err *e)
{
    if (a->ended) return true;
    const struct attempt_end end = {
        .failure = failure_name(FAIL_ABANDONED),
        .finish = "",
        .verdict = "",
        .message = "",
        .prompt_tokens = -1,
        .cached_tokens = -1,
        .output_tokens = -1,
        .first_token_ms = -1,
        .total_ms = -1,
    };
    return store_attempt_end(w->store, a->id, &end, e);
}

static bool enter_phase(struct worker *w, struct err *e)
{
    bool plans = w->step.kind == STEP_APPROVAL || (w->step.conversation == 0 && step_ops(w->step.kind));
    enum job_state phase = plans ? JOB_PLANNING : JOB_WRITING;
    return w->job.state == phase || worker_set_job(w, phase, "", e);
}

enum one { ONE_REQUEST, ONE_AGAIN, ONE_FAILED };

// One step: a request, or an end without one (then the rows have changed: ask again).
static enum one prepare_step(struct worker *w, struct err *e)
{
    struct task_key key = launch_task(w);
    struct attempt last = {0};
    enum store_found found = store_attempt_last(w->store, &key, &last, e);
    if (found == STORE_ERROR) return ONE_FAILED;

    enum one result = ONE_FAILED;
    struct buf text;
    buf_init(&text, BUF_MAX_PROMPT);
    int words = 0, copies = 0; // words of what is carried
    bool prefill = known_prefills(w->known), done = false;
    if (found == STORE_NONE && !conclude_alone(w, &done, e)) goto out;
    if (done) {
        result = ONE_AGAIN;
        goto out;
    }
    if (!look_at_refused(w, found == STORE_FOUND, &copies, e)) goto out;
    if (found == STORE_FOUND) {
        if (!close_abandoned(w, &last, e)) goto out;
        if (last.charged >= worker_attempts(w)) {
            if (conclude_with_best(w, e)) result = ONE_AGAIN;
            goto out;
        }
        if (!carry(w, &last, &text, &words, prefill, e)) goto out;
        shrink(w, &last, words);
    }
    int left = w->step.ask.ask_words - words; // not rounded: the text ends where it would have ended
    const struct carried carried = {
        .text = text.data,
        .len = text.len,
        .prefill = prefill,
        .words_left = left > 0 ? left : LEAST_LEFT,
    };
    if (text.len > 0 && !prefill && left <= 0) {
        if (!conclude_carried(w, &text, &done, e)) goto out;
        if (done) {
            worker_note_done(w);
            result = ONE_AGAIN;
            goto out;
        }
    }
    if (begin_attempt(w, &last, text.len > 0 ? &carried : NULL, copies, e) && enter_phase(w, e)) result = ONE_REQUEST;
out:
    buf_release(&text);
    attempt_release(&last);
    return result;
}

enum launch launch_prepare(struct worker *w, struct err *e)
{
    for (;;) {
        if (!worker_reload_book(w, e)) return LAUNCH_FAILED;
        struct next_limits limits = worker_limits(w);
        w->step = next_step(&w->book, &limits);
        if (!worker_replan(w, e)) return LAUNCH_FAILED;
        w->step = next_step(&w->book, &limits);
        if (w->step.kind == STEP_APPROVAL) return enter_phase(w, e) ? LAUNCH_APPROVAL : LAUNCH_FAILED;
        if (!step_ops(w->step.kind)) return enter_phase(w, e) ? LAUNCH_FINISH : LAUNCH_FAILED;
        if (worker_wants_home(w)) return LAUNCH_HOME;
        if (w->step.kind == STEP_BEATS && w->o.outranked_by(w->arg, w) > 0) return LAUNCH_YIELD;
        switch (prepare_step(w, e)) {
        case ONE_REQUEST:
            return LAUNCH_REQUEST;
        case ONE_AGAIN:
            continue;
        case ONE_FAILED:
            return LAUNCH_FAILED;
        }
    }
}

// ---- sent ----------------------------------------------------------------------------------------------------------

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
