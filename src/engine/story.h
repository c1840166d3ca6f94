// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What a chapter's writer must know of the book: bible, skeleton, outline, recaps, state of people and threads, the page
// before. Loaded once from rows, then written at the length that the context has room for.
//
// The order is that of how rarely a part changes. What stands before a chapter's recap is the same in the next chapter of
// the act, so that a server with one cached prefix reads little twice:
//
//   acts    "Act 1, chapters 1 to 12: starts …"            one line an act
//   story   act 1   its outline, its recaps (or their summary)
//           act 2   its outline, its recaps so far             ◀── grows here
//
// Levels: 0 has everything; each next one leaves out more, oldest first.
//
// A plan that its owner changes while an act is being written stays in these places as it was shown (the server has it in
// its cache); what holds now stands at the end of each chapter's opening.
#ifndef ENGINE_STORY_H
#define ENGINE_STORY_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/prompt.h"
#include "model/acts.h"
#include "model/memory.h"

struct story_chapter {
    int number;
    char *title, *event, *pov, *purpose, *opens, *closes, *ends_on, *cards,
        *recap; // recap NULL: none yet; the others ""
};

struct story_act {
    struct act_range range;
    char *start, *turn, *open, *summary; // summary NULL: not merged
};

struct story_shown {
    int place;
    char *text;
};

struct story {
    int chapter; // at hand
    struct act_range act;
    struct story_act *acts;
    size_t acts_count, acts_cap;
    struct story_chapter *chapters;
    size_t chapters_count, chapters_cap;
    struct story_shown *shown; // of a plan that was changed since: see store_shown_keep
    size_t shown_count, shown_cap;
    struct memory *memory;  // of the chapters before this one
    struct buf bible, page; // page: the prose of the chapter before
};

bool story_load(struct story *y, const struct desk *d, int chapter, struct err *e);
void story_release(struct story *y);
const struct story_chapter *story_at_hand(const struct story *y);

int story_levels(void);

struct story_text {
    struct buf bible, acts, story, tail, cast, threads, facts;
};
void story_write(const struct story *y, int level, struct story_text *out);
// The plan from the chapter at hand on, where the prompt goes on showing another one for the prefix cache; else nothing.
void story_write_changed(const struct story *y, int level, struct buf *out);
// Inside a transaction, before the plan changes: keeps what the prompts of the act at hand have shown of it.
bool story_keep_shown(const struct story *y, struct store *s, int64_t job, struct err *e);
void story_text_release(struct story_text *t);
// Bytes that the chapters of this act which are still to come will add to it.
size_t story_growth(const struct story *y, int level);

#endif
