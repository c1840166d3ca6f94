// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The steps of one answer; the drawing is in generation.h.
#include "sim/generation.h"

#include "sim/dialect.h"
#include "sim/fault_text.h"
#include "sim/pace.h"
#include "sim/reframe.h"
#include "sim/strike.h"
#include "sim/token.h"
#include "sim/waiting.h"
#include "sim/wire.h"

#include "base/hash.h"
#include "base/mem.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PING_MS = 200, SLOW_TOKENS_PER_S = 1000, WEDGE_AFTER_TOKENS = 20 };

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

    struct answer answer;
    size_t at; // bytes of it handed out
    long tokens, limit_tokens, ctx_tokens;
    long slow_factor; // of the server's rate; 0: as it is
    long aborts;      // of the server, when this began
    const char *finish_reason;

    struct event event;
    struct buf out; // events not taken yet

    struct account_seen seen; // of the prompt
    struct meter meter;
    int64_t start_ns, first_ns; // headers; first token
    int64_t told_ns;            // the last sign of life in the prefill
    int64_t silent_ns;          // since when it is silent
};

// What the answer may have: of the context, of the request, of the options.
static void find_limit(struct generation *g)
{
    const struct sim_options *o = g->sim->options;
    long room = g->sim->dialect->overflow ? g->sim->ctx_tokens - g->seen.prompt_tokens : LONG_MAX;
    g->limit_tokens = room > 0 ? room : 0;
    bool limited = g->ask.max_tokens >= 0 && !o->ignore_limit;
    if (limited && g->ask.max_tokens < g->limit_tokens) g->limit_tokens = g->ask.max_tokens;
    if (o->cap_tokens && o->cap_tokens < g->limit_tokens) g->limit_tokens = o->cap_tokens;
}

static void die_of_overlap(void)
{
    static const char LINE[] = "A command encoder is already encoding to this command buffer\n";
    if (write(STDERR_FILENO, LINE, sizeof LINE - 1) < 0) abort();
    _exit(134); // as a shell tells of abort()
}

static const struct fault *find_fault(const struct sim *sim, enum ask_kind kind, long number)
{
    static const struct fault WEDGE = {.kind = FAULT_WEDGE, .after_tokens = WEDGE_AFTER_TOKENS, .ms = -1};
    const struct sim_options *o = sim->options;
    if (kind != ASK_PROOF && o->wedge_after >= 0 && number > o->wedge_after) return &WEDGE;
    return script_find(sim->script, kind, number, o->habits.seed);
}

// As Ollama does: what is left of the prompt is half of the context, and the book's premise is not in it.
static void cut_prompt(struct generation *g)
{
    long kept = g->sim->ctx_tokens / 2 + 2;
    if (!g->fault || g->fault->kind != FAULT_PROMPT_CUT || g->seen.prompt_tokens <= kept) return;
    g->seen.prompt_tokens = kept;
    g->seen.cached_tokens = 0;
    g->ask.premise_hash = HASH_START;
}

static void find_slow_factor(struct generation *g)
{
    const struct fault *f = g->fault;
    struct sim *sim = g->sim;
    g->slow_factor = f && f->kind == FAULT_SLOW ? f->factor : sim->slow_factor;
    if (f && f->kind == FAULT_SLOW && f->lasting) sim->slow_factor = f->factor;
}

// Tokens a second, as the server has it now; 0: flat out.
static double rate_now(const struct generation *g)
{
    double rate = g->sim->tokens_per_s;
    return g->slow_factor ? (rate > 0 ? rate : SLOW_TOKENS_PER_S) / (double)g->slow_factor : rate;
}

static void write_answer(struct generation *g)
{
    struct sim *sim = g->sim;
    const char *prefill = g->ask.prefill;
    cut_prompt(g);
    find_limit(g);
    fault_blinds(g->fault, &g->ask);
    if (!author_answer(sim->author, &g->ask, g->limit_tokens, &g->answer.text, &g->answer.thought))
        sim->account.lost_position++;
    fault_rewrites(g->fault, prefill, g->limit_tokens, &g->answer);
}

