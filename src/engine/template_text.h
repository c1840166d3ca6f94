// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the files that make template sets share.
#ifndef ENGINE_TEMPLATE_TEXT_H
#define ENGINE_TEMPLATE_TEXT_H

#include <stdbool.h>

#include "engine/template_set.h"

bool template_is_newer(enum template_id id); // sets packed by older programs may lack it
// Whether it can be filled with what there is for this template; `path` is what the message calls it.
bool template_check_text(enum template_id id, const char *path, const char *text, struct err *e);
// Takes what is missing from the built-in `kind`, and makes the hash. On false the set is released.
bool templates_complete(struct templates *t, enum book_kind kind, struct err *e);

#endif
