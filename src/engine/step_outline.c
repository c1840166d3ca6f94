// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The outline: an entry a chapter, asked for in batches, an act at a time. A batch that was cut, or that gave fewer
// chapters than asked, is kept as far as it goes: the next batch goes on there. What the spec says of a chapter stands,
// whatever the model says of it.
#include <string.h>

#include "base/mem.h"
#include "engine/plan_directions.h"
#include "engine/steps.h"
#include "model/acts.h"
#include "model/memory.h"
#include "model/plan.h"

enum { ENTRY_WORDS = 90, THREADS_BYTES = 700 };

// ---- the question --------------------------------------------------------------------------------------------------

struct look {
    const struct step *step;
    struct buf *act, *previous;
    struct memory *memory;
};

static bool see_act(void *arg, const struct act_row *a)
{
    struct look *l = arg;
    if (a->number != l->step->act) return true;
    buf_addf(l->act, "They are of act %d, chapters %d to %d.", a->number, a->from, a->to);
    if (*a->start) buf_addf(l->act, " It starts so: %s.", a->start);
    if (*a->turn) buf_addf(l->act, " What turns it: %s.", a->turn);
    if (*a->open) buf_addf(l->act, " Still unsolved at its end: %s.", a->open);
    return true;
}

static bool see_chapter(void *arg, const struct chapter_row *c)
{
    struct look *l = arg;
    if (c->recap) memory_add(l->memory, c->number, c->recap);
    if (c->number != l->step->chapter - 1) return true;
    buf_addf(l->previous, "They go on where chapter %d ends%s%s.", c->number, *c->ends_on ? ": " : "", c->ends_on);
    return true;
}

static bool look(struct look *l, const struct desk *d, struct buf *threads, struct err *e)
{
    bool ok = store_acts_each(d->store, d->job->id, see_act, l, e) &&
              store_chapters_each(d->store, d->job->id, see_chapter, l, e);
    struct buf open;
    buf_init(&open, BUF_MAX_PIECE);
    memory_threads(l->memory, &open, THREADS_BYTES);
    if (open.len > 0) buf_addf(threads, "Questions that are open:\n%s", open.data);
    if (threads->len > 0) buf_cut(threads, threads->len - 1);
    buf_release(&open);
    return ok;
}

static bool turn(struct buf *out, const struct desk *d, const struct step *s, const struct carried *c, struct err *e)
{
    (void)c;
    char from[16], to[16], chapters[16], line[128];
    (void)snprintf(from, sizeof(from), "%d", s->chapter);
    (void)snprintf(to, sizeof(to), "%d", s->to);
    (void)snprintf(chapters, sizeof(chapters), "%d", d->book->chapters_total);
    struct buf act, previous, threads, given;
    buf_init(&act, BUF_MAX_PIECE);
    buf_init(&previous, BUF_MAX_PIECE);
    buf_init(&threads, BUF_MAX_PIECE);
    buf_init(&given, BUF_MAX_PIECE);
    struct look l = {.step = s, .act = &act, .previous = &previous, .memory = memory_new()};
    bool ok = look(&l, d, &threads, e);
    step_given_lines(d, s->chapter, s->to, &given);
    const struct template_var vars[] = {
        {"from", from},
        {"to", to},
        {"chapters", chapters},
        {"where", s->chapter == 1 ? "They begin the book." : "What is open stays open until its time."},
        {"act", act.data},
        {"previous", previous.data},
        {"threads", threads.data},
        {"given", given.data},
        {"last",
         s->to == d->book->chapters_total ? "The last of them ends the book. " : "None of them ends the book. "},
        {"language_line", step_language_line(d, line, sizeof(line))},
    };
    ok = ok && templates_fill(d->templates, TEMPLATE_OUTLINE, step_form(s), out, vars, ARRAY_LEN(vars), e) &&
         plan_directions(out, d, s->chapter, s->to, e);
    memory_free(l.memory);
    buf_release(&act);
    buf_release(&previous);
    buf_release(&threads);
    buf_release(&given);
    return ok;
}

static int max_tokens(const struct desk *d, const struct step *s, int words)
{
    (void)words;
    return step_plan_tokens(d, (s->to - s->chapter + 1) * ENTRY_WORDS);
}

static void schema(struct buf *out, const struct step *s)
{
    plan_schema_chapters(out, s->chapter, s->to);
}

// ---- rows ------------------------------------------------------------------------------------------------------------

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

// The share of an average chapter, from its words or its weight.
static double given_weight(const struct desk *d, const struct spec_chapter *g)
{
    if (g->words > 0) return (double)g->words * d->book->chapters_total / (double)d->book->words_target;
    return g->weight > 0 ? g->weight : 1;
}

