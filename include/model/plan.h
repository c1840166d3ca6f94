// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What a planning answer says, read from its line format. Models decorate: markdown bullets, bold, numbering with
// dots or brackets, table pipes at the ends, a chat line before and after, a heading, code fences; all of that is
// passed over. A truncated last line (no newline, `cut` true) is dropped, so that the next batch goes on from there.
#ifndef MODEL_PLAN_H
#define MODEL_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct plan_chapter {
    int number;
    char *title, *pov, *event, *ends_on;
    double weight; // 0.5 to 2, default 1
};
struct plan_chapters {
    struct plan_chapter *items;
    size_t count;
};
// Keeps consecutive chapters from `from` on, at most up to `to`; a line with too few fields still gives what it has
// (a title is needed; an empty event becomes the title). Numbers that restart at 1 are taken by position.
void plan_read_chapters(struct plan_chapters *out, const char *text, size_t len, bool cut, int from, int to);
void plan_chapters_release(struct plan_chapters *p);

struct plan_cards {
    char **items; // "where, when, who | event; event | stops at", without the "CARD n |" before it
    size_t count;
};
void plan_read_cards(struct plan_cards *out, const char *text, size_t len, bool cut, size_t most);
void plan_cards_release(struct plan_cards *p);
// The last field of a card ("stops at"), or the empty string.
const char *plan_card_stop(const char *card);

// The bible as it is kept: the known lines (TITLE LOGLINE SETTING STYLE RULE CAST THREAD ENDING), one per line, each
// shortened to 400 bytes at a word, at most 40 lines. False if fewer than three known lines are found.
bool plan_read_bible(struct buf *out, const char *text, size_t len, bool cut);
// One line's value ("TITLE"), malloc'ed, or NULL.
char *plan_bible_field(const char *bible, const char *key);

// The recap as it is kept: the known lines (HAPPENED CHANGED OPEN CLOSED FACT DONE), at most 16, each at most 500
// bytes. False if no HAPPENED line is found; a plain paragraph becomes the HAPPENED line.
bool plan_read_recap(struct buf *out, const char *text, size_t len, bool cut);

#endif
