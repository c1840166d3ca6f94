// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What a planning answer says, read from JSON or from lines, whichever it is in: models do not always give what they
// were asked for. JSON (model/plan_json.c) may have talk and fences around it, trailing commas, raw line feeds in its
// strings, and may be cut: every item that is whole counts. Lines are what the weakest models can do. Models decorate: markdown bullets, bold, numbering with
// dots or brackets, table pipes at the ends, a chat line before and after, a heading, code fences; all of that is
// passed over. A truncated last line (no newline, `cut` true) is dropped, so that the next batch goes on from there.
#ifndef MODEL_PLAN_H
#define MODEL_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct plan_chapter {
    int number;
    char *title, *pov;
    char *event;          // what happens; its beats stand between semicolons
    char *purpose;        // what the chapter is for; "" if not said
    char *opens, *closes; // threads, by semicolons; "" if not said
    char *ends_on;
    double weight; // 0.5 to 2, default 1
};
struct plan_chapters {
    struct plan_chapter *items;
    size_t count;
};
// JSON: {"chapters": [{"number", "title", "pov", "summary", "beats": [...], "purpose", "ends_on", "opens": [...],
// "closes": [...], "weight"}, ...]}, or the bare list; a text for a list and the other way round is fine.
// Lines: number | title | pov | event; event | purpose | ends on | +opens -closes | weight; fields may be missing.
// Keeps consecutive chapters from `from` on, at most up to `to`; a line with too few fields still gives what it has
// (a title is needed; an empty event becomes the title). Numbers that restart at 1 are taken by position.
void plan_read_chapters(struct plan_chapters *out, const char *text, size_t len, bool cut, int from, int to);
void plan_chapters_release(struct plan_chapters *p);

struct plan_act {
    int number;
    char *start, *turn, *open; // where it starts, what turns it, what is still unsolved at its end; "" if not said
};
struct plan_acts {
    struct plan_act *items;
    size_t count;
};
// JSON: {"acts": [{"number", "start", "turn", "open"}, ...]}. Lines: ACT 2 | starts with | turns on | unsolved at its end.
// Consecutive acts from `from` on, as with chapters.
void plan_read_acts(struct plan_acts *out, const char *text, size_t len, bool cut, int from, int to);
void plan_acts_release(struct plan_acts *p);

struct plan_cards {
    char **items; // "where, when, who | event; event | stops at", without the "CARD n |" before it
    size_t count;
};
void plan_read_cards(struct plan_cards *out, const char *text, size_t len, bool cut, size_t most);
void plan_cards_release(struct plan_cards *p);
// The last field of a card ("stops at"), or the empty string.
const char *plan_card_stop(const char *card);

// JSON: {"title", "logline", "setting", "style", "rules": [...], "cast": [{"name", "role", "want", "fear", "voice"}, ...],
// "threads": [...], "ending"}; it becomes the same lines.
// The bible as it is kept: the known lines (TITLE LOGLINE SETTING STYLE RULE CAST THREAD ENDING), one per line, each
// shortened to 400 bytes at a word, at most 40 lines. False if fewer than three known lines are found.
bool plan_read_bible(struct buf *out, const char *text, size_t len, bool cut);
// One line's value ("TITLE"), malloc'ed, or NULL.
char *plan_bible_field(const char *bible, const char *key);

// The recap as it is kept: the known lines (HAPPENED CHANGED OPEN CLOSED FACT DONE), at most 16, each at most 500
// bytes. False if no HAPPENED line is found; a plain paragraph becomes the HAPPENED line.
bool plan_read_recap(struct buf *out, const char *text, size_t len, bool cut);

// JSON Schemas for servers that can hold a model to one; they bound every string and list, because models loop in them.
// JSON text, static or appended.
extern const char plan_schema_bible[];
void plan_schema_acts(struct buf *out, int from, int to);
void plan_schema_chapters(struct buf *out, int from, int to);

#endif
