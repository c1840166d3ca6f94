// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// From a failed request to rows: what was learnt of the server, what the table of model/failure.c decides, and the
// line that a human reads. Written in one transaction.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/os.h"
#include "engine/gate_join.h"
#include "engine/steps.h"
#include "engine/worker.h"
#include "text/join.h"
#include "text/words.h"

enum { CHARGED_DELAY_MOST_MS = 1000, BYTES_PER_TOKEN = 4, TOKENS_TELLING = 20, PAGES_MOST = 3 };

// Whether the next attempt can go on from what this one brought, as launch_carry judges it. Only prose is continued.
static bool is_forward(const struct worker *w, const struct gen_result *r)
{
    if (w->step.kind != STEP_CHUNK || r->failure == FAIL_TOO_BIG) return false;
    struct buf text;
    buf_init(&text, BUF_MAX_PROMPT);
    gate_join(&text, &w->flight.prefix, &w->flight.text, w->language, w->templates.markup);
    size_t keep =
        known_prefills(w->known) ? join_clean_word(text.data, text.len) : join_clean_sentence(text.data, text.len);
    bool more = keep > w->flight.prefix.len && words_count(text.data, keep) >= WORTH_CARRYING_WORDS;
    buf_release(&text);
    return more;
}

// The request counts as the culprit only if the server had begun to answer it and nothing came that can be kept: an
// outage is nobody's fault, and a server that dies every hundred tokens still brings a chapter forward. It never brings
// a plan forward, which is asked for anew each time.
static bool is_culprit(const struct gen_result *r, bool forward)
{
    bool outage = r->failure == FAIL_BUSY || r->failure == FAIL_LOADING;
    return r->http_status == 200 && !outage && !forward;
}

// What may still be burning on a server that cannot be asked: the tokens that were left, at the speed seen (of a server
// that has ended no answer yet, at the speed of this one), and the prompt, if no text had come. One that ignores limits
// writes until its context is full.
void worker_need_barrier(struct worker *w)
{
    bool writing = w->flight.first_ms > 0, limited = w->known->proofs.limit != PROOF_NO;
    int64_t tokens = (int64_t)w->flight.text.len / BYTES_PER_TOKEN;
    int64_t most = limited ? w->max_tokens : known_n_ctx(w->known);
    struct pace *pace = &w->known->pace, kept = *pace;
    // The silence that ended it is no writing. What came in one piece was written before, who knows how long.
    int64_t written_ms = w->flight.last_ms - w->flight.first_ms;
    int64_t ms = written_ms > 0 ? written_ms : clock_mono_ms() - w->flight.first_ms;
    if (!(pace->decode_per_s > 0) && writing && tokens >= TOKENS_TELLING && ms > 0)
        pace->decode_per_s = (double)tokens * 1000 / (double)ms;
    worker_leaves(w, most > tokens ? most - tokens : 0, writing ? 0 : launch_tokens_to_read(w));
    *pace = kept;
}

// Failures of one kind in a row: an error page after a long outage is not the fifth error page.
void worker_count_failure(struct worker *w, enum failure f)
{
    w->failures_in_row = f == w->last_failure ? w->failures_in_row + 1 : 1;
    w->last_failure = f;
}

// ---- what a failure shows of the server ----------------------------------------------------------------------------

static bool learnt(struct worker *w, const char *text, struct err *e)
{
    return worker_remember(w, 0, e) && store_event_add(w->store, w->job.id, "backend", text, NULL, e);
}

// The size is the server's own word, and the request is far below it: it is short of something else. A context that were
// believed to be smaller would leave the request as it is, and each such refusal would shrink all later ones.
static bool is_far_below(const struct worker *w, int said)
{
    struct desk d = worker_desk((struct worker *)(uintptr_t)w);
    int n_ctx = known_n_ctx(w->known), size = prompt_tokens(&d, w->prompt.bytes) + (int)w->max_tokens;
    return worker_server(w)->facts.n_ctx_tokens > 0 && (said <= 0 || said >= n_ctx) && size < n_ctx / 2;
}

bool settle_learn_context(struct worker *w, int said, struct err *e)
{
    char text[200];
    if (!known_learn_context(w->known, said)) return true;
    (void)snprintf(text, sizeof(text),
                   "the prompt was too long for the server's context: it is taken for %d tokens from now on",
                   known_n_ctx(w->known));
    return learnt(w, text, e);
}

