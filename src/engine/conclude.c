// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Ends of a step without a request of its own: what stands is enough, the spec or code brings it, or no attempt is left.
#include "engine/gate_join.h"
#include "engine/steps.h"
#include "engine/worker.h"

// Gives a text without a request to the step's gate.
static bool judge(struct worker *w, const struct buf *text, bool cut, const struct gen_message *turn,
                  struct judgement *j, struct err *e)
{
    struct desk d = worker_desk(w);
    const struct answer a = {.text = text->data, .len = text->len, .cut = cut, .tokens = -1, .turn = turn};
    return step_ops(w->step.kind)->settle(&d, &w->step, &a, j, e);
}

// The turn that is stored with an end that needed no request of its own.
static bool write_turn(struct worker *w, struct buf *out, struct err *e)
{
    struct desk d = worker_desk(w);
    buf_init(out, BUF_MAX_PROMPT);
    return step_ops(w->step.kind)->turn(out, &d, &w->step, NULL, e);
}

// The stream broke after everything had come: the text is judged without asking again.
bool conclude_carried(struct worker *w, const struct buf *text, bool *accepted, struct err *e)
{
    struct buf turn;
    struct judgement j = {0};
    bool ok = write_turn(w, &turn, e);
    const struct gen_message message = {.role = GEN_USER, .text = turn.data, .len = turn.len};
    ok = ok && judge(w, text, false, &message, &j, e);
    buf_release(&turn);
    *accepted = ok && j.rule == NULL;
    struct task_key key = launch_task(w);
    return ok && (!*accepted || store_task_done(w->store, &key, e));
}

// One attempt's text after the other, the longest first, until the gate accepts one.
static bool judge_attempts(struct worker *w, const struct gen_message *turn, bool *accepted, struct err *e)
{
    struct task_key key = launch_task(w);
    bool ok = true;
    *accepted = false;
    for (int nth = 0; ok && !*accepted; nth++) {
        struct attempt a = {0};
        struct judgement j = {0};
        struct buf text;
        enum store_found found = store_attempt_best(w->store, &key, nth, &a, e);
        if (found != STORE_FOUND) return found == STORE_NONE;
        buf_init(&text, BUF_MAX_PROMPT);
        gate_join(&text, &a.prefix, &a.text, w->language, w->templates.markup);
        ok = judge(w, &text, true, turn, &j, e);
        *accepted = ok && j.rule == NULL;
        buf_release(&text);
        attempt_release(&a);
    }
    return ok;
}

// The best that any attempt gave, however short; else a gap, or a plan made by code.
bool conclude_with_best(struct worker *w, struct err *e)
{
    struct task_key key = launch_task(w);
    struct buf turn;
    bool accepted = false;
    w->step.ask.need_words = 0;
    struct desk d = worker_desk(w);
    bool ok = write_turn(w, &turn, e);
    const struct gen_message message = {.role = GEN_USER, .text = turn.data, .len = turn.len};
    // Text that stands is better than the best of what was refused; a gap is not.
    bool best = !w->step.again || w->step.fills_gap;
    if (ok && best) ok = judge_attempts(w, &message, &accepted, e);
    if (ok && !accepted) ok = step_ops(w->step.kind)->give_up(&d, &w->step, &message, e);
    ok = ok && store_task_done(w->store, &key, e);
    if (ok) worker_note_done(w);
    buf_release(&turn);
    return ok;
}

// What the spec brings, or code knows, needs no request.
bool conclude_alone(struct worker *w, bool *done, struct err *e)
{
    struct desk d = worker_desk(w);
    const struct step_ops *ops = step_ops(w->step.kind);
    *done = false;
    if (ops->alone && !ops->alone(&d, &w->step, done, e)) return false;
    if (*done) worker_note_done(w);
    return true;
}
