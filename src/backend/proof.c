// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The machine that takes a server through the steps of a proof (proof_step.c).
//
//   proof_start ─▶ proof_go ──the step generates──▶ proof_send ──end──▶ proof_on_end ──▶ again, next turn or next step
//                     ▲  │                              └── left early ──▶ proof_on_soon ──▶ next step
//                     │  ├──it counts or renders──▶ proof_on_count, proof_on_render ───────▶ next step
//                     │  └──the server may still be busy──▶ proof_settle ──idle, or quiet──▶ proof_settled
//                     └── each of them goes on here ──────────────────────────────────────────────┘
//
// A generation that was left, or that broke within its reply, may still burn on the server: `unsettled` holds until a
// status route says idle or, without one, the longest that a proof may take has passed. Nothing is sent meanwhile.
//
// What the end of a generation means is decided in proof_fate.c: the step is answered or goes unanswered, the turn is
// asked again without what was refused, or the server has gone and with it everything that was proved so far.
#include "backend/proof.h"

#include "backend/count.h"
#include "backend/idle.h"
#include "backend/render.h"
#include "base/clock.h"
#include "base/mem.h"

#include "proof_step.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    TOTAL_BEYOND_MS = 120 * 1000,
    QUIET_TOKENS_PER_S = 20, // slower machines have a status route, or are waited for by the request after us
    SETTLE_LIMIT_MS = 30 * 1000,
    OVERRUN_SLACK_TOKENS = 8,
    OVERRUN_BYTES_PER_TOKEN = 6, // no tokenizer has more, over a whole answer in English
    SAMPLE_X100_LEAST = 20,
    SAMPLE_X100_MOST = 4000,
};

struct proof {
    struct loop *loop;
    struct http *http;
    void (*done)(void *arg, enum failure failure, const char *message, struct proofs *p);
    void *arg;
    char *url, *bearer, *model, *sample;
    int n_ctx_tokens, slot;
    int64_t first_token_ms, stall_ms;
    struct proof_scene scene;
    struct sampling sampling;
    size_t step; // PROOF_STEPS: all are done
    int turn;
    bool unsettled; // the server may still be busy with what we left
    bool leaving;   // the step is about how soon it is idle
    bool left;      // just now, and nothing was made of it yet
    int64_t left_at_ms;
    size_t bytes_most; // of the turn's text: more is no token limit any more
    bool leave;        // this turn is left at its first text
    // At most one of these is open.
    struct generation *generation;
    struct count *count;
    struct render *render;
    struct idle_wait *idle;
    struct timer *soon;  // goes on outside of the callback that found the end
    struct timer *quiet; // no status route: the time in which nothing is sent
};

static void proof_go(struct proof *p);

static void proof_free(struct proof *p)
{
    gen_cancel(p->generation);
    count_cancel(p->count);
    render_cancel(p->render);
    if (p->idle != NULL) idle_wait_cancel(p->idle);
    timer_free(p->soon);
    timer_free(p->quiet);
    for (int i = 0; i < PROOF_TURNS_MOST; i++) buf_release(&p->scene.answers[i].text);
    gen_template_free(p->scene.found.raw);
    free(p->url);
    free(p->bearer);
    free(p->model);
    free(p->sample);
    free(p);
}

void proof_cancel(struct proof *p)
{
    if (p != NULL && p->done != NULL) proof_free(p);
}

static void proof_finish(struct proof *p, enum failure failure, const char *message)
{
    void (*done)(void *arg, enum failure failure, const char *message, struct proofs *found) = p->done;
    if (failure != FAIL_NONE || !p->scene.raw_holds) {
        gen_template_free(p->scene.found.raw);
        p->scene.found.raw = NULL;
    }
    struct proofs found = p->scene.found;
    int64_t ms = p->scene.output_ms > 0 ? p->scene.output_ms : 1;
    found.decode_per_s = (double)p->scene.tokens_timed * 1000 / (double)ms;
    p->scene.found.raw = NULL; // the receiver's
    p->done = NULL;            // a cancel from inside the callback finds nothing to do
    done(p->arg, failure, message, &found);
    proof_free(p);
}

// ---- from step to step -----------------------------------------------------------------------------------------------

static void proof_next_step(struct proof *p)
{
    p->step++;
    p->turn = p->scene.dropped = 0;
    p->scene.reasoning_is_text = p->scene.found.hidden_answer;
    p->leaving = p->leave = false;
}

static const struct proof_step *proof_step_now(const struct proof *p)
{
    return &proof_steps[p->step];
}

// ---- the server is idle before anything is sent ------------------------------------------------------------------------

static void proof_settled(struct proof *p, bool known)
{
    p->unsettled = false;
    if (p->leaving) {
        int64_t after_ms = clock_mono_ms() - p->left_at_ms;
        if (known) p->scene.found.leave = proof_judge_leave(after_ms, proof_rest_ms(&p->scene));
        proof_next_step(p);
    }
    proof_go(p);
}

