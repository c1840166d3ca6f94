// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The kinds of step that ask the model for something, one file each (step_bible.c …), behind one table.
#ifndef ENGINE_STEPS_H
#define ENGINE_STEPS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "engine/next.h"
#include "engine/prompt.h"

// An answer as it is to be judged.
struct answer {
    const char *text; // what earlier attempts left, and what came now, joined
    size_t len;
    bool cut;                       // ended by a limit, or kept although its stream broke
    const struct gen_message *turn; // the user turn that is stored with it
};

struct step_ops {
    const char *name;                          // as in the store's task rows
    int (*conversation)(const struct step *s); // 0: the planning's; else the chapter
    // Appends the new user turn. `carried` is only ever given for a chunk.
    bool (*turn)(struct buf *out, const struct desk *d, const struct step *s, const struct carried *c, struct err *e);
    int (*max_tokens)(const struct desk *d, const struct step *s, int words); // chunk: for `words`; else ignored
    double temperature; // unless the spec says otherwise; planning is cooler than prose
    // Inside a transaction: stores what the answer gives and sets *rule to NULL, or stores nothing and sets *rule to
    // the name of the gate's rule that refused it. False: the store failed.
    bool (*settle)(const struct desk *d, const struct step *s, const struct answer *a, const char **rule,
                   struct err *e);
    // Inside a transaction: no attempt gave anything. Stores a plan made by code, or a gap.
    bool (*give_up)(const struct desk *d, const struct step *s, const struct gen_message *turn, struct err *e);
};

const struct step_ops *step_ops(enum step_kind kind); // NULL for finish and none

extern const struct step_ops step_bible, step_outline, step_beats, step_chunk, step_recap;

// Words of prose in what earlier attempts at a chunk left: what the gate takes from its head (a heading, a restated
// tail) does not count, else a model that restates would be asked for less.
bool step_chunk_words(const struct desk *d, const struct step *s, const char *text, size_t len, int *words,
                      struct err *e);
// Stores a question and its answer at the end of a conversation.
bool step_keep_turns(const struct desk *d, int conversation, const struct gen_message *turn, const char *answer,
                     size_t len, struct err *e);
// Words of plan text to a generous token limit.
int step_plan_tokens(const struct desk *d, int words);
// The closing line in the book's language.
const char *step_language_line(const struct desk *d, char *out, size_t size);

#endif
