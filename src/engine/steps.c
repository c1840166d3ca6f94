// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The table of steps, and the few lines that several of them share.
#include "engine/steps.h"

const struct step_ops *step_ops(enum step_kind kind)
{
    switch (kind) {
    case STEP_BIBLE:
        return &step_bible;
    case STEP_OUTLINE:
        return &step_outline;
    case STEP_BEATS:
        return &step_beats;
    case STEP_CHUNK:
        return &step_chunk;
    case STEP_RECAP:
        return &step_recap;
    case STEP_FINISH:
    case STEP_NONE:
        break;
    }
    return NULL;
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
    int tokens = prompt_tokens(d->spec, (size_t)words * 6) * 2 + 200;
    return tokens < d->n_ctx_tokens / 2 ? tokens : d->n_ctx_tokens / 2;
}

const char *step_language_line(const struct desk *d, char *out, size_t size)
{
    return language_line(d->spec->language, out, size);
}
