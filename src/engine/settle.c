// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// From the end of a request to rows. An answer goes through its step's gate; a failure through the table of
// model/failure.c. Both are written in the transaction that also holds the next attempt.
#include <string.h>

#include "base/clock.h"
#include "base/os.h"
#include "engine/gate.h"
#include "engine/steps.h"
#include "engine/worker.h"
#include "text/join.h"
#include "text/words.h"

enum {
    SLOW_TOKENS_PER_S = 20, // of a server whose speed was not seen yet
    COLD_TOKENS = 600,      // a shorter prompt is not worth a word
};

#define COLD_SHARE 0.6

// What was sent beyond the stored turns. It is kept with an attempt, unless it is one turn that is stored as such.
static void write_sent(struct buf *out, const struct prompt *p)
{
    for (size_t i = p->turn; i < p->count; i++) {
        if (i > p->turn) buf_addf(out, "\n\n[%s]\n", p->messages[i].role == GEN_USER ? "user" : "assistant");
        buf_add(out, p->messages[i].text, p->messages[i].len);
    }
}

static bool end_attempt(struct worker *w, const struct gen_result *r, const char *verdict, const char *detail,
                        bool charge, struct err *e)
{
    bool accepted = strcmp(verdict, "accepted") == 0;
    struct buf sent;
    buf_init(&sent, BUF_MAX_PROMPT);
    bool is_turn = accepted && w->prompt.count == w->prompt.turn + 1;
    if (!is_turn) write_sent(&sent, &w->prompt);
    const struct attempt_end end = {
        .failure = failure_name(r->failure),
        .finish = r->finish,
        .verdict = verdict,
        .message = *detail ? detail : r->message,
        .http_status = r->http_status,
        .prompt_tokens = r->prompt_tokens,
        .cached_tokens = r->cached_tokens,
        .output_tokens = r->output_tokens,
        .first_token_ms = r->first_token_ms,
        .total_ms = r->total_ms,
        .charge = charge,
        .sent = is_turn ? NULL : sent.data,
        .sent_len = sent.len,
    };
    bool ok = store_attempt_end(w->store, w->flight.attempt, &end, e);
    buf_release(&sent);
    return ok;
}

static bool say_refused(struct worker *w, const struct judgement *j, struct err *e)
{
    char text[500], place[80];
    int number = w->charged + 1, most = worker_attempts(w);
    (void)snprintf(text, sizeof(text), "%s: answer %d of %d was refused (%s): %s%s%s%s",
                   step_place(&w->step, place, sizeof(place)), number, most, j->rule, gate_rule_text(j->rule),
                   j->detail[0] ? ": " : "", j->detail, number < most ? "; asking again" : "");
    return store_event_add(w->store, w->job.id, "retry", text, NULL, e);
}

// By our account most of the prompt was in the server's cache; it says that it read most of it again. Somebody else uses
// the server, or its cache is off: said once, because nothing here can mend it.
static bool look_for_cold_cache(struct worker *w, const struct gen_result *r, struct err *e)
{
    const struct account_entry *known = &w->account_entry;
    if (w->cold_cache || r->cached_tokens < 0 || r->prompt_tokens < COLD_TOKENS || known->bytes == 0) return true;
    double ours = (double)known->common / (double)known->bytes;
    double theirs = (double)r->cached_tokens / (double)r->prompt_tokens;
    if (ours < COLD_SHARE || theirs > ours / 2) return true;
    char text[300];
    w->cold_cache = true;
    (void)snprintf(
        text, sizeof(text),
        "the server read %lld of %lld tokens again that it has just had: does somebody else use it, or is its "
        "prefix cache off?",
        (long long)(r->prompt_tokens - r->cached_tokens), (long long)r->prompt_tokens);
    return store_event_add(w->store, w->job.id, "prefix", text, NULL, e);
}

