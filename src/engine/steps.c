// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The table of steps, and the few lines that several of them share.
#include "engine/steps.h"

#include <string.h>

#include "base/mem.h"
#include "text/utf8.h"

const struct step_ops *step_ops(enum step_kind kind)
{
    static const struct step_ops *const table[] = {
        [STEP_BIBLE] = &step_bible, [STEP_ACTS] = &step_acts,   [STEP_OUTLINE] = &step_outline,
        [STEP_MERGE] = &step_merge, [STEP_BEATS] = &step_beats, [STEP_CHUNK] = &step_chunk,
        [STEP_RECAP] = &step_recap, [STEP_APPROVAL] = NULL,     [STEP_FINISH] = NULL,
        [STEP_NONE] = NULL,
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

const char *step_place(const struct step *s, char *out, size_t size)
{
    switch (s->kind) {
    case STEP_BIBLE:
        (void)snprintf(out, size, "the bible");
        break;
    case STEP_ACTS:
        (void)snprintf(out, size, "acts %d to %d", s->chapter, s->to);
        break;
    case STEP_OUTLINE:
        (void)snprintf(out, size, "the outline of chapters %d to %d", s->chapter, s->to);
        break;
    case STEP_MERGE:
        (void)snprintf(out, size, "the summary of act %d", s->chapter);
        break;
    case STEP_BEATS:
        (void)snprintf(out, size, "chapter %d, cards", s->chapter);
        break;
    case STEP_CHUNK:
        (void)snprintf(out, size, "chapter %d, part %d", s->chapter, s->seq);
        break;
    case STEP_RECAP:
        (void)snprintf(out, size, "chapter %d, recap", s->chapter);
        break;
    case STEP_APPROVAL:
        (void)snprintf(out, size, "the outline's approval");
        break;
    case STEP_FINISH:
    case STEP_NONE:
        (void)snprintf(out, size, "the finished book");
        break;
    }
    return out;
}

const char *step_form(const struct step *s)
{
    return s->lines ? "lines" : "json";
}

char *step_fit(const struct desk *d, const char *text, int part)
{
    enum { BYTES_PER_TOKEN = 3 };
    if (!text) return NULL;
    size_t len = strlen(text), most = (size_t)d->n_ctx_tokens * BYTES_PER_TOKEN / (size_t)part;
    if (len <= most) return mem_strdup(text);
    size_t cut = utf8_whole(text, most), word = cut;
    while (word > cut / 2 && !strchr(" \n", text[word])) word--;
    if (word > cut / 2) cut = word;
    return mem_printf("%.*s …", (int)cut, text);
}

const char *step_ending(const struct desk *d)
{
    bool longer = d->job->words_target > d->spec->words;
    return longer ? "an ending of its own, which settles what is still open" : "the ending that the bible has";
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
        buf_addf(out, "%d. %s: %.400s\n", n, c->title, c->summary ? c->summary : c->title);
    }
}
