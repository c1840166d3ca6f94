// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The steps of one answer; the drawing is in generation.h.
#include "sim/generation.h"

#include "sim/dialect.h"
#include "sim/pace.h"
#include "sim/token.h"
#include "sim/wire.h"

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
    const struct wire *wire;
    int fd;
    struct ask ask;
    const struct fault *fault; // NULL once it was played
    enum phase phase;
    bool ended; // in the account

    struct buf text; // the answer
    size_t at;       // bytes of it handed out
    size_t thought;  // so many of them are reasoning, which has a field of its own
    long tokens, limit_tokens;
    const char *finish_reason;

    struct event event;
    struct buf out; // events not taken yet

    struct account_seen seen; // of the prompt
    struct meter meter;
    int64_t start_ns, first_ns; // headers; first token
    int64_t told_ns;            // the last sign of life in the prefill
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
    if (!author_answer(sim->author, &g->ask, g->limit_tokens, &g->text, &g->thought)) sim->account.lost_position++;
    bool proof = g->ask.kind == ASK_PROOF;
    long number = proof ? sim->account.proofs : ++sim->generations;
    pthread_mutex_unlock(&sim->lock);
    if (!proof) g->fault = script_find(sim->script, number, sim->options->habits.seed);
    event_init(&g->event, (uint64_t)number, g->ask.model ? g->ask.model : sim->options->model);
    g->event.raw = g->event.generate = g->ask.raw;
    g->wire->begin(&g->event);
}

struct generation *generation_new(struct sim *sim, int fd, struct ask *ask, int64_t arrival_ns)
{
    struct generation *g = mem_calloc(1, sizeof *g);
    g->sim = sim;
    g->wire = sim->dialect->wire;
    g->fd = fd;
    g->ask = *ask;
    *ask = (struct ask){.last_user = ""};
    buf_init(&g->text, BUF_MAX_PIECE);
    buf_init(&g->out, BUF_MAX_PIECE);
    enter(g, arrival_ns);
    if (g->fault && g->fault->kind == FAULT_EMPTY) buf_clear(&g->text);
    g->start_ns = g->told_ns = pace_now_ns();
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
    bool limited = g->sim->dialect->overflow != NULL;
    return limited && g->seen.prompt_tokens >= g->sim->options->ctx_tokens ? g->seen.prompt_tokens : 0;
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
        .cached_tokens =
            g->sim->options->tells_cached || !g->sim->dialect->cached_by_flag ? g->seen.cached_tokens : -1,
        .completion_tokens = g->tokens,
        .prompt_ms = (double)(first - g->start_ns) / 1e6,
        .predicted_ms = (double)(pace_now_ns() - first) / 1e6,
    };
}

static int64_t prefill_ns(const struct generation *g)
{
    double rate = g->sim->options->prefill_chars_per_s;
    double chars = (double)(g->ask.prompt.len - g->seen.cached_chars);
    return rate > 0 ? (int64_t)(chars / rate * 1e9) : 0;
}

static void tell_progress(struct generation *g, double share)
{
    long total = g->seen.prompt_tokens, cached = g->seen.cached_tokens;
    long processed = cached + (long)((double)(total - cached) * share);
    if (g->ask.progress && g->wire->progress) g->wire->progress(&g->event, total, cached, processed, &g->out);
}

// When the next sign of life is due: progress by batches of the prompt, pings by the clock.
static int64_t next_sign_ns(const struct generation *g, int64_t all_ns)
{
    enum { BATCHES = 8 };
    int64_t most = all_ns;
    if (g->ask.progress && g->wire->progress) most = all_ns / BATCHES;
    if (g->ask.ping_ms && g->wire->ping && g->ask.ping_ms * PACE_MS_NS < most) most = g->ask.ping_ms * PACE_MS_NS;
    return g->told_ns + most;
}

static enum step step_prefill(struct generation *g)
{
    int64_t all = prefill_ns(g), end_ns = g->start_ns + all, sign_ns = next_sign_ns(g, all);
    if (g->out.len) return STEP_FLUSH;
    if (all && !pace_wait(g->fd, sign_ns < end_ns ? sign_ns : end_ns)) return STEP_LEFT;
    if (sign_ns >= end_ns) {
        tell_progress(g, 1);
        g->phase = PHASE_ROLE;
        return STEP_MORE;
    }
    g->told_ns = sign_ns;
    tell_progress(g, (double)(sign_ns - g->start_ns) / (double)all);
    if (g->ask.ping_ms && g->wire->ping) g->wire->ping(&g->out);
    return STEP_MORE;
}

static enum step step_role(struct generation *g)
{
    if (g->wire->role) g->wire->role(&g->event, &g->out);
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
    bool thought = g->at < g->thought;
    size_t len = token_len(g->text.data + g->at, (thought ? g->thought : g->text.len) - g->at);
    (thought ? g->wire->reasoning : g->wire->token)(&g->event, g->text.data + g->at, len, &g->out);
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
        g->wire->error(&g->event, "Compute error.", &g->out);
        break;
    case FAULT_EOF:
        if (f->done && g->wire->done) g->wire->done(&g->event, &g->out);
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
    g->wire->finish(&g->event, g->finish_reason, g->ask.include_usage && g->wire->usage ? NULL : &u, &g->out);
    g->phase = PHASE_USAGE;
    return STEP_MORE;
}

static enum step step_usage(struct generation *g)
{
    struct event_usage u = usage(g);
    if (g->ask.include_usage && g->wire->usage) g->wire->usage(&g->event, &u, &g->out);
    g->phase = PHASE_DONE;
    return STEP_MORE;
}

static enum step step_done(struct generation *g)
{
    if (g->wire->done) g->wire->done(&g->event, &g->out);
    g->phase = PHASE_END;
    return STEP_FLUSH;
}

static enum step step_silent(struct generation *g)
{
    if (g->out.len) return STEP_FLUSH;
    if (!pace_wait(g->fd, pace_now_ns() + PACE_SECOND_NS)) return STEP_LEFT;
    if (g->fault->pings && g->wire->ping) g->wire->ping(&g->out);
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
    if (!pace_wait(g->fd, g->start_ns + prefill_ns(g))) return false;
    g->first_ns = pace_now_ns();
    return rate <= 0 || pace_wait(g->fd, g->first_ns + (int64_t)((double)g->tokens * 1e9 / rate));
}

bool generation_body(struct generation *g, struct buf *out)
{
    while (g->at < g->text.len && g->tokens < g->limit_tokens) {
        size_t end_at = g->at < g->thought ? g->thought : g->text.len;
        g->at += token_len(g->text.data + g->at, end_at - g->at);
        g->tokens++;
    }
    if (!body_wait(g)) return false;
    struct event_usage u = usage(g);
    size_t thought = g->thought < g->at ? g->thought : g->at;
    g->wire->body(&g->event, g->text.data, g->at, thought, g->at < g->text.len ? "length" : "stop", &u, out);
    end(g, ACCOUNT_FINISHED);
    return true;
}
