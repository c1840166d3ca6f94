// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The lines of a planning answer without what models put around them. Shared by the readers of chapters, cards, bible
// and recap. Text here is a span: not NUL-terminated, not owned.
#ifndef MODEL_PLAN_LINE_H
#define MODEL_PLAN_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct plan_span {
    const char *s;
    size_t len;
};

// A walk over the lines. `line` is undecorated: no bullets, headings, quote marks, bold, code ticks or table pipes at
// its ends; empty lines and code fences are passed over. It ends after 20,000 lines: no plan has so many.
struct plan_lines {
    const char *rest;
    size_t len, seen;
    bool cut;    // the last line is not to be trusted if it has no newline
    bool bullet; // the line had a bullet or a number in front ("- x", "* x", "3. x"); the number is kept
    struct plan_span line;
    struct buf text; // what `line` points into, until the next call
};
void plan_lines_init(struct plan_lines *l, const char *text, size_t len, bool cut);
bool plan_lines_next(struct plan_lines *l);
void plan_lines_release(struct plan_lines *l);

struct plan_span plan_trim(struct plan_span s);    // without blanks at the ends
struct plan_span plan_unquote(struct plan_span s); // without one pair of quotes around it
// At most `most` bytes, cut behind a word where there is one, else at a whole character.
struct plan_span plan_shorten(struct plan_span s, size_t most);
// Takes the part up to the next '|' (or the rest) off the front of *s, trimmed. False if *s is used up (s == NULL).
bool plan_field(struct plan_span *s, struct plan_span *field);
// Takes a number of at most four digits off the front of *s, and the sign behind it ("3.", "3)", "3:", "#3"). False:
// there is none, and *s is unchanged. *sign tells whether a sign stood behind the number.
bool plan_number(struct plan_span *s, int *number, bool *sign);
// The same behind a word of a few letters: "Chapter 12", "第12章". `sign` is true for 章 too.
bool plan_read_number(struct plan_span *s, int *number, bool *sign);
// Numbers that restart at 1 are meant by position: what to add to each, so that the first becomes `from`. A model that
// was asked for 6 to 10 may say 1 to 5 and mean them; one that says 1 to 10 means the numbers.
int plan_number_shift(int first, int greatest, int from, int to);
// Whether s begins with the word (ASCII, any case) and no letter follows it.
bool plan_word(struct plan_span s, const char *word);
// Takes "LABEL:" (ASCII, any case; also with ' |' or '：') off the front.
bool plan_label(struct plan_span *s, const char *label);
bool plan_is_none(struct plan_span s); // empty, "none", "n/a", a dash
// A line of JSON that no JSON reader could make sense of: `"key": …`. It is no plan in lines either.
bool plan_is_member(struct plan_span s);
char *plan_dup(struct plan_span s, size_t most); // shortened, mem_strndup

#endif