static void proof_on_quiet(void *arg)
{
    proof_settled(arg, false);
}

static void proof_stay_quiet(struct proof *p)
{
    int64_t quiet_ms = PROOF_TOKENS_MOST * 1000 / QUIET_TOKENS_PER_S, rest_ms = proof_rest_ms(&p->scene);
    timer_set(p->quiet, rest_ms > quiet_ms ? rest_ms : quiet_ms);
}

static void proof_on_idle(void *arg, enum idle_end how)
{
    struct proof *p = arg;
    p->idle = NULL;
    switch (how) {
    case IDLE_IDLE:
        proof_settled(p, true);
        return;
    case IDLE_UNKNOWN:
        proof_stay_quiet(p);
        return;
    case IDLE_BUSY:
        if (p->scene.dialect == DIALECT_LLAMACPP || p->scene.dialect == DIALECT_KOBOLDCPP)
            proof_finish(p, FAIL_BUSY, "the server went on generating for an answer that nobody waits for");
        else
            proof_settled(p, false); // its route speaks of everybody's requests
        return;
    case IDLE_HUNG:
        proof_finish(p, FAIL_WEDGED, "the server does not say whether it is idle");
        return;
    }
}

static void proof_settle(struct proof *p)
{
    if (!p->scene.idle_route || !idle_has_route(p->scene.dialect)) {
        proof_stay_quiet(p);
        return;
    }
    struct idle_options o = {.dialect = p->scene.dialect,
                             .url = p->url,
                             .bearer = p->bearer,
                             .slot = p->slot,
                             .limit_ms = SETTLE_LIMIT_MS + proof_rest_ms(&p->scene)};
    p->idle = idle_wait_start(p->loop, p->http, &o, proof_on_idle, p);
}

// ---- one generation ----------------------------------------------------------------------------------------------------

static void proof_on_end(void *arg, const struct gen_result *r)
{
    struct proof *p = arg;
    p->generation = NULL;
    p->scene.answers[p->turn].result = *r;
    p->unsettled = proof_broke(r);
    proof_note(&p->scene, p->turn);
    switch (proof_fate(&p->scene, proof_step_now(p), r)) {
    case FATE_GONE:
        proof_finish(p, r->failure, r->message);
        return;
    case FATE_AGAIN:
        break;
    case FATE_UNANSWERED:
        proof_next_step(p);
        break;
    case FATE_ANSWERED:
        p->scene.answered = true;
        p->scene.dropped = 0;
        if (proof_step_now(p)->judge != NULL && proof_step_now(p)->judge(&p->scene, p->turn)) {
            p->turn++;
        } else {
            proof_next_step(p);
        }
        break;
    }
    proof_go(p);
}

// Left at its first text, as the step wanted; or there was far more text than the limit allows.
static void proof_leave(struct proof *p)
{
    if (p->leave) {
        p->leaving = true; // judged when the server is idle
    } else {
        const struct proof_step *step = proof_step_now(p);
        if (step->overrun != NULL) step->overrun(&p->scene, p->turn);
        proof_next_step(p);
    }
}

// The start, and what follows when a generation was left from inside its own callback.
static void proof_on_soon(void *arg)
{
    struct proof *p = arg;
    if (p->left) proof_leave(p);
    p->left = false;
    proof_go(p);
}

static void proof_on_text(void *arg, const char *bytes, size_t len)
{
    struct proof *p = arg;
    struct buf *text = &p->scene.answers[p->turn].text;
    bool fits = buf_add(text, bytes, len);
    if (!p->leave && fits && text->len <= p->bytes_most) return;
    gen_cancel(p->generation);
    p->generation = NULL;
    p->left = p->unsettled = true;
    p->left_at_ms = clock_mono_ms();
    timer_set(p->soon, 0);
}

static const struct gen_events proof_events = {proof_on_text, proof_on_end};

static size_t proof_messages(const struct proof_ask *ask, struct gen_message *out)
{
    for (size_t i = 0; i < ask->texts_count; i++) {
        enum gen_role role = i % 2 == 0 ? GEN_USER : GEN_ASSISTANT;
        out[i] = (struct gen_message){role, ask->texts[i], strlen(ask->texts[i])};
    }
    return ask->texts_count;
}

