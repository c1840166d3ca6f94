// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The table of steps, and the few lines that several of them share.
#include "engine/steps.h"

const struct step_ops *step_ops(enum step_kind kind)
{
    static const struct step_ops *const table[] = {
        [STEP_BIBLE] = &step_bible, [STEP_ACTS] = &step_acts,   [STEP_OUTLINE] = &step_outline,
        [STEP_MERGE] = &step_merge, [STEP_BEATS] = &step_beats, [STEP_CHUNK] = &step_chunk,
        [STEP_RECAP] = &step_recap, [STEP_FINISH] = NULL,       [STEP_NONE] = NULL,
    };
    return table[kind];
}

bool step_keep_turns(const struct desk *d, int conversation, const struct gen_message *turn, const char *answer,
                     size_t len, struct err *e)
{
    return store_turn_add(d->store, d->job->id, conversation, TURN_USER, turn->text, turn->len, e) &&
           store_turn_add(d->store, d->job->id, conversation, TURN_ASSISTANT, answer, len, e);
}

int step_plan_tokens(const struct desk *d, int words)
{
    // Notes hold names and punctuation: about two tokens a word, more in other languages than English; doubled,
    // because a plan that is cut costs more than a limit that is too high.
    int tokens = prompt_tokens(d, (size_t)words * 6) * 2 + 200;
    return tokens < d->n_ctx_tokens / 2 ? tokens : d->n_ctx_tokens / 2;
}

const char *step_language_line(const struct desk *d, char *out, size_t size)
{
    return language_line(d->spec->language, out, size);
}

const char *step_form(const struct step *s)
{
    return s->lines ? "lines" : "json";
}

const struct spec_chapter *step_given_chapter(const struct desk *d, int chapter)
{
    for (size_t i = 0; i < d->spec->outline_count; i++)
        if (d->spec->outline[i].number == chapter) return &d->spec->outline[i];
    return NULL;
}

void step_given_lines(const struct desk *d, int from, int to, struct buf *out)
{
    bool any = false;
    for (int n = from; n <= to; n++) {
        const struct spec_chapter *c = step_given_chapter(d, n);
        if (!c) continue;
        if (!any) buf_adds(out, "These chapters are given; keep them exactly, and build towards them:\n");
        any = true;
        buf_addf(out, "%d. %s: %s\n", n, c->title, c->summary ? c->summary : c->title);
    }
}
