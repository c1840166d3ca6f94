// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The skeleton: what each act of the book is to do. Its borders are arithmetic (model/acts.h), the model says what
// happens between them. A book of few chapters has no acts.
#include "base/mem.h"
#include "engine/plan_directions.h"
#include "engine/steps.h"
#include "model/acts.h"
#include "model/plan.h"

enum { ACT_WORDS = 80 };

static bool turn(struct buf *out, const struct desk *d, const struct step *s, const struct carried *c, struct err *e)
{
    (void)c;
    char from[16], to[16], acts[16], line[128];
    int total = acts_total(d->book);
    struct buf chapters;
    buf_init(&chapters, BUF_MAX_PIECE);
    (void)snprintf(from, sizeof(from), "%d", s->chapter);
    (void)snprintf(to, sizeof(to), "%d", s->to);
    (void)snprintf(acts, sizeof(acts), "%d", total);
    for (int n = s->chapter; n <= s->to; n++) {
        struct act_range r = acts_range(d->book, n);
        buf_addf(&chapters, "Act %d: chapters %d to %d\n", n, r.from, r.to);
    }
    if (chapters.len > 0) buf_cut(&chapters, chapters.len - 1);
    const struct template_var vars[] = {
        {"from", from},
        {"to", to},
        {"acts", acts},
        {"act_chapters", chapters.data},
        {"last", s->to == total ? "The last of them ends the book. " : ""},
        {"language_line", step_language_line(d, line, sizeof(line))},
    };
    bool ok = templates_fill(d->templates, TEMPLATE_ACTS, step_form(s), out, vars, ARRAY_LEN(vars), e) &&
              plan_directions(out, d, acts_range(d->book, s->chapter).from, acts_range(d->book, s->to).to, e);
    buf_release(&chapters);
    return ok;
}

static int max_tokens(const struct desk *d, const struct step *s, int words)
{
    (void)words;
    return step_plan_tokens(d, (s->to - s->chapter + 1) * ACT_WORDS);
}

static void schema(struct buf *out, const struct step *s)
{
    plan_schema_acts(out, s->chapter, s->to);
}

// `plan` may hold fewer acts than asked: the next request goes on there.
static bool keep(const struct desk *d, const struct step *s, const struct plan_acts *plan, struct err *e)
{
    for (size_t i = 0; i < plan->count; i++) {
        struct act_range r = acts_range(d->book, s->chapter + (int)i);
        const struct act_row row = {.number = r.number,
                                    .from = r.from,
                                    .to = r.to,
                                    .start = plan->items[i].start,
                                    .turn = plan->items[i].turn,
                                    .open = plan->items[i].open};
        if (!store_act_add(d->store, d->job->id, &row, e)) return false;
    }
    return true;
}

static bool settle(const struct desk *d, const struct step *s, const struct answer *a, struct judgement *j,
                   struct err *e)
{
    struct plan_acts plan;
    plan_read_acts(&plan, a->text, a->len, a->cut, s->chapter, s->to);
    bool ok = true;
    if (plan.count > 0)
        ok = keep(d, s, &plan, e) && step_keep_turns(d, s->conversation, a->turn, a->text, a->len, e);
    else
        j->rule = "no_plan";
    plan_acts_release(&plan);
    return ok;
}

// Acts without a plan of their own are borders only.
static bool borders(const struct desk *d, const struct step *s, struct err *e)
{
    for (int n = s->chapter; n <= s->to; n++) {
        struct act_range r = acts_range(d->book, n);
        const struct act_row row = {.number = n, .from = r.from, .to = r.to, .start = "", .turn = "", .open = ""};
        if (!store_act_add(d->store, d->job->id, &row, e)) return false;
    }
    return true;
}

static bool give_up(const struct desk *d, const struct step *s, const struct gen_message *turn, struct err *e)
{
    (void)turn;
    return borders(d, s, e);
}

// Where the spec brings the whole outline there is nothing to be asked.
static bool alone(const struct desk *d, const struct step *s, bool *done, struct err *e)
{
    *done = (int)d->spec->outline_count >= d->book->chapters_total;
    return !*done || borders(d, s, e);
}

const struct step_ops step_acts = {
    .name = "acts",
    .alone = alone,
    .turn = turn,
    .max_tokens = max_tokens,
    .schema = schema,
    .settle = settle,
    .give_up = give_up,
};