static void enter(struct generation *g, int64_t arrival_ns)
{
    struct sim *sim = g->sim;
    pthread_mutex_lock(&sim->lock);
    g->seen = account_begin(&sim->account, &g->ask, &g->meter, arrival_ns);
    if (sim->options->fatal_window_ms >= 0 && (g->seen.overlap || g->seen.early)) die_of_overlap();
    long number = g->ask.kind == ASK_PROOF ? sim->account.proofs : ++sim->generations;
    g->fault = find_fault(sim, g->ask.kind, number);
    if (g->fault && g->fault->kind == FAULT_LOAD) sim->load_ms = g->fault->ms;
    g->ctx_tokens = sim->ctx_tokens;
    g->aborts = sim->aborts;
    find_slow_factor(g);
    write_answer(g);
    pthread_mutex_unlock(&sim->lock);
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
    answer_init(&g->answer);
    buf_init(&g->out, BUF_MAX_PIECE);
    enter(g, arrival_ns);
    g->start_ns = g->told_ns = pace_now_ns();
    return g;
}

// What goes on after the client has left.
static int64_t busy_until(const struct generation *g, int64_t now_ns)
{
    const struct fault *f = g->fault;
    if (f && f->kind == FAULT_ZOMBIE && f->ms > 0) return now_ns + f->ms * PACE_MS_NS;
    return 0;
}

static void end(struct generation *g, enum account_end how)
{
    if (g->ended) return;
    g->ended = true;
    int64_t now = pace_now_ns(), busy_ns = how == ACCOUNT_DISCONNECTED ? busy_until(g, now) : 0;
    struct sim *sim = g->sim;
    pthread_mutex_lock(&sim->lock);
    account_end(&sim->account, &g->ask, &g->meter, how, g->answer.text.data, g->at, g->tokens, now);
    if (busy_ns > sim->account.busy_until_ns) sim->account.busy_until_ns = busy_ns;
    pthread_mutex_unlock(&sim->lock);
}

void generation_free(struct generation *g)
{
    if (!g) return;
    end(g, ACCOUNT_DISCONNECTED);
    event_release(&g->event);
    ask_release(&g->ask);
    meter_release(&g->meter);
    answer_release(&g->answer);
    buf_release(&g->out);
    free(g);
}

bool generation_wait(struct generation *g)
{
    enum waited how = waiting(g->sim, g->fd, g->fault);
    g->start_ns = g->told_ns = pace_now_ns();
    if (how == WAITED_OVER) end(g, ACCOUNT_BROKEN);
    return how == WAITED_OUT;
}

static bool fits(const struct generation *g)
{
    const struct dialect *d = g->sim->dialect;
    long answer = d->counts_answer && g->ask.max_tokens > 0 ? g->ask.max_tokens - 1 : 0;
    bool limited = d->overflow || g->sim->options->overflow;
    return !limited || g->seen.prompt_tokens + answer < g->ctx_tokens;
}

bool generation_refuse(struct generation *g, struct refusal *why)
{
    bool faulty = g->fault && fault_place(g->fault) == FAULT_REFUSES;
    if (!faulty && fits(g)) return false;
    *why = (struct refusal){
        .fault = faulty ? g->fault : NULL,
        .model = g->event.model,
        .prompt_tokens = g->seen.prompt_tokens,
        .answer_tokens = g->ask.max_tokens,
    };
    end(g, ACCOUNT_BROKEN);
    return true;
}

bool generation_streams(const struct generation *g)
{
    return g->ask.stream;
}

bool generation_ends_with_connection(const struct generation *g)
{
    return g->fault && g->fault->http10;
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

// True while the next token is still to come: a rate is kept against the clock, so that it does not drift.
static bool wait_for_token(struct generation *g, enum step *step)
{
    double rate = rate_now(g);
    if (rate <= 0) return false;
    if (g->out.len) {
        *step = STEP_FLUSH;
        return true;
    }
    if (pace_wait(g->fd, g->first_ns + (int64_t)((double)g->tokens * 1e9 / rate))) return false;
    *step = STEP_LEFT;
    return true;
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
    end(g, ACCOUNT_BROKEN);
    return g->phase == PHASE_CUT ? GENERATION_CUT : GENERATION_EOF;
}

static ssize_t take(struct generation *g, char *out, size_t max)
{
    if (g->fault && g->fault->pieces > 0 && (size_t)g->fault->pieces < max) max = (size_t)g->fault->pieces;
    size_t n = g->out.len < max ? g->out.len : max;
    memcpy(out, g->out.data, n);
    buf_drop_front(&g->out, n); // what stays is at most a part of one event
    // Before the bytes leave, so that the client's next request never meets this one in the account.
    if (!g->out.len && g->phase == PHASE_END) end(g, g->finish_reason ? ACCOUNT_FINISHED : ACCOUNT_BROKEN);
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
        end(g, ACCOUNT_DISCONNECTED);
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
    end(g, ACCOUNT_FINISHED);
    return true;
}
