// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A set of prompt templates: one kind of book. Taken from the binary, or from a folder of the user's own, when a job is
// submitted, and from the store ever after, so that neither a new binary nor an edited file changes the prompts of a
// book that has begun. templates/README.md is the manual: which template asks for what, with which variables.
#ifndef ENGINE_TEMPLATE_SET_H
#define ENGINE_TEMPLATE_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "model/spec.h"
#include "text/template.h"

enum template_id {
    TEMPLATE_RULES,
    TEMPLATE_BIBLE,
    TEMPLATE_ACTS,
    TEMPLATE_OUTLINE,
    TEMPLATE_OPENING,
    TEMPLATE_CHUNK,
    TEMPLATE_FLAT,
    TEMPLATE_RECAP,
    TEMPLATE_MERGE,
    TEMPLATE_COUNT
};

struct templates {
    char hash[HASH_TEXT_SIZE]; // of all texts, names included
    char *text[TEMPLATE_COUNT];
    bool markup; // of a kind whose prose has headings, lists and code
};

const char *template_name(enum template_id id); // "rules", "bible", …
// The names that may stand between its braces; a NULL ends them. Filling gives a value to each of them.
const char *const *template_variables(enum template_id id);
// The binary's own set for a kind of book.
bool templates_embedded(struct templates *out, enum book_kind kind, struct err *e);
// The user's own: NAME.txt of each template in the folder `dir`; one that is not there is the built-in novel's; a file
// with another name, an unknown variable, a stray brace are errors that name the file and the line. A folder without any
// template is an error. A file "markup" (whatever it holds) sets `markup`.
bool templates_read(struct templates *out, const char *dir, struct err *e);
// Whether the folder says something else by now than the set that a job is pinned to: `file` is the first file of it that
// does ("chunk.txt"), or empty. A file that is not there any more, and a folder that is gone, say nothing. False: what is
// there cannot be read as templates.
enum { TEMPLATE_FILE_SIZE = 32 };
bool templates_changed(const struct templates *pinned, const char *dir, char file[TEMPLATE_FILE_SIZE], struct err *e);
// To and from the one string that the store and messages keep. A set that was packed by an older program may lack
// templates, or have some that this one cannot fill: they are the built-in novel's.
void templates_pack(const struct templates *t, struct buf *out);
bool templates_unpack(struct templates *out, const char *packed, size_t len, struct err *e);
void templates_release(struct templates *t);

// `part`: "json", "lines" or NULL; see text/template.h.
bool templates_fill(const struct templates *t, enum template_id id, const char *part, struct buf *out,
                    const struct template_var *vars, size_t vars_count, struct err *e);

#endif
