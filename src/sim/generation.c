// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// An answer is taken in: its limits, its fault, its text, its place in the account; and leaves the account again. The
// drawing is in generation.h.
#include "sim/generation_state.h"

#include "sim/dialect.h"
#include "sim/pace.h"
#include "sim/waiting.h"

#include "base/hash.h"
#include "base/mem.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

enum { WEDGE_AFTER_TOKENS = 20 };

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

void generation_end(struct generation *g, enum account_end how)
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
    generation_end(g, ACCOUNT_DISCONNECTED);
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
    if (how == WAITED_OVER) generation_end(g, ACCOUNT_BROKEN);
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
    generation_end(g, ACCOUNT_BROKEN);
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
