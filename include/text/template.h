// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Prompt templates: text with {variables}, filled in one pass (values are never scanned again). An unknown variable
// is an error with the template's name and line. `{{` is a brace. A line that holds nothing but variables, all of
// them empty, vanishes with its newline. Control tokens of chat formats (<|im_start|>, [INST], <start_of_turn>, …)
// inside values are neutralised, because a value may come from a user or a model.
#ifndef TEXT_TEMPLATE_H
#define TEXT_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct template_var {
    const char *name;
    const char *value; // NULL is empty
};

// A template may hold alternatives: the lines between `[[json]]` and `[[end]]`, each alone on its line, are taken only
// when `part` is "json". Parts are not nested. NULL: only what is outside of all parts.
bool template_fill(struct buf *out, const char *name, const char *text, size_t len, const char *part,
                   const struct template_var *vars, size_t vars_count, struct err *e);
// Appends text with the control tokens of chat formats made harmless, as it is done with values.
void template_neutral(struct buf *out, const char *text);
// Whether it can be filled at all with these names: braces, variables, parts. `name` is what a message calls it (a path).
bool template_check(const char *name, const char *text, size_t len, const char *const *names, size_t names_count,
                    struct err *e);

#endif