// The same request is built anew to fit, and has cost nothing; unless the context cannot be smaller.
static bool learn_context(struct worker *w, int said, struct retry_decision *d, struct err *e)
{
    const struct known *k = w->known;
    int before = known_n_ctx(k);
    double rate = k->underrate;
    if (is_far_below(w, said)) {
        if (w->failures_in_row == 1) *d = (struct retry_decision){.action = RETRY_NOW};
        return true;
    }
    if (!settle_learn_context(w, said, e)) return false;
    if (known_n_ctx(k) == before && !(k->underrate > rate)) return true;
    *d = (struct retry_decision){.action = RETRY_NOW};
    w->failures_in_row = w->same_request = 0;
    return true;
}

// Parameters that it names are left out from now on. If it names none, all of them are left out once: only if that is
// answered was it they (settle.c). Otherwise the request itself is refused, and nothing was learnt.
static bool learn_refused(struct worker *w, const struct gen_result *r, struct err *e)
{
    struct known *k = w->known;
    char text[400], list[200];
    param_set named = r->refused & ~k->refused;
    if (named) {
        k->refused |= named;
        w->failures_in_row = 0; // something new: not the same again
        (void)snprintf(text, sizeof(text), "the server refuses %s (%.150s): left out from now on",
                       param_list(named, list, sizeof(list)), r->message);
        return learnt(w, text, e);
    }
    if (k->on_trial) {
        k->on_trial = false;
        k->refused = k->refused_before;
    } else if (!k->tried) {
        k->on_trial = k->tried = true;
        k->refused_before = k->refused;
        k->refused = gen_params((enum dialect_kind)worker_server(w)->facts.dialect) & ~PARAM_BIT(PARAM_PREFILL);
    }
    return true;
}

// Templates of thinking models refuse an answer that is to be continued. The same text is quoted instead.
static bool learn_no_prefill(struct worker *w, struct err *e)
{
    w->known->no_prefill = true;
    w->known->proofs.prefill = PROOF_NO;
    return learnt(w, "the server refuses to continue an answer: its end is quoted instead", e);
}

bool settle_thinks(struct worker *w, struct err *e)
{
    struct known *k = w->known;
    if (k->proofs.thinks) return true;
    k->proofs.thinks = true;
    return learnt(w, "the model thinks although it was told not to: its answers get room for it", e);
}

// Nothing but thinking. If it ended by itself, twice, this server puts the answer itself there.
static bool learn_thoughts(struct worker *w, const struct gen_result *r, struct err *e)
{
    struct known *k = w->known;
    if (r->cut_by_limit) return settle_thinks(w, e);
    if (k->hidden_answer || k->not_hidden || w->failures_in_row < 2) return true;
    k->hidden_answer = true;
    return learnt(w, "the server puts its answers where its thoughts belong: they are taken from there", e);
}

// Ollama keeps half of its context of a prompt that is too long.
static int context_of_cut(const struct worker *w, const struct gen_result *r)
{
    return worker_server(w)->facts.dialect == DIALECT_OLLAMA ? (int)(2 * (r->prompt_tokens - 2)) : 0;
}

static bool learn(struct worker *w, const struct gen_result *r, struct retry_decision *d, struct err *e)
{
    switch (r->failure) {
    case FAIL_CONTEXT:
        return learn_context(w, r->n_ctx_tokens, d, e);
    case FAIL_PROMPT_CUT: // once may be a miscount
        return w->failures_in_row < 2 || learn_context(w, context_of_cut(w, r), d, e);
    case FAIL_PARAM:
    case FAIL_REQUEST:
        return d->action == RETRY_PAUSE || learn_refused(w, r, e);
    case FAIL_PREFILL:
        return learn_no_prefill(w, e);
    case FAIL_REASONING:
        return learn_thoughts(w, r, e);
    default:
        return true;
    }
}

// ---- the decision --------------------------------------------------------------------------------------------------

static struct retry_decision decide(struct worker *w, const struct gen_result *r)
{
    uint32_t jitter = 0;
    os_random(&jitter, sizeof(jitter));
    // A server that has answered is one: what says now that it is none is something in front of it, which will pass.
    bool page = r->failure == FAIL_NOT_A_SERVER || (r->failure == FAIL_NOT_FOUND && w->failures_in_row < PAGES_MOST);
    bool in_front = page && worker_server(w)->was_useful;
    struct retry_input in = {
        .failure = in_front ? FAIL_GATEWAY : r->failure,
        .in_row = w->failures_in_row,
        .same_request = w->same_request,
        .retry_after_ms = r->retry_after_ms,
        .jitter = jitter,
        .managed = server_is_managed(worker_server(w)),
    };
    struct retry_decision d = retry_decide(&in);
    in.others = w->routes.count > 1;
    return d.action == RETRY_PAUSE ? d
                                   : retry_decide(&in); // a pause strikes the backend out, which is more than a move
}

