// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// An answer is handed out: as a stream, phase by phase as drawn in generation.h, or as one body. A phase writes into `out`
// what it has to say; the rate is kept against the clock, and whoever waits watches whether the client has left.
#include "sim/generation_state.h"

#include "sim/dialect.h"
#include "sim/pace.h"
#include "sim/reframe.h"
#include "sim/strike.h"
#include "sim/token.h"

#include <string.h>
#include <unistd.h>

enum { PING_MS = 200, LOOK_MS = 100, SLOW_TOKENS_PER_S = 1000 };

// What a step did: more can follow at once, the bytes so far must go out first, or the client is gone.
enum step { STEP_MORE, STEP_FLUSH, STEP_LEFT };

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

// Tokens a second, as the server has it now; 0: flat out.
static double rate_now(const struct generation *g)
{
    double rate = g->sim->tokens_per_s;
    return g->slow_factor ? (rate > 0 ? rate : SLOW_TOKENS_PER_S) / (double)g->slow_factor : rate;
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
    g->first_ns = pace_now_ns();
    if (g->fault && fault_place(g->fault) == FAULT_AT_HEAD) {
        g->phase = PHASE_FAULT;
        return STEP_MORE;
    }
    if (g->wire->role) g->wire->role(&g->event, &g->out);
    g->phase = PHASE_TOKENS;
    return STEP_MORE;
}

static bool fault_due(const struct generation *g, bool last)
{
    const struct fault *f = g->fault;
    if (!f || fault_place(f) != FAULT_AT_TOKEN) return false;
    if (f->kind == FAULT_ZOMBIE && f->after_tokens < 0) return false; // only the client's leaving matters
    return last || g->tokens >= f->after_tokens;
}

// When the next token is due; 0: at once. A rate that has changed holds from the last token on: what was said at the other
// one is neither made up for nor waited for.
static int64_t due_ns(struct generation *g)
{
    double rate = rate_now(g);
    if (rate < g->paced_rate || rate > g->paced_rate) {
        g->paced_rate = rate;
        g->paced_ns = pace_now_ns();
        g->paced_tokens = g->tokens > 0 ? g->tokens - 1 : 0;
    }
    return rate > 0 ? g->paced_ns + (int64_t)((double)(g->tokens - g->paced_tokens) * 1e9 / rate) : 0;
}

// True while the next token is still to come: a rate is kept against the clock, so that it does not drift. It is looked
// at while a slow one is waited for, too.
static bool wait_for_token(struct generation *g, enum step *step)
{
    int64_t look_ns = 0;
    for (int64_t due; (due = due_ns(g)) > look_ns;) {
        if (g->out.len) {
            *step = STEP_FLUSH;
            return true;
        }
        look_ns = pace_now_ns() + LOOK_MS * PACE_MS_NS;
        if (look_ns > due) look_ns = due;
        if (pace_wait(g->fd, look_ns)) continue;
        *step = STEP_LEFT;
        return true;
    }
    return false;
}

static bool is_said(const struct generation *g)
{
    return g->at >= g->answer.text.len;
}

static enum step finish_with(struct generation *g, const char *reason)
{
    bool other = g->fault && g->fault->kind == FAULT_FINISH;
    g->finish_reason = other ? g->fault->reason : reason;
    g->phase = PHASE_FINISH;
    return STEP_MORE;
}

static enum step step_token(struct generation *g)
{
    enum step waited;
    bool done = is_said(g) || g->aborts != g->sim->aborts, limited = g->tokens >= g->limit_tokens;
    if (fault_due(g, done || limited)) {
        g->phase = PHASE_FAULT;
        return STEP_MORE;
    }
    if (done || limited) return finish_with(g, done ? "stop" : "length");
    if (wait_for_token(g, &waited)) return waited;
    bool thought = g->at < g->answer.thought && g->wire->reasoning;
    size_t len = answer_token(&g->answer, g->at);
    (thought ? g->wire->reasoning : g->wire->token)(&g->event, g->answer.text.data + g->at, len, &g->out);
    g->at += len;
    g->tokens++;
    return STEP_MORE;
}

static void be_wedged(struct sim *sim)
{
    pthread_mutex_lock(&sim->lock);
    sim->account.wedged = true;
    sim->account.busy_until_ns = INT64_MAX;
    pthread_mutex_unlock(&sim->lock);
}

// The answer counts as written, but nothing of it is sent.
static void skip_answer(struct generation *g)
{
    long tokens = (long)token_count(g->answer.text.data, g->answer.text.len);
    g->tokens = tokens < g->limit_tokens ? tokens : g->limit_tokens;
}

