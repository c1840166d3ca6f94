// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// JSON in a planning answer, as models write it: with talk around it, wrapped once more than was asked, bare, one object
// a line, cut, and with mistakes in it. A scanner that knows only strings and brackets finds the objects; each whole one
// is read by itself, so that a mistake costs one item and not the answer. Time is linear in the text, memory bounded.
#ifndef MODEL_PLAN_JSON_H
#define MODEL_PLAN_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "io/json.h"

struct plan_json_want {
    // Keys whose list holds the items, as plan_json_is_key compares them, the best first; NULL-terminated, or NULL. Under
    // the first key there may also be an object of items.
    const char *const *lists;
    bool salvage; // an object that the answer's end cut is given too, with those of its members that are whole
    // True: the object is an item. `sure`: it stands where items stand; else it may be a wrapper around them.
    bool (*take)(void *arg, const struct json *object, bool sure);
    void *arg;
};
// Gives the objects to `take`: those in the lists under the first key that has items, else the outermost, else those within them. How
// many were items.
size_t plan_json_items(const char *text, size_t len, const struct plan_json_want *want);

// Whether a key means the same as `name` (small ASCII letters only): case, blanks, '_' and '-' do not count.
bool plan_json_is_key(const char *key, const char *name);
// The member that has the first of these names that is there; NULL-terminated. NULL: none.
const struct json *plan_json_get(const struct json *object, const char *const *names);
// Appends a value as one line. A list or an object: its members with `separator` between them, and what is below them
// with commas; deeper is left out. True if something was added.
bool plan_json_add(struct buf *out, const struct json *v, const char *separator);
// A whole number, also as a text ("4", "Chapter 4: …"). False: there is none.
bool plan_json_number(const struct json *v, int *out);

// ---- mending (model/plan_mend.c)

// Where the string that opens at s[at] closes, or `len`. A quote inside it is told from the closing one by what follows.
size_t plan_mend_string_end(const char *s, size_t len, size_t at);
// Appends the text without what JSON does not allow: raw control characters and bare quotes in strings, commas too many
// or missing. `loose`: also strings in single quotes, and None, True and False.
void plan_mend(struct buf *out, const char *s, size_t len, bool loose);
// Appends the beginning of a text that was cut, up to its last whole value, with what is open closed.
void plan_mend_cut(struct buf *out, const char *s, size_t len);

#endif