// The message of a process of ours that has died says more than the broken connection.
static void say_reason(const struct worker *w, const struct gen_result *r, char *out, size_t size)
{
    char words[300] = "";
    server_words(worker_server(w), words, sizeof(words));
    bool gone = r->failure == FAIL_REFUSED || r->failure == FAIL_RESET || r->failure == FAIL_TRUNCATED;
    const char *own = gone && *words ? words : r->message;
    (void)snprintf(out, size, "%s%s%.200s", failure_text(r->failure), *own ? ": " : "", own);
}

static void say_when(int64_t delay_ms, char *out, size_t size)
{
    char time[CLOCK_TEXT_SIZE];
    if (delay_ms < 50) {
        (void)snprintf(out, size, "at once");
    } else if (delay_ms < 60000) {
        (void)snprintf(out, size, "in %.1f s", (double)delay_ms / 1000);
    } else {
        clock_duration(time, delay_ms);
        (void)snprintf(out, size, "in %s", time);
    }
}

static bool say_failed(struct worker *w, const struct retry_decision *d, const char *reason, struct err *e)
{
    char text[700], when[CLOCK_TEXT_SIZE + 8];
    const char *then = d->restart ? "; the backend is started again" : "";
    say_when(d->delay_ms, when, sizeof(when));
    if (d->action == RETRY_PAUSE)
        (void)snprintf(text, sizeof(text), "%s", reason);
    else
        (void)snprintf(text, sizeof(text), "%s; again %s%s", reason, when, then);
    return store_event_add(w->store, w->job.id, "retry", text, NULL, e);
}

static bool note_breaker(struct worker *w, const struct gen_result *r, struct err *e)
{
    struct server *s = worker_server(w);
    bool about_us = r->failure == FAIL_CONTEXT || r->failure == FAIL_PARAM || r->failure == FAIL_PREFILL ||
                    r->failure == FAIL_REASONING || r->failure == FAIL_EMPTY || r->failure == FAIL_PROMPT_CUT;
    bool waits = r->failure == FAIL_LOADING || r->failure == FAIL_BUSY; // it is well, and says so
    if (about_us || waits || !breaker_fail(&s->breaker, clock_mono_ms()) || s->told_down) return true;
    s->told_down = true;
    return store_event_add(w->store, w->job.id, "backend", BREAKER_TEXT, NULL, e);
}

// An answer that broke off was written at some speed too.
static void note_speed(struct worker *w, const struct gen_result *r)
{
    const struct pace_sample sample = {
        .prompt_tokens = -1,
        .cached_tokens = -1,
        .output_tokens = (int64_t)w->flight.text.len / BYTES_PER_TOKEN,
        .first_token_ms = r->first_token_ms,
        .total_ms = r->total_ms,
        .prompt_ms = -1,
        .output_ms = -1,
    };
    bool waited = r->failure == FAIL_STALL || r->failure == FAIL_WEDGED || r->failure == FAIL_TOTAL;
    if (!waited) pace_note(&w->known->pace, &sample);
}

// A server that sends text works, even if it dies of it: its next start need not wait. What it failed before what can be
// kept does not count with what fails now.
static void note_use(struct worker *w, const struct gen_result *r, bool forward)
{
    struct server *s = worker_server(w);
    if (r->text_bytes > 0) server_useful(s);
    if (forward) breaker_succeed(&s->breaker);
}

bool settle_failure(struct worker *w, const struct gen_result *r, struct settled *out, struct err *e)
{
    bool forward = is_forward(w, r);
    note_speed(w, r);
    if (r->failure != FAIL_PROMPT_CUT)
        w->read_tokens = 0; // the same prompt is asked again, and judged as this one was
    note_use(w, r, forward);
    worker_count_failure(w, r->failure);
    w->same_request = is_culprit(r, forward) ? w->same_request + 1 : 0;
    struct retry_decision d = decide(w, r);
    if (!learn(w, r, &d, e) || !note_breaker(w, r, e)) return false;
    out->hold = r->retry_after_ms > 0;
    say_reason(w, r, out->reason, sizeof(out->reason));
    if (d.need_barrier) worker_need_barrier(w);
    if (d.charge) w->same_request = 0;
    // The attempts of a task are counted, so that no delay need grow over them: a server that answers everything with
    // nothing would otherwise take days to end in a book of gaps. Nor where each of them brings the text forward.
    if ((d.charge || forward) && !d.outage && d.delay_ms > CHARGED_DELAY_MOST_MS) d.delay_ms = CHARGED_DELAY_MOST_MS;
    out->decision = d;
    const char *verdict = r->failure == FAIL_REASONING ? "reasoning" : d.smaller ? "smaller" : "";
    return settle_end_attempt(w, r, verdict, "", d.charge, e) && say_failed(w, &d, out->reason, e);
}
