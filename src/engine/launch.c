// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// From rows to a request: what is next, and whether it needs a request at all. See launch.h.
#include "engine/launch.h"

#include "engine/steps.h"

enum { LEAST_LEFT = 30 };

struct task_key launch_task(const struct worker *w)
{
    return (struct task_key){
        .job = w->job.id, .kind = step_ops(w->step.kind)->name, .chapter = w->step.chapter, .seq = w->step.seq};
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
    bool plans = w->step.kind == STEP_APPROVAL || (w->step.conversation == 0 && step_ops(w->step.kind));
    enum job_state phase = plans ? JOB_PLANNING : JOB_WRITING;
    return w->job.state == phase || worker_set_job(w, phase, "", e);
}

enum one { ONE_REQUEST, ONE_AGAIN, ONE_FAILED };

// What a step begins with.
struct start {
    struct attempt last; // number 0: there is none
    struct buf text;     // that it left; empty: the step begins anew
    int words;           // of that text
    int copies;          // among the answers that were refused
};

// The first attempt; some steps need none.
static enum one start_first(struct worker *w, struct start *st, struct err *e)
{
    bool done = false;
    if (!conclude_alone(w, &done, e)) return ONE_FAILED;
    if (done) return ONE_AGAIN;
    return launch_look_at_refused(w, false, &st->copies, e) ? ONE_REQUEST : ONE_FAILED;
}

static enum one start_behind(struct worker *w, struct start *st, struct err *e)
{
    if (!launch_look_at_refused(w, true, &st->copies, e) || !close_abandoned(w, &st->last, e)) return ONE_FAILED;
    if (st->last.charged >= worker_attempts(w)) return conclude_with_best(w, e) ? ONE_AGAIN : ONE_FAILED;
    if (!launch_carry(w, &st->last, &st->text, &st->words, known_prefills(w->known), e)) return ONE_FAILED;
    launch_shrink(w, &st->last, st->words);
    return ONE_REQUEST;
}

// Asks for what is left. What is quoted may be all of it already; what is prefilled the server ends itself.
static enum one ask_rest(struct worker *w, const struct start *st, struct err *e)
{
    int left = w->step.ask.ask_words - st->words; // not rounded: the text ends where it would have ended
    const struct carried carried = {
        .text = st->text.data,
        .len = st->text.len,
        .prefill = known_prefills(w->known),
        .words_left = left > 0 ? left : LEAST_LEFT,
    };
    if (carried.len > 0 && !carried.prefill && left <= 0) {
        bool done = false;
        if (!conclude_carried(w, &st->text, &done, e)) return ONE_FAILED;
        if (done) {
            worker_note_done(w);
            return ONE_AGAIN;
        }
    }
    bool ok =
        launch_begin_attempt(w, &st->last, carried.len > 0 ? &carried : NULL, st->copies, e) && enter_phase(w, e);
    return ok ? ONE_REQUEST : ONE_FAILED;
}

// One step: a request, or an end without one (then the rows have changed: ask again).
static enum one prepare_step(struct worker *w, struct err *e)
{
    struct task_key key = launch_task(w);
    struct start st = {0};
    enum store_found found = store_attempt_last(w->store, &key, &st.last, e);
    if (found == STORE_ERROR) return ONE_FAILED;
    buf_init(&st.text, BUF_MAX_PROMPT);
    enum one result = found == STORE_FOUND ? start_behind(w, &st, e) : start_first(w, &st, e);
    if (result == ONE_REQUEST) result = ask_rest(w, &st, e);
    buf_release(&st.text);
    attempt_release(&st.last);
    return result;
}

enum launch launch_prepare(struct worker *w, struct err *e)
{
    for (;;) {
        if (!worker_reload_book(w, e)) return LAUNCH_FAILED;
        struct next_limits limits = worker_limits(w);
        w->step = next_step(&w->book, &limits);
        if (!worker_replan(w, e)) return LAUNCH_FAILED;
        w->step = next_step(&w->book, &limits);
        if (w->step.kind == STEP_APPROVAL) return enter_phase(w, e) ? LAUNCH_APPROVAL : LAUNCH_FAILED;
        if (!step_ops(w->step.kind)) return enter_phase(w, e) ? LAUNCH_FINISH : LAUNCH_FAILED;
        if (worker_wants_home(w)) return LAUNCH_HOME;
        if (w->step.kind == STEP_BEATS && w->o.outranked_by(w->arg, w) > 0) return LAUNCH_YIELD;
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
