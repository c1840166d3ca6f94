// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The plan of a book in its owner's hands: as it stands, and as he wants it. Chapters that have begun cannot be
// changed; those to come can be changed, added, removed and moved. Pure: rows come from engine/outline.h.
//
//   rows ─▶ outline ─write─▶ text or JSON ─▶ the owner ─▶ text or JSON ─read, check─▶ edit ─▶ message ─▶ rows
//
// An edit holds the chapters to come only, in their new order. `from` says which chapter each was; all that a form does
// not show stays with it.
#ifndef MODEL_OUTLINE_H
#define MODEL_OUTLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"

enum outline_state { OUTLINE_TO_COME, OUTLINE_BEGUN, OUTLINE_DONE };

// The texts of a chapter, in the order of their names in outline_field_names.
enum outline_field {
    OUTLINE_TITLE,
    OUTLINE_POV,
    OUTLINE_SUMMARY, // what happens; its beats stand between semicolons
    OUTLINE_PURPOSE,
    OUTLINE_OPENS,
    OUTLINE_CLOSES,
    OUTLINE_ENDS_ON,
    OUTLINE_FIELDS
};
extern const char *const outline_field_names[OUTLINE_FIELDS]; // as in JSON; a blank for each '_' in the text form

enum { OUTLINE_WORDS_LEAST = 50, OUTLINE_WORDS_MOST = 1000000 }; // that an edit may give a chapter

struct outline_chapter {
    int from; // its number in the plan as it stands; 0: it is new
    int act;  // 0: not said, or the book has no acts
    enum outline_state state;
    char *texts[OUTLINE_FIELDS]; // never NULL
    int64_t words;               // that stand, or that it is to have; in an edit 0: not said
    double weight;
    int place; // in an edit, for messages: > 0 the line of its heading, < 0 the place in the list of chapters, from -1
};

struct outline_act {
    int number, from, to; // chapters
    char *start, *turn, *open;
};

struct outline {
    int64_t job, words_target;
    char *title, *bible; // in an edit the bible is NULL if it is to stay
    bool bible_open;     // nothing is written yet: the bible may be changed
    int first;           // the first chapter that may be changed: those before it have begun
    int chapters_total;  // more than there are chapters here: the others are planned later
    double words_per_weight;
    struct outline_chapter *chapters;
    size_t count, cap;
    struct outline_act *acts;
    size_t acts_count, acts_cap;
};

void outline_init(struct outline *o);
void outline_release(struct outline *o);
struct outline_chapter *outline_add(struct outline *o); // its texts are ""
void outline_set(struct outline_chapter *c, enum outline_field field, const char *text, size_t len);
bool outline_same_texts(const struct outline_chapter *a, const struct outline_chapter *b);
const struct outline_chapter *outline_find(const struct outline *o, int number); // of a plan as it stands; NULL: none
// What an edit is made from: the bible and the chapters from `first` to `last`. It tells whether they changed meanwhile.
void outline_hash(const struct outline *o, int first, int last, char out[HASH_TEXT_SIZE]);

// ---- mistakes ----------------------------------------------------------------------------------------------------------

struct outline_fault {
    int place; // as in outline_chapter; 0: it is about the whole
    char *text;
};
struct outline_faults {
    struct outline_fault *items;
    size_t count, cap;
};
void outline_faults_release(struct outline_faults *f);
void outline_fault_add(struct outline_faults *f, int place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
// "line 12: …", "$.chapters[3]: …"; `shift` is added to a line's number.
void outline_fault_text(const struct outline_fault *f, int shift, struct buf *out);

// ---- forms -------------------------------------------------------------------------------------------------------------

// For an editor. Read back against the plan that it was made from; false: there are faults.
void outline_text_write(const struct outline *o, struct buf *out);
bool outline_text_read(struct outline *edit, const struct outline *now, const char *text, size_t len,
                       struct outline_faults *f);
// The text with its faults as comments on top, in place of those of the time before.
void outline_text_mark(const char *text, size_t len, const struct outline_faults *f, struct buf *out);

// For programs: the same document out and in.
struct json;
struct json *outline_json(const struct outline *o);
bool outline_json_read(struct outline *edit, const struct outline *now, const char *text, size_t len,
                       struct outline_faults *f);

// ---- edits -------------------------------------------------------------------------------------------------------------

// What all forms have in common: sizes, numbers, acts.
bool outline_check(struct outline *edit, const struct outline *now, struct outline_faults *f);

struct outline_change {
    int changed, added, removed, moved;
    bool bible;
};
struct outline_change outline_compare(const struct outline *edit, const struct outline *now);
bool outline_is_changed(const struct outline_change *c);

// The message to the engine: what is wanted, and what it was made from. `now` must live as long as it is written.
struct json *outline_message(const struct outline *edit, const struct outline *now);
struct outline_wish {
    struct outline edit;
    int first, last; // the chapters that it replaces, as they were numbered when it was made
    char hash[HASH_TEXT_SIZE];
};
bool outline_wish_read(struct outline_wish *w, const struct json *message, struct err *e);
void outline_wish_release(struct outline_wish *w); // also after a failed read

#endif
