// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The steps of one answer; the drawing is in generation.h.
#include "sim/generation.h"

#include "sim/event.h"
#include "sim/pace.h"
#include "sim/token.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum phase {
    PHASE_PREFILL,
    PHASE_ROLE,
    PHASE_TOKENS,
    PHASE_FAULT,
    PHASE_FINISH,
    PHASE_USAGE,
    PHASE_DONE,
    PHASE_SILENT,
    PHASE_CUT,
    PHASE_END,
};

// What a step did: more can follow at once, the bytes so far must go out first, or the client is gone.
enum step { STEP_MORE, STEP_FLUSH, STEP_LEFT };

struct generation {
    struct sim *sim;
    int fd;
    struct ask ask;
    const struct fault *fault; // NULL once it was played
    enum phase phase;
    bool ended; // in the account

    struct buf text; // the answer
    size_t at;       // bytes of it handed out
    long tokens, limit_tokens;
    const char *finish_reason;

    struct event event;
    struct buf out; // events not taken yet

    struct account_seen seen; // of the prompt
    struct meter meter;
    int64_t start_ns, first_ns; // headers; first token
};

// What the answer may have: of the context, of the request, of the options.
static void find_limit(struct generation *g)
{
    const struct sim_options *o = g->sim->options;
    long room = o->ctx_tokens - g->seen.prompt_tokens;
    g->limit_tokens = room > 0 ? room : 0;
    bool limited = g->ask.max_tokens >= 0 && !o->ignore_limit;
    if (limited && g->ask.max_tokens < g->limit_tokens) g->limit_tokens = g->ask.max_tokens;
    if (o->cap_tokens && o->cap_tokens < g->limit_tokens) g->limit_tokens = o->cap_tokens;
}

static void enter(struct generation *g, int64_t arrival_ns)
{
    struct sim *sim = g->sim;
    pthread_mutex_lock(&sim->lock);
    g->seen = account_begin(&sim->account, &g->ask, &g->meter, arrival_ns);
    find_limit(g);
    if (!author_answer(sim->author, &g->ask, g->limit_tokens, &g->text)) sim->account.lost_position++;
    long number = ++sim->generations;
    pthread_mutex_unlock(&sim->lock);
    g->fault = script_find(sim->script, number, sim->options->habits.seed);
    event_init(&g->event, (uint64_t)number, sim->options->model);
}

struct generation *generation_new(struct sim *sim, int fd, const char *body, size_t len, int64_t arrival_ns,
                                  struct err *e)
{
    struct generation *g = mem_calloc(1, sizeof *g);
    g->sim = sim;
    g->fd = fd;
    g->ended = true;
    buf_init(&g->text, BUF_MAX_PIECE);
    buf_init(&g->out, BUF_MAX_PIECE);
    if (!ask_parse(&g->ask, body, len, e)) {
        generation_free(g);
        return NULL;
    }
    enter(g, arrival_ns);
    g->ended = false;
    if (g->fault && g->fault->kind == FAULT_EMPTY) buf_clear(&g->text);
    g->start_ns = pace_now_ns();
    return g;
}

static void end(struct generation *g, enum account_end how)
{
    if (g->ended) return;
    g->ended = true;
    int64_t now = pace_now_ns();
    struct sim *sim = g->sim;
    pthread_mutex_lock(&sim->lock);
    account_end(&sim->account, &g->ask, &g->meter, how, g->text.data, g->at, g->tokens, now);
    if (how == ACCOUNT_DISCONNECTED && g->fault && g->fault->kind == FAULT_ZOMBIE)
        sim->account.busy_until_ns = now + g->fault->ms * PACE_MS_NS;
    pthread_mutex_unlock(&sim->lock);
}

void generation_free(struct generation *g)
{
    if (!g) return;
    end(g, ACCOUNT_DISCONNECTED);
    event_release(&g->event);
    ask_release(&g->ask);
    meter_release(&g->meter);
    buf_release(&g->text);
    buf_release(&g->out);
    free(g);
}

const struct fault *generation_fault(const struct generation *g)
{
    return g->fault;
}