static bool settle_answer(struct worker *w, const struct gen_result *r, struct settled *out, struct err *e)
{
    struct desk d = worker_desk(w);
    struct task_key key = launch_task(w);
    struct judgement j = {0};
    struct buf text;
    buf_init(&text, BUF_MAX_PROMPT);
    join_pieces(&text, &w->flight.prefix, &w->flight.text);
    bool guarded = w->flight.prefix.len == 0 && !w->flight.stopped;
    const struct answer a = {
        .text = text.data,
        .len = text.len,
        .cut = r->cut_by_limit,
        .guarded = guarded,
        .head_seen = guarded && guard_saw_head(w->flight.guard),
        .tokens = w->flight.prefix.len > 0 ? -1 : (int)r->output_tokens,
        .turn = &w->prompt.messages[w->prompt.turn],
    };
    bool ok = step_ops(w->step.kind)->settle(&d, &w->step, &a, &j, e);
    buf_release(&text);
    if (!ok) return false;
    out->accepted = j.rule == NULL;
    if (j.head_cut) account_head_cut(&w->account);
    // What a limit has ended before there was enough of it is no bad answer: the next attempt goes on from it.
    bool unfinished = j.rule && r->cut_by_limit && !w->flight.stopped &&
                      (strcmp(j.rule, "no_sentence") == 0 || strcmp(j.rule, "too_short") == 0);
    if (unfinished) j.rule = "unfinished";
    if (j.rule) return end_attempt(w, r, j.rule, j.detail, true, e) && say_refused(w, &j, e);
    return end_attempt(w, r, "accepted", "", false, e) && store_task_done(w->store, &key, e);
}

static bool say_failed(struct worker *w, const struct gen_result *r, const struct retry_decision *decision,
                       struct err *e)
{
    char text[600];
    const char *own = r->message[0] ? r->message : "";
    if (decision->action == RETRY_PAUSE)
        (void)snprintf(text, sizeof(text), "%s%s%s", failure_text(r->failure), *own ? ": " : "", own);
    else
        (void)snprintf(text, sizeof(text), "%s%s%s; again in %.1f s", failure_text(r->failure), *own ? ": " : "", own,
                       (double)decision->delay_ms / 1000);
    return store_event_add(w->store, w->job.id, "retry", text, NULL, e);
}

// Whether the next attempt can go on from what this one brought, as launch.c's carry judges it. Only prose is continued.
static bool is_forward(const struct worker *w, const struct gen_result *r)
{
    if (w->step.kind != STEP_CHUNK || r->failure == FAIL_TOO_BIG) return false;
    struct buf text;
    buf_init(&text, BUF_MAX_PROMPT);
    join_pieces(&text, &w->flight.prefix, &w->flight.text);
    size_t keep = link_facts(w->link)->prefill ? join_clean_word(text.data, text.len)
                                               : join_clean_sentence(text.data, text.len);
    bool more = keep > w->flight.prefix.len && words_count(text.data, keep) >= WORTH_CARRYING_WORDS;
    buf_release(&text);
    return more;
}

// The request counts as the culprit only if the server had begun to answer it and nothing came that can be kept: an
// outage is nobody's fault, and a server that dies every hundred tokens still brings a chapter forward. It never brings
// a plan forward, which is asked for anew each time.
static bool is_culprit(const struct worker *w, const struct gen_result *r)
{
    bool outage = r->failure == FAIL_BUSY || r->failure == FAIL_LOADING;
    return r->http_status == 200 && !outage && !is_forward(w, r);
}

// What may still be burning on a server that cannot be asked: the tokens that were left, at the speed seen.
void worker_need_barrier(struct worker *w)
{
    int64_t tokens = (int64_t)w->flight.text.len / 4, ms = clock_mono_ms() - w->sent_ms;
    double per_s = tokens > 20 && ms > 0 ? (double)tokens * 1000 / (double)ms : SLOW_TOKENS_PER_S;
    int64_t left = w->max_tokens - tokens;
    w->need_barrier = true;
    w->quiet_ms = left > 0 ? (int64_t)((double)left * 1000 / per_s) : 0;
}