static void proof_send(struct proof *p)
{
    struct proof_ask ask = {.texts_count = 1, .seed = -1};
    struct gen_message messages[ARRAY_LEN(ask.texts)];
    proof_step_now(p)->ask(&p->scene, p->turn, &ask);
    p->sampling.temperature = ask.temperature;
    p->bytes_most = (size_t)(ask.max_tokens + OVERRUN_SLACK_TOKENS) * OVERRUN_BYTES_PER_TOKEN;
    p->leave = ask.leave;
    buf_clear(&p->scene.answers[p->turn].text);
    struct gen_request q = {.dialect = p->scene.dialect,
                            .url = p->url,
                            .bearer = p->bearer,
                            .model = p->model,
                            .messages = messages,
                            .messages_count = proof_messages(&ask, messages),
                            .raw = ask.raw ? p->scene.found.raw : NULL,
                            .prefill = ask.prefill,
                            .max_tokens = ask.max_tokens,
                            .seed = ask.seed,
                            .sampling = &p->sampling,
                            .schema_name = ask.schema != NULL ? "proof" : NULL,
                            .schema = ask.schema,
                            .n_ctx_tokens = p->n_ctx_tokens,
                            .slot = p->slot,
                            .thinking_off = true,
                            .reasoning_is_text = p->scene.reasoning_is_text,
                            .without = p->scene.found.refused,
                            .first_token_ms = p->first_token_ms,
                            .stall_ms = p->stall_ms,
                            .total_ms = p->first_token_ms + TOTAL_BEYOND_MS};
    p->scene.found.requests++;
    p->generation = gen_start(p->loop, p->http, &q, &proof_events, p);
}

// ---- counting and rendering --------------------------------------------------------------------------------------------

static void proof_on_count(void *arg, int64_t tokens)
{
    struct proof *p = arg;
    p->count = NULL;
    int64_t x100 = tokens > 0 ? (int64_t)strlen(p->sample) * 100 / tokens : 0;
    if (x100 >= SAMPLE_X100_LEAST && x100 <= SAMPLE_X100_MOST) p->scene.found.bytes_per_token_x100 = (int)x100;
    proof_next_step(p);
    proof_go(p);
}

static void proof_on_render(void *arg, struct gen_template *t)
{
    struct proof *p = arg;
    p->render = NULL;
    proof_judge_template(&p->scene, t);
    proof_next_step(p);
    proof_go(p);
}

static void proof_render(struct proof *p)
{
    struct render_options o = {.dialect = p->scene.dialect,
                               .url = p->url,
                               .bearer = p->bearer,
                               .model = p->model,
                               .thinking_off = (p->scene.found.refused & PARAM_BIT(PARAM_THINKING)) == 0,
                               .n_ctx_tokens = p->n_ctx_tokens};
    p->render = render_start(p->loop, p->http, &o, proof_on_render, p);
}

static void proof_go(struct proof *p)
{
    if (p->unsettled) {
        proof_settle(p);
        return;
    }
    while (p->step < PROOF_STEPS && p->turn == 0 && p->scene.dropped == 0 && !proof_step_now(p)->applies(&p->scene))
        p->step++;
    if (p->step == PROOF_STEPS) {
        proof_finish(p, FAIL_NONE, "");
        return;
    }
    switch (proof_step_now(p)->kind) {
    case PROOF_GENERATES:
        proof_send(p);
        return;
    case PROOF_COUNTS:
        p->count = count_start(p->loop, p->http, p->scene.dialect, p->url, p->bearer, p->model, p->sample,
                               strlen(p->sample), proof_on_count, p);
        return;
    case PROOF_RENDERS:
        proof_render(p);
        return;
    }
}

struct proof *proof_start(struct loop *l, struct http *h, const struct proof_options *o,
                          void (*done)(void *arg, enum failure failure, const char *message, struct proofs *p),
                          void *arg)
{
    struct proof *p = mem_calloc(1, sizeof(*p));
    p->loop = l;
    p->http = h;
    p->done = done;
    p->arg = arg;
    p->url = mem_strdup(o->url);
    p->bearer = mem_strdup_opt(o->bearer);
    p->model = mem_strdup_opt(o->model);
    p->sample = mem_strdup_opt(o->sample);
    p->n_ctx_tokens = o->n_ctx_tokens;
    p->slot = o->slot;
    p->first_token_ms = o->first_token_ms;
    p->stall_ms = o->stall_ms;
    p->sampling = (struct sampling){NAN, NAN, NAN, NAN, NAN, NAN, -1, NAN, NAN, 0, NAN, NAN};
    p->scene.dialect = o->dialect;
    p->scene.prefill = o->facts->prefill;
    p->scene.idle_route = o->facts->idle_route;
    p->scene.tokens_route = o->facts->tokens_route;
    p->scene.sample = o->sample != NULL && o->sample[0] != '\0';
    for (int i = 0; i < PROOF_TURNS_MOST; i++) buf_init(&p->scene.answers[i].text, PROOF_ANSWER_MAX);
    p->soon = timer_new(l, proof_on_soon, p);
    p->quiet = timer_new(l, proof_on_quiet, p);
    timer_set(p->soon, 0);
    return p;
}