bool generation_streams(const struct generation *g)
{
    return g->ask.stream;
}

long generation_overflow_tokens(const struct generation *g)
{
    return g->seen.prompt_tokens >= g->sim->options->ctx_tokens ? g->seen.prompt_tokens : 0;
}

void generation_refuse(struct generation *g)
{
    end(g, ACCOUNT_BROKEN);
}

static struct event_usage usage(const struct generation *g)
{
    int64_t first = g->first_ns ? g->first_ns : pace_now_ns();
    return (struct event_usage){
        .prompt_tokens = g->seen.prompt_tokens,
        .cached_tokens = g->seen.cached_tokens,
        .completion_tokens = g->tokens,
        .prompt_ms = (double)(first - g->start_ns) / 1e6,
        .predicted_ms = (double)(pace_now_ns() - first) / 1e6,
    };
}

static enum step step_prefill(struct generation *g)
{
    double rate = g->sim->options->prefill_chars_per_s;
    double chars = (double)(g->ask.prompt.len - g->seen.cached_chars);
    int64_t wait_ns = rate > 0 ? (int64_t)(chars / rate * 1e9) : 0;
    if (wait_ns && !pace_wait(g->fd, g->start_ns + wait_ns)) return STEP_LEFT;
    g->phase = PHASE_ROLE;
    return STEP_MORE;
}

static enum step step_role(struct generation *g)
{
    event_role(&g->event, &g->out);
    g->first_ns = pace_now_ns();
    g->phase = PHASE_TOKENS;
    return STEP_MORE;
}

static bool fault_due(const struct generation *g, bool last)
{
    if (!g->fault) return false;
    switch (g->fault->kind) {
    case FAULT_STALL:
    case FAULT_TRUNCATE:
    case FAULT_EOF:
    case FAULT_GARBAGE:
    case FAULT_ERROR_FRAME:
    case FAULT_EXIT:
        return last || g->tokens >= g->fault->after_tokens;
    case FAULT_ZOMBIE:
        return g->fault->after_tokens >= 0 && (last || g->tokens >= g->fault->after_tokens);
    case FAULT_STATUS:
    case FAULT_EMPTY:
    case FAULT_DELAY:
    case FAULT_KINDS:
        return false;
    }
    return false;
}

// True while the next token is still to come: a rate is kept against the clock, so that it does not drift.
static bool wait_for_token(struct generation *g, enum step *step)
{
    double rate = g->sim->options->tokens_per_s;
    if (rate <= 0) return false;
    if (g->out.len) {
        *step = STEP_FLUSH;
        return true;
    }
    if (pace_wait(g->fd, g->first_ns + (int64_t)((double)g->tokens * 1e9 / rate))) return false;
    *step = STEP_LEFT;
    return true;
}

static enum step step_token(struct generation *g)
{
    enum step waited;
    bool done = g->at >= g->text.len, limited = g->tokens >= g->limit_tokens;
    if (fault_due(g, done || limited)) {
        g->phase = PHASE_FAULT;
        return STEP_MORE;
    }
    if (done || limited) {
        g->finish_reason = done ? "stop" : "length";
        g->phase = PHASE_FINISH;
        return STEP_MORE;
    }
    if (wait_for_token(g, &waited)) return waited;
    size_t len = token_len(g->text.data + g->at, g->text.len - g->at);
    event_token(&g->event, g->text.data + g->at, len, &g->out);
    g->at += len;
    g->tokens++;
    return STEP_MORE;
}

static enum step step_fault(struct generation *g)
{
    const struct fault *f = g->fault;
    g->phase = PHASE_END;
    switch (f->kind) {
    case FAULT_GARBAGE:
        buf_adds(&g->out, "data: {not json\n\n");
        g->fault = NULL;
        g->phase = PHASE_TOKENS;
        break;
    case FAULT_ERROR_FRAME:
        buf_adds(&g->out,
                 "data: {\"error\":{\"code\":500,\"message\":\"Compute error.\",\"type\":\"server_error\"}}\n\n");
        break;
    case FAULT_EOF:
        if (f->done) event_done(&g->out);
        break;
    case FAULT_TRUNCATE:
    case FAULT_EXIT:
        g->phase = PHASE_CUT;
        break;
    default:
        g->phase = PHASE_SILENT;
        break;
    }
    return STEP_MORE;
}

