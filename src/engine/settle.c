// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// From the end of a request to rows. An answer goes through its step's gate; a failure through settle_failure.c. Both are
// written in the transaction that also holds the next attempt.
#include <string.h>

#include "base/clock.h"
#include "base/os.h"
#include "engine/gate.h"
#include "engine/gate_join.h"
#include "engine/steps.h"
#include "engine/worker.h"
#include "text/words.h"

enum {
    COLD_TOKENS = 600, // a shorter prompt is not worth a word
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

bool settle_end_attempt(struct worker *w, const struct gen_result *r, const char *verdict, const char *detail,
                        bool charge, struct err *e)
{
    bool accepted = strcmp(verdict, "accepted") == 0;
    struct buf sent;
    buf_init(&sent, BUF_MAX_PROMPT);
    bool is_turn = accepted && w->prompt.count == w->prompt.turn + 1 && !w->step.again;
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
        .reasoning_bytes = r->reasoning_bytes,
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

// What stood in the field for reasoning was no answer after all.
static bool is_not_hidden(struct worker *w, struct err *e)
{
    if (!w->known->hidden_answer) return true;
    w->known->hidden_answer = false;
    w->known->not_hidden = true;
    return worker_remember(w, 0, e);
}

static bool look_for_thoughts(struct worker *w, const struct gen_result *r, const struct buf *text, struct err *e)
{
    bool thought = r->reasoning_bytes > 0 || gate_has_thoughts(text->data, text->len);
    return !thought || settle_thinks(w, e);
}

static bool settle_answer(struct worker *w, const struct gen_result *r, struct settled *out, struct err *e)
{
    struct desk d = worker_desk(w);
    struct task_key key = launch_task(w);
    struct judgement j = {0};
    struct buf text;
    buf_init(&text, BUF_MAX_PROMPT);
    gate_join(&text, &w->flight.prefix, &w->flight.text, w->language, w->templates.markup);
    bool guarded = w->flight.prefix.len == 0 && !w->flight.stopped;
    const struct answer a = {
        .text = text.data,
        .len = text.len,
        .cut = r->cut_by_limit,
        .guarded = guarded,
        .head_seen = guarded && guard_saw_head(w->flight.guard),
        .tokens = w->flight.prefix.len > 0 || r->reasoning_bytes > 0 ? -1 : (int)r->output_tokens,
        .turn = &w->prompt.messages[w->prompt.turn],
    };
    bool ok = step_ops(w->step.kind)->settle(&d, &w->step, &a, &j, e) && look_for_thoughts(w, r, &text, e);
    buf_release(&text);
    if (!ok) return false;
    out->accepted = j.rule == NULL;
    if (j.head_cut) account_head_cut(&w->account);
    // What a limit has ended before there was enough of it is no bad answer: the next attempt goes on from it.
    bool unfinished = j.rule && r->cut_by_limit && !w->flight.stopped &&
                      (strcmp(j.rule, "no_sentence") == 0 || strcmp(j.rule, "too_short") == 0);
    if (unfinished) j.rule = "unfinished";
    if (j.rule && strcmp(j.rule, "reasoning") == 0 && !is_not_hidden(w, e)) return false;
    if (j.rule) return settle_end_attempt(w, r, j.rule, j.detail, true, e) && say_refused(w, &j, e);
    return settle_end_attempt(w, r, "accepted", "", false, e) && store_task_done(w->store, &key, e);
}

// ---- the end of a request ----------------------------------------------------------------------------------------

static bool say_speed(struct worker *w, enum pace_change change, struct err *e)
{
    const struct pace *p = &w->known->pace;
    char text[200];
    if (change == PACE_SAME) return true;
    if (change == PACE_SLOWER)
        (void)snprintf(text, sizeof(text), "the server is slow: %.1f tokens/s, usually it writes %.1f",
                       p->decode_per_s, pace_median(p));
    else
        (void)snprintf(text, sizeof(text), "the server is as fast as usual again: %.1f tokens/s", p->decode_per_s);
    return store_event_add(w->store, w->job.id, "backend", text, NULL, e);
}

// It answers without any optional parameter what it has refused with them: that was it.
static bool end_trial(struct worker *w, struct err *e)
{
    if (!w->known->on_trial) return true;
    w->known->on_trial = false;
    return worker_remember(w, 0, e) &&
           store_event_add(
               w->store, w->job.id, "backend",
               "the server refuses some parameter without saying which: it is asked without the optional ones", NULL,
               e);
}

// What an answer shows of the server: that it works, and how fast.
static bool note_answer(struct worker *w, const struct gen_result *r, struct err *e)
{
    struct server *s = worker_server(w);
    struct known *k = w->known;
    bool was_measured = k->pace.prefill_per_s > 0 && k->pace.decode_per_s > 0;
    const struct pace_sample sample = {
        .prompt_tokens = r->prompt_tokens,
        .cached_tokens = r->cached_tokens,
        .output_tokens = r->output_tokens,
        .first_token_ms = r->first_token_ms,
        .total_ms = r->total_ms,
        .prompt_ms = r->prompt_ms,
        .output_ms = r->output_ms,
    };
    pace_note(&k->pace, &sample);
    if (r->prompt_tokens > 0) {
        k->counted++;
        k->counted_bytes += (int64_t)w->prompt.bytes;
        k->counted_tokens += r->prompt_tokens;
    }
    breaker_succeed(&s->breaker);
    server_useful(s);
    s->facts.model_loaded = true;
    if (!end_trial(w, e)) return false;
    bool is_measured = k->pace.prefill_per_s > 0 && k->pace.decode_per_s > 0;
    if (is_measured && !was_measured && !worker_remember(w, 0, e))
        return false; // a successor's limits follow from it
    w->failures_in_row = w->same_request = w->moves = 0;
    return say_speed(w, pace_look(&w->known->pace), e);
}

bool settle_flight(struct worker *w, const struct gen_result *r, struct settled *out, struct err *e)
{
    memset(out, 0, sizeof(*out));
    w->known->pings |= r->pings;
    if (!flight_commit(&w->flight, e)) return false;
    account_answer(&w->account, &w->prompt, w->flight.text.data, w->flight.text.len);
    if (w->flight.stopped) worker_need_barrier(w);
    bool nothing_more = r->failure == FAIL_EMPTY && w->flight.prefix.len > 0; // behind what had come before
    if (r->failure != FAIL_NONE && !nothing_more) return settle_failure(w, r, out, e);
    if (settle_is_prompt_cut(w, r)) {
        struct gen_result cut = *r;
        cut.failure = FAIL_PROMPT_CUT;
        return settle_failure(w, &cut, out, e);
    }
    out->answered = true;
    return settle_look_whole(w, r, e) && note_answer(w, r, e) && settle_look_short(w, r, e) &&
           look_for_cold_cache(w, r, e) && settle_answer(w, r, out, e);
}