static enum step step_fault(struct generation *g)
{
    const struct fault *f = g->fault;
    if (f->kind == FAULT_WEDGE) be_wedged(g->sim);
    switch (strike(f, g->wire, &g->event, &g->out)) {
    case STRIKE_GO_ON:
        g->fault = NULL;
        g->phase = PHASE_TOKENS;
        break;
    case STRIKE_FINISH:
        skip_answer(g);
        return finish_with(g, "stop");
    case STRIKE_SILENT:
        g->silent_ns = pace_now_ns();
        g->phase = PHASE_SILENT;
        break;
    case STRIKE_CUT:
        g->phase = PHASE_CUT;
        break;
    case STRIKE_END:
        g->phase = PHASE_END;
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
    while (g->fault && g->fault->kind == FAULT_NO_NEWLINE && g->out.len && g->out.data[g->out.len - 1] == '\n')
        buf_cut(&g->out, g->out.len - 1);
    g->phase = PHASE_END;
    return STEP_FLUSH;
}

static bool pings(const struct fault *f)
{
    return f->pings || f->kind == FAULT_PINGS || f->kind == FAULT_WEDGE;
}

static int64_t silence_end_ns(const struct generation *g)
{
    // A zombie's milliseconds begin when its client leaves.
    bool limited = g->fault->ms >= 0 && g->fault->kind != FAULT_ZOMBIE;
    return limited ? g->silent_ns + g->fault->ms * PACE_MS_NS : INT64_MAX;
}

static enum step step_silent(struct generation *g)
{
    const struct fault *f = g->fault;
    int64_t end_ns = silence_end_ns(g), ping_ns = pace_now_ns() + PING_MS * PACE_MS_NS;
    if (g->out.len) return STEP_FLUSH;
    if (!pace_wait(g->fd, ping_ns < end_ns ? ping_ns : end_ns)) return STEP_LEFT;
    if (ping_ns < end_ns) {
        if (pings(f) && g->wire->ping) g->wire->ping(&g->out);
        return STEP_MORE;
    }
    if (f->kind == FAULT_QUIET && f->body) buf_adds(&g->out, f->body);
    g->phase = f->kind == FAULT_QUIET ? PHASE_END : PHASE_CUT;
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
    if (g->phase == PHASE_CUT && g->fault->kind == FAULT_RESET) pace_reset(g->fd);
    generation_end(g, ACCOUNT_BROKEN);
    return g->phase == PHASE_CUT ? GENERATION_CUT : GENERATION_EOF;
}

static ssize_t take(struct generation *g, char *out, size_t max)
{
    if (g->fault && g->fault->pieces > 0 && (size_t)g->fault->pieces < max) max = (size_t)g->fault->pieces;
    size_t n = g->out.len < max ? g->out.len : max;
    memcpy(out, g->out.data, n);
    buf_drop_front(&g->out, n); // what stays is at most a part of one event
    // Before the bytes leave, so that the client's next request never meets this one in the account.
    if (!g->out.len && g->phase == PHASE_END) generation_end(g, g->finish_reason ? ACCOUNT_FINISHED : ACCOUNT_BROKEN);
    return (ssize_t)n;
}

static enum step advance_reframed(struct generation *g)
{
    size_t from = g->out.len;
    enum step s = advance(g);
    if (g->fault && g->fault->kind == FAULT_REFRAME && g->out.len > from) reframe(g->fault, &g->out, from);
    return s;
}

ssize_t generation_read(struct generation *g, char *out, size_t max)
{
    enum step s = STEP_MORE;
    while (s == STEP_MORE && g->out.len < max) s = advance_reframed(g);
    if (s == STEP_LEFT) {
        generation_end(g, ACCOUNT_DISCONNECTED);
        return GENERATION_CUT;
    }
    return g->out.len ? take(g, out, max) : conclude(g);
}

static bool body_wait(struct generation *g)
{
    double rate = rate_now(g);
    if (!pace_wait(g->fd, g->start_ns + prefill_ns(g))) return false;
    g->first_ns = pace_now_ns();
    return rate <= 0 || pace_wait(g->fd, g->first_ns + (int64_t)((double)g->tokens * 1e9 / rate));
}

bool generation_body(struct generation *g, struct buf *out)
{
    for (; !is_said(g) && g->tokens < g->limit_tokens; g->tokens++) g->at += answer_token(&g->answer, g->at);
    if (!body_wait(g)) return false;
    struct event_usage u = usage(g);
    size_t thought = g->answer.thought < g->at ? g->answer.thought : g->at;
    finish_with(g, is_said(g) ? "stop" : "length");
    g->wire->body(&g->event, g->answer.text.data, g->at, thought, g->finish_reason, &u, out);
    generation_end(g, ACCOUNT_FINISHED);
    return true;
}