static enum step step_finish(struct generation *g)
{
    struct event_usage u = usage(g);
    event_finish(&g->event, g->finish_reason, g->ask.include_usage ? NULL : &u, &g->out);
    g->phase = PHASE_USAGE;
    return STEP_MORE;
}

static enum step step_usage(struct generation *g)
{
    struct event_usage u = usage(g);
    if (g->ask.include_usage) event_usage(&g->event, &u, &g->out);
    g->phase = PHASE_DONE;
    return STEP_MORE;
}

static enum step step_done(struct generation *g)
{
    event_done(&g->out);
    g->phase = PHASE_END;
    return STEP_FLUSH;
}

static enum step step_silent(struct generation *g)
{
    if (g->out.len) return STEP_FLUSH;
    if (!pace_wait(g->fd, pace_now_ns() + PACE_SECOND_NS)) return STEP_LEFT;
    if (g->fault->pings) buf_adds(&g->out, ":\n\n");
    return STEP_MORE;
}

static enum step advance(struct generation *g)
{
    switch (g->phase) {
    case PHASE_PREFILL:
        return step_prefill(g);
    case PHASE_ROLE:
        return step_role(g);
    case PHASE_TOKENS:
        return step_token(g);
    case PHASE_FAULT:
        return step_fault(g);
    case PHASE_FINISH:
        return step_finish(g);
    case PHASE_USAGE:
        return step_usage(g);
    case PHASE_DONE:
        return step_done(g);
    case PHASE_SILENT:
        return step_silent(g);
    case PHASE_CUT:
    case PHASE_END:
        break;
    }
    return STEP_FLUSH;
}

// Nothing is left to send: the stream ends as its phase says.
static ssize_t conclude(struct generation *g)
{
    if (g->phase == PHASE_CUT && g->fault->kind == FAULT_EXIT) _exit(137);
    end(g, ACCOUNT_BROKEN);
    return g->phase == PHASE_CUT ? GENERATION_CUT : GENERATION_EOF;
}

static ssize_t take(struct generation *g, char *out, size_t max)
{
    size_t n = g->out.len < max ? g->out.len : max;
    memcpy(out, g->out.data, n);
    buf_drop_front(&g->out, n); // what stays is at most a part of one event
    // Before the bytes leave, so that the client's next request never meets this one in the account.
    if (!g->out.len && g->phase == PHASE_END) end(g, g->finish_reason ? ACCOUNT_FINISHED : ACCOUNT_BROKEN);
    return (ssize_t)n;
}

ssize_t generation_read(struct generation *g, char *out, size_t max)
{
    enum step s = STEP_MORE;
    while (s == STEP_MORE && g->out.len < max) s = advance(g);
    if (s == STEP_LEFT) {
        end(g, ACCOUNT_DISCONNECTED);
        return GENERATION_CUT;
    }
    return g->out.len ? take(g, out, max) : conclude(g);
}

static bool body_wait(struct generation *g)
{
    double rate = g->sim->options->tokens_per_s;
    if (step_prefill(g) == STEP_LEFT) return false;
    g->first_ns = pace_now_ns();
    return rate <= 0 || pace_wait(g->fd, g->first_ns + (int64_t)((double)g->tokens * 1e9 / rate));
}

bool generation_body(struct generation *g, struct buf *out)
{
    while (g->at < g->text.len && g->tokens < g->limit_tokens) {
        g->at += token_len(g->text.data + g->at, g->text.len - g->at);
        g->tokens++;
    }
    if (!body_wait(g)) return false;
    struct event_usage u = usage(g);
    event_body(&g->event, g->text.data, g->at, g->at < g->text.len ? "length" : "stop", &u, out);
    end(g, ACCOUNT_FINISHED);
    return true;
}