static bool add_given(const struct desk *d, const struct spec_chapter *g, struct err *e)
{
    struct buf event;
    buf_init(&event, BUF_MAX_PIECE);
    buf_adds(&event, g->summary ? g->summary : g->title);
    if (g->beats) buf_addf(&event, "; %s", g->beats);
    const struct chapter_row row = {
        .number = g->number,
        .title = g->title,
        .pov = or_empty(g->pov),
        .event = event.data,
        .purpose = or_empty(g->purpose),
        .opens = "",
        .closes = "",
        .ends_on = or_empty(g->ends_on),
        .weight = given_weight(d, g),
        .given = g->number <= (int)d->spec->opening_count,
    };
    bool ok = store_chapter_add(d->store, d->job->id, &row, e);
    buf_release(&event);
    return ok;
}

static bool add_planned(const struct desk *d, const struct plan_chapter *c, struct err *e)
{
    const struct chapter_row row = {
        .number = c->number,
        .title = c->title,
        .pov = c->pov,
        .event = c->event,
        .purpose = c->purpose,
        .opens = c->opens,
        .closes = c->closes,
        .ends_on = c->ends_on,
        .weight = c->weight,
    };
    return store_chapter_add(d->store, d->job->id, &row, e);
}

// For whoever waits for the first sentence.
static bool tell_titles(const struct desk *d, const struct plan_chapters *plan, struct err *e)
{
    struct buf text;
    buf_init(&text, BUF_MAX_LINE);
    for (size_t i = 0; i < plan->count; i++) {
        const struct spec_chapter *g = step_given_chapter(d, plan->items[i].number);
        buf_addf(&text, "%s%d. %s", i > 0 ? "  " : "chapters: ", plan->items[i].number,
                 g ? g->title : plan->items[i].title);
    }
    bool ok = store_event_add(d->store, d->job->id, "titles", text.data, NULL, e);
    buf_release(&text);
    return ok;
}

static bool keep_chapters(const struct desk *d, const struct plan_chapters *plan, struct err *e)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct spec_chapter *g = step_given_chapter(d, plan->items[i].number);
        if (!(g ? add_given(d, g, e) : add_planned(d, &plan->items[i], e))) return false;
    }
    return tell_titles(d, plan, e);
}

static bool settle(const struct desk *d, const struct step *s, const struct answer *a, struct judgement *j,
                   struct err *e)
{
    struct plan_chapters plan;
    plan_read_chapters(&plan, a->text, a->len, a->cut, s->chapter, s->to);
    bool ok = true;
    if (plan.count > 0)
        ok = keep_chapters(d, &plan, e) && step_keep_turns(d, s->conversation, a->turn, a->text, a->len, e);
    else
        j->rule = "no_plan";
    plan_chapters_release(&plan);
    return ok;
}

// What the spec gives at the front of the batch needs no question: its own outline, and chapters whose prose it brings.
static bool alone(const struct desk *d, const struct step *s, bool *done, struct err *e)
{
    *done = false;
    for (int n = s->chapter; n <= s->to; n++) {
        const struct spec_chapter *g = step_given_chapter(d, n);
        char title[32];
        (void)snprintf(title, sizeof(title), "%d", n);
        struct spec_chapter opening = {.number = n, .title = title};
        if (n <= (int)d->spec->opening_count) {
            const char *own = d->spec->opening[n - 1].title;
            if (own) opening.title = (char *)(uintptr_t)own;
            if (!g) g = &opening;
        }
        if (!g) return true;
        if (!add_given(d, g, e)) return false;
        *done = true;
    }
    return true;
}

// Chapters without a plan of their own: the premise carries them.
static bool give_up(const struct desk *d, const struct step *s, const struct gen_message *turn, struct err *e)
{
    (void)turn;
    for (int n = s->chapter; n <= s->to; n++) {
        char title[32];
        const struct spec_chapter *g = step_given_chapter(d, n);
        bool last = n == d->book->chapters_total;
        (void)snprintf(title, sizeof(title), "%d", n);
        const struct chapter_row row = {
            .number = n,
            .title = title,
            .pov = "",
            .event = last ? "the story comes to its end" : "the story goes on from where it stands",
            .ends_on = "",
            .weight = 1,
        };
        if (!(g ? add_given(d, g, e) : store_chapter_add(d->store, d->job->id, &row, e))) return false;
    }
    return true;
}

const struct step_ops step_outline = {
    .name = "outline",
    .alone = alone,
    .turn = turn,
    .max_tokens = max_tokens,
    .schema = schema,
    .settle = settle,
    .give_up = give_up,
};
