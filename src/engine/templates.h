// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The prompt templates of one kind of book: taken from the binary when a job begins, and from the store ever after,
// so that a new binary never changes the prompts of a book that has begun.
#ifndef ENGINE_TEMPLATES_H
#define ENGINE_TEMPLATES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/buf.h"
#include "model/spec.h"
#include "text/template.h"

enum template_id {
    TEMPLATE_RULES,
    TEMPLATE_BIBLE,
    TEMPLATE_OUTLINE,
    TEMPLATE_OPENING,
    TEMPLATE_CHUNK,
    TEMPLATE_RECAP,
    TEMPLATE_COUNT
};

struct templates {
    char hash[HASH_TEXT_SIZE]; // of all texts, names included
    char *text[TEMPLATE_COUNT];
};

const char *template_name(enum template_id id); // "rules", "bible", …
// The binary's own set for a kind of book.
bool templates_embedded(struct templates *out, enum book_kind kind, struct err *e);
// To and from the one string that the store keeps.
void templates_pack(const struct templates *t, struct buf *out);
bool templates_unpack(struct templates *out, const char *packed, size_t len, struct err *e);
void templates_release(struct templates *t);

bool templates_fill(const struct templates *t, enum template_id id, struct buf *out, const struct template_var *vars,
                    size_t vars_count, struct err *e);

#endif
