// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The outline: a line a chapter, asked for in batches. Planning conversation, the questions after the first.
// A batch that was cut, or that gave fewer chapters than asked, is kept as far as it goes: the next batch goes on there.
#include <string.h>

#include "base/mem.h"
#include "engine/steps.h"
#include "model/plan.h"

static int conversation(const struct step *s)
{
    (void)s;
    return 0;
}

static bool turn(struct buf *out, const struct desk *d, const struct step *s, const struct carried *c, struct err *e)
{
    (void)c;
    char from[16], to[16], chapters[16], line[128], previous[64] = "";
    (void)snprintf(from, sizeof(from), "%d", s->chapter);
    (void)snprintf(to, sizeof(to), "%d", s->to);
    (void)snprintf(chapters, sizeof(chapters), "%d", d->job->chapters_total);
    if (s->chapter > 1)
        (void)snprintf(previous, sizeof(previous), "They go on where chapter %d ends.\n", s->chapter - 1);
    const struct template_var vars[] = {
        {"from", from},
        {"to", to},
        {"chapters", chapters},
        {"where", s->chapter == 1 ? "They begin the book." : "What is open stays open until its time."},
        {"previous", previous},
        {"last",
         s->to == d->job->chapters_total ? "The last of them ends the book. " : "None of them ends the book. "},
        {"language_line", step_language_line(d, line, sizeof(line))},
    };
    return templates_fill(d->templates, TEMPLATE_OUTLINE, out, vars, ARRAY_LEN(vars), e);
}

static int max_tokens(const struct desk *d, const struct step *s, int words)
{
    (void)words;
    return step_plan_tokens(d, (s->to - s->chapter + 1) * 70);
}

static bool keep_chapters(const struct desk *d, const struct plan_chapters *plan, struct err *e)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_chapter *c = &plan->items[i];
        const struct chapter_row row = {
            .number = c->number,
            .title = c->title,
            .pov = c->pov,
            .event = c->event,
            .ends_on = c->ends_on,
            .weight = c->weight,
        };
        if (!store_chapter_add(d->store, d->job->id, &row, e)) return false;
    }
    return true;
}

static bool settle(const struct desk *d, const struct step *s, const struct answer *a, const char **rule,
                   struct err *e)
{
    struct plan_chapters plan;
    plan_read_chapters(&plan, a->text, a->len, a->cut, s->chapter, s->to);
    bool ok = true;
    if (plan.count > 0) {
        *rule = NULL;
        ok = keep_chapters(d, &plan, e) && step_keep_turns(d, 0, a->turn, a->text, a->len, e);
    } else
        *rule = "no_plan";
    plan_chapters_release(&plan);
    return ok;
}

// Chapters without a plan of their own: the premise carries them.
static bool give_up(const struct desk *d, const struct step *s, const struct gen_message *turn, struct err *e)
{
    (void)turn;
    for (int n = s->chapter; n <= s->to; n++) {
        char title[32];
        (void)snprintf(title, sizeof(title), "%d", n);
        const struct chapter_row row = {
            .number = n,
            .title = title,
            .pov = "",
            .event =
                n == d->job->chapters_total ? "the story comes to its end" : "the story goes on from where it stands",
            .ends_on = "",
            .weight = 1,
        };
        if (!store_chapter_add(d->store, d->job->id, &row, e)) return false;
    }
    return true;
}

const struct step_ops step_outline = {
    .name = "outline",
    .conversation = conversation,
    .turn = turn,
    .max_tokens = max_tokens,
    .temperature = 0.6,
    .settle = settle,
    .give_up = give_up,
};
