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
    bool cut;                       // ended by a limit or by the guard, or kept although its stream broke
    bool guarded;                   // all of it came under the guard, which saw no loop and no copy
    bool head_seen;                 // nor thinking aloud at its head
    int tokens;                     // as the server counted them; -1: not known, or it came in pieces
    const struct gen_message *turn; // the user turn that is stored with it
};

// What became of an answer. An empty rule: accepted.
struct judgement {
    const char *rule; // NULL: accepted; else the gate's rule that refused it, or "no_plan"
    char detail[160]; // what was found, for people; may be ""
    bool head_cut;    // what stands in the conversation is not what the server has in its cache
};

struct step_ops {
    const char *name; // as in the store's task rows
    // Inside a transaction, optional: does the step without asking the model, where the spec brings what it needs, or
    // where code knows the answer. *done tells whether it did.
    bool (*alone)(const struct desk *d, const struct step *s, bool *done, struct err *e);
    // Appends the new user turn. `carried` is only ever given for a chunk.
    bool (*turn)(struct buf *out, const struct desk *d, const struct step *s, const struct carried *c, struct err *e);
    // Of the answer; chunk: that is to bring `words`, else ignored.
    int (*max_tokens)(const struct desk *d, const struct step *s, int words);
    // Optional: the JSON Schema that an answer must follow.
    void (*schema)(struct buf *out, const struct step *s);
    // Inside a transaction: stores what the answer gives, or stores nothing and sets the rule that refused it. False: the
    // store failed.
    bool (*settle)(const struct desk *d, const struct step *s, const struct answer *a, struct judgement *j,
                   struct err *e);
    // Inside a transaction: no attempt gave anything. Stores a plan made by code, or a gap.
    bool (*give_up)(const struct desk *d, const struct step *s, const struct gen_message *turn, struct err *e);
};

const struct step_ops *step_ops(enum step_kind kind); // NULL for finish and none

extern const struct step_ops step_bible, step_acts, step_outline, step_merge, step_beats, step_chunk, step_recap;

// Cleans a piece of a chunk that is to be continued (what the gate takes from its head and end goes; a loop, a copy), and
// counts its words: else a model that restates would be asked for less.
bool step_chunk_piece(const struct desk *d, const struct step *s, struct buf *text, int *words, struct err *e);

// ---- what several steps share ----------------------------------------------------------------------------------------

// Stores a question and its answer at the end of a conversation.
bool step_keep_turns(const struct desk *d, int conversation, const struct gen_message *turn, const char *answer,
                     size_t len, struct err *e);
// Words of plan text to a generous token limit.
int step_plan_tokens(const struct desk *d, int words);
// The closing line in the book's language.
const char *step_language_line(const struct desk *d, char *out, size_t size);
// For people: "the bible", "chapter 3, part 2".
const char *step_place(const struct step *s, char *out, size_t size);
// "json" or "lines": the part of a planning template.
const char *step_form(const struct step *s);
// A text of the user's that may be long, cut at a word to the `part`-th part of the context; malloc'ed. NULL gives NULL.
char *step_fit(const struct desk *d, const char *text, int part);
// What the last chapter brings the book to: "the ending that the bible has", or, since that has been told in a book that
// was made longer, another one.
const char *step_ending(const struct desk *d);
// What the spec says of a chapter, or NULL.
const struct spec_chapter *step_given_chapter(const struct desk *d, int chapter);
// "4. Title: summary" of the chapters from..to that the spec brings, under a line that says so; nothing if there are none.
void step_given_lines(const struct desk *d, int from, int to, struct buf *out);

#endif
