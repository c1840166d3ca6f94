// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// From rows to a request: what is next, what earlier attempts left of it, what to send. Everything that the request
// depends on is committed (the attempt's row) before it leaves.
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "engine/steps.h"
#include "engine/worker.h"
#include "text/join.h"
#include "text/words.h"

enum { LEAST_WORDS = 60 };

struct task_key launch_task(const struct worker *w)
{
    return (struct task_key){
        .job = w->job.id, .kind = step_ops(w->step.kind)->name, .chapter = w->step.chapter, .seq = w->step.seq};
}

// ---- what earlier attempts left ------------------------------------------------------------------------------------

// Text counts unless the gate refused it. "smaller" is no refusal: it says that the next request must ask for less.
static bool is_usable(const struct attempt *a)
{
    bool refused = a->verdict && *a->verdict && strcmp(a->verdict, "smaller") != 0;
    // An answer without an end is no prose either, and two of them outgrow every buffer.
    refused = refused || (a->failure && strcmp(a->failure, failure_name(FAIL_TOO_BIG)) == 0);
    return !refused && (a->prefix.len > 0 || a->text.len > 0);
}

// Cleans the text of the last attempt for a continuation, and counts its words. Empty: not worth it, begin anew.
static bool carry(struct worker *w, const struct attempt *a, struct buf *text, int *words, bool prefill,
                  struct err *e)
{
    buf_clear(text);
    *words = 0;
    if (w->step.kind != STEP_CHUNK || !is_usable(a)) return true;
    struct desk d = worker_desk(w);
    join_pieces(text, &a->prefix, &a->text);
    size_t keep = prefill ? join_clean_word(text->data, text->len) : join_clean_sentence(text->data, text->len);
    buf_cut(text, keep);
    if (!step_chunk_words(&d, &w->step, text->data, text->len, words, e)) return false;
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

// ---- ends without a request -------------------------------------------------------------------------------------------

// The stream broke after everything had come: the text is judged without asking again.
static bool accept_carried(struct worker *w, const struct buf *text, bool *accepted, struct err *e)
{
    struct desk d = worker_desk(w);
    struct buf turn;
    const char *rule = "";
    buf_init(&turn, BUF_MAX_PROMPT);
    bool ok = step_chunk.turn(&turn, &d, &w->step, NULL, e);
    if (ok) {
        const struct gen_message message = {.role = GEN_USER, .text = turn.data, .len = turn.len};
        const struct answer a = {.text = text->data, .len = text->len, .turn = &message};
        ok = step_chunk.settle(&d, &w->step, &a, &rule, e);
    }
    buf_release(&turn);
    *accepted = ok && rule == NULL;
    struct task_key key = launch_task(w);
    return ok && (!*accepted || store_task_done(w->store, &key, e));
}

// The best that any attempt gave; else a gap, or a plan made by code.
bool launch_give_up(struct worker *w, struct err *e)
{
    const struct step_ops *ops = step_ops(w->step.kind);
    struct desk d = worker_desk(w);
    struct task_key key = launch_task(w);
    struct attempt best = {0};
    struct buf turn, text;
    const char *rule = "";
    buf_init(&turn, BUF_MAX_PROMPT);
    buf_init(&text, BUF_MAX_PROMPT);
    bool ok = ops->turn(&turn, &d, &w->step, NULL, e);
    const struct gen_message message = {.role = GEN_USER, .text = turn.data, .len = turn.len};
    enum store_found found = ok ? store_attempt_best(w->store, &key, &best, e) : STORE_ERROR;
    ok = found != STORE_ERROR;
    if (found == STORE_FOUND) {
        join_pieces(&text, &best.prefix, &best.text);
        const struct answer a = {.text = text.data, .len = text.len, .cut = true, .turn = &message};
        ok = ops->settle(&d, &w->step, &a, &rule, e);
        attempt_release(&best);
    }
    if (ok && rule) ok = ops->give_up(&d, &w->step, &message, e);
    ok = ok && store_task_done(w->store, &key, e);
    if (ok) worker_note_done(w);
    buf_release(&turn);
    buf_release(&text);
    return ok;
}

// ---- the request ---------------------------------------------------------------------------------------------------------

static size_t common_prefix(const struct buf *a, const struct buf *b)
{
    size_t n = 0, most = a->len < b->len ? a->len : b->len;
    while (n < most && a->data[n] == b->data[n]) n++;
    return n;
}

// Our own account of what a server with one cached prefix has not seen yet.
static size_t account_prefix(struct worker *w)
{
    struct buf now;
    buf_init(&now, BUF_MAX_PROMPT);
    prompt_flatten(&w->prompt, &now);
    size_t common = common_prefix(&now, &w->last_prompt);
    buf_release(&w->last_prompt);
    w->last_prompt = now;
    return common;
}

static double temperature(const struct worker *w, int charged)
{
    double given = w->spec.sampling.temperature;
    double base = w->step.kind == STEP_CHUNK && given == given ? given : step_ops(w->step.kind)->temperature;
    double step = charged >= 2 ? 0.15 * (charged - 1) : 0; // first another seed, then more heat
    return step > 0.45 ? base + 0.45 : base + step;
}

// Every attempt has a seed of its own, a function of the job's seed and its place.
static int64_t attempt_seed(const struct worker *w, int number)
{
    uint64_t place = (uint64_t)w->step.kind * 1000003 + (uint64_t)w->step.chapter * 8191 +
                     (uint64_t)w->step.seq * 127 + (uint64_t)number;
    return (int64_t)(((uint64_t)w->job.seed + place) & 0x7fffffff);
}

static bool begin_attempt(struct worker *w, const struct attempt *last, const struct carried *carried, struct err *e)
{
    struct desk d = worker_desk(w);
    int words = carried ? carried->words_left : w->step.ask.need_words;
    w->max_tokens = step_ops(w->step.kind)->max_tokens(&d, &w->step, words > 0 ? words : 1);
    prompt_release(&w->prompt);
    if (!prompt_build(&w->prompt, &d, &w->step, carried, (int)w->max_tokens, e)) return false;
    w->max_tokens = prompt_answer_tokens(&w->prompt, &d, (int)w->max_tokens);

    w->seed = attempt_seed(w, last->number + 1);
    w->temperature = temperature(w, last->charged);
    const struct attempt_begin row = {
        .task = launch_task(w),
        .backend = link_name(w->link),
        .model = w->job.model,
        .words_asked = w->step.ask.ask_words,
        .max_tokens = (int)w->max_tokens,
        .seed = w->seed,
        .prefix = carried ? carried->text : "",
        .prefix_len = carried ? carried->len : 0,
        .prompt_bytes = (int64_t)w->prompt.bytes,
        .common_bytes = (int64_t)account_prefix(w),
    };
    int64_t id;
    if (!store_attempt_begin(w->store, &row, &id, e)) return false;
    flight_prepare(&w->flight, w->store, id, row.prefix, row.prefix_len);
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
    bool plan = w->step.kind == STEP_BIBLE || w->step.kind == STEP_OUTLINE;
    enum job_state phase = plan ? JOB_PLANNING : JOB_WRITING;
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
    int words = 0; // of what is carried
    bool prefill = link_facts(w->link)->prefill, accepted = false;
    if (found == STORE_FOUND) {
        if (!close_abandoned(w, &last, e)) goto out;
        if (last.charged >= worker_attempts(w)) {
            if (launch_give_up(w, e)) result = ONE_AGAIN;
            goto out;
        }
        if (!carry(w, &last, &text, &words, prefill, e)) goto out;
        shrink(w, &last, words);
    }
    const struct carried carried = {
        .text = text.data,
        .len = text.len,
        .prefill = prefill,
        .words_left = w->step.ask.ask_words - words,
    };
    if (text.len > 0 && !prefill && carried.words_left <= 0) {
        if (!accept_carried(w, &text, &accepted, e)) goto out;
        if (accepted) {
            worker_note_done(w);
            result = ONE_AGAIN;
            goto out;
        }
    }
    if (begin_attempt(w, &last, text.len > 0 ? &carried : NULL, e) && enter_phase(w, e)) result = ONE_REQUEST;
out:
    buf_release(&text);
    attempt_release(&last);
    return result;
}

enum launch launch_prepare(struct worker *w, struct err *e)
{
    for (;;) {
        if (!worker_reload_book(w, e)) return LAUNCH_FAILED;
        w->step = next_step(&w->book, worker_chunk_words(w));
        if (!step_ops(w->step.kind)) return enter_phase(w, e) ? LAUNCH_FINISH : LAUNCH_FAILED;
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

static int64_t seconds(int spec, int config)
{
    return (int64_t)(spec > 0 ? spec : config) * 1000;
}

void launch_send(struct worker *w)
{
    struct sampling sampling = w->spec.sampling;
    sampling.temperature = w->temperature;
    const char *model = w->job.model && *w->job.model ? w->job.model : NULL;
    const struct gen_request q = {
        .url = link_url(w->link),
        .bearer = link_bearer(w->link),
        .model = model,
        .messages = w->prompt.messages,
        .messages_count = w->prompt.count,
        .prefill = w->prompt.prefill,
        .max_tokens = (int)w->max_tokens,
        .seed = w->seed,
        .sampling = &sampling,
        .connect_ms = 5000,
        .first_token_ms = seconds(w->spec.first_token_s, w->o.config->first_token_s),
        .stall_ms = seconds(w->spec.stall_s, w->o.config->stall_s),
        .total_ms = (int64_t)w->o.config->total_s * 1000,
    };
    w->sent_ms = clock_mono_ms();
    worker_enter(w, WORKER_FLIGHT);
    flight_send(&w->flight, w->o.loop, w->o.http, &q);
}