// Failures of one kind in a row: an error page after a long outage is not the fifth error page.
void worker_count_failure(struct worker *w, enum failure f)
{
    w->failures_in_row = f == w->last_failure ? w->failures_in_row + 1 : 1;
    w->last_failure = f;
}

// Templates of thinking models refuse an answer that is to be continued. The same text is quoted instead.
static bool settle_refused_prefill(struct worker *w, const struct gen_result *r, struct err *e)
{
    link_no_prefill(w->link);
    return end_attempt(w, r, "", "", false, e) &&
           store_event_add(w->store, w->job.id, "backend",
                           "the server refuses to continue an answer: its end is quoted instead", NULL, e);
}

// A context that is smaller than it was taken for is learnt, and kept for the next time: the same request is then built
// anew to fit, and has cost nothing.
static bool learn_context(struct worker *w, const struct gen_result *r, struct retry_decision *d, struct err *e)
{
    char text[200];
    if (r->failure != FAIL_CONTEXT || !link_learn_context(w->link, r->message)) return true;
    const struct backend_profile known = {.n_ctx_tokens = link_n_ctx(w->link)};
    (void)snprintf(text, sizeof(text), "the server's context is smaller than it was taken for: %d tokens from now on",
                   known.n_ctx_tokens);
    d->charge = d->smaller = false;
    d->delay_ms = 0;
    w->failures_in_row = w->same_request = 0;
    return store_profile_put(w->store, link_name(w->link), "", &known, e) &&
           store_event_add(w->store, w->job.id, "backend", text, NULL, e);
}

static bool settle_failure(struct worker *w, const struct gen_result *r, struct settled *out, struct err *e)
{
    uint32_t jitter = 0;
    os_random(&jitter, sizeof(jitter));
    worker_count_failure(w, r->failure);
    w->same_request = is_culprit(w, r) ? w->same_request + 1 : 0;
    const struct retry_input in = {
        .failure = r->failure,
        .in_row = w->failures_in_row,
        .same_request = w->same_request,
        .retry_after_ms = r->retry_after_ms,
        .jitter = jitter,
    };
    struct retry_decision decision = retry_decide(&in);
    if (!learn_context(w, r, &decision, e)) return false;
    out->pause = decision.action == RETRY_PAUSE;
    out->outage = decision.outage;
    out->delay_ms = decision.delay_ms;
    (void)snprintf(out->reason, sizeof(out->reason), "%s%s%.200s", failure_text(r->failure),
                   r->message[0] ? ": " : "", r->message);
    if (decision.need_barrier) worker_need_barrier(w);
    if (decision.charge) w->same_request = 0;
    // The attempts of a task are counted, so that no delay need grow over them: a server that answers everything with
    // nothing would otherwise take days to end in a book of gaps.
    if (decision.charge && !decision.outage) w->failures_in_row = 0;
    return end_attempt(w, r, decision.smaller ? "smaller" : "", "", decision.charge, e) &&
           say_failed(w, r, &decision, e);
}

bool settle_flight(struct worker *w, const struct gen_result *r, struct settled *out, struct err *e)
{
    memset(out, 0, sizeof(*out));
    if (!flight_commit(&w->flight, e)) return false;
    account_answer(&w->account, &w->prompt, w->flight.text.data, w->flight.text.len);
    if (w->flight.stopped) worker_need_barrier(w);
    if (r->failure == FAIL_REQUEST && w->prompt.prefill) return settle_refused_prefill(w, r, e);
    if (r->failure != FAIL_NONE && !(r->failure == FAIL_EMPTY && w->flight.prefix.len > 0))
        return settle_failure(w, r, out, e);
    if (!look_for_cold_cache(w, r, e)) return false;
    // A proper end, or nothing more to say behind what had come before.
    w->failures_in_row = w->same_request = 0;
    out->answered = true;
    return settle_answer(w, r, out, e);
}
