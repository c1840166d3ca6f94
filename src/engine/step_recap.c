// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The recap: what a chapter changed, asked at the end of its own conversation, where its text is already cached.
// It is the book's memory: every later chapter opens with the recaps before it. Storing it completes the chapter.
#include <string.h>

#include "base/mem.h"
#include "engine/measure.h"
#include "engine/steps.h"
#include "model/plan.h"

enum { RECAP_WORDS = 110 };

static bool turn(struct buf *out, const struct desk *d, const struct step *s, const struct carried *c, struct err *e)
{
    (void)c;
    char chapter[16], words[16], line[128];
    (void)snprintf(chapter, sizeof(chapter), "%d", s->chapter);
    (void)snprintf(words, sizeof(words), "%d", RECAP_WORDS);
    const struct template_var vars[] = {
        {"chapter", chapter},
        {"recap_words", words},
        {"language_line", step_language_line(d, line, sizeof(line))},
    };
    return templates_fill(d->templates, TEMPLATE_RECAP, NULL, out, vars, ARRAY_LEN(vars), e);
}

static int max_tokens(const struct desk *d, const struct step *s, int words)
{
    (void)s;
    (void)words;
    return step_plan_tokens(d, RECAP_WORDS);
}

// What the model delivered in this chapter for what it was asked, for the next book that it writes.
static bool note_model(const struct desk *d, int chapter, struct err *e)
{
    int asked = 0, came = 0;
    length_delivered(d->book, chapter, &asked, &came);
    return asked == 0 || store_model_note(d->store, d->job->model, asked, came, e);
}

static bool settle(const struct desk *d, const struct step *s, const struct answer *a, struct judgement *j,
                   struct err *e)
{
    struct buf recap;
    buf_init(&recap, BUF_MAX_PIECE);
    bool ok = true;
    if (plan_read_recap(&recap, a->text, a->len, a->cut))
        ok = store_recap_set(d->store, d->job->id, s->chapter, recap.data, e) && measure_chapter(d, s->chapter, e) &&
             note_model(d, s->chapter, e) && step_keep_turns(d, s->chapter, a->turn, a->text, a->len, e);
    else
        j->rule = "no_plan";
    buf_release(&recap);
    return ok;
}

static bool read_summary(void *arg, const struct chapter_row *c)
{
    buf_addf(arg, "HAPPENED: %s\n", c->event);
    return true;
}

// The outline's own line must do.
static bool give_up(const struct desk *d, const struct step *s, const struct gen_message *turn, struct err *e)
{
    (void)turn;
    struct buf recap;
    buf_init(&recap, BUF_MAX_PIECE);
    bool ok = store_chapter_get(d->store, d->job->id, s->chapter, read_summary, &recap, e) &&
              store_recap_set(d->store, d->job->id, s->chapter, recap.data, e) && measure_chapter(d, s->chapter, e);
    buf_release(&recap);
    return ok;
}

const struct step_ops step_recap = {
    .name = "recap",
    .turn = turn,
    .max_tokens = max_tokens,
    .settle = settle,
    .give_up = give_up,
};
