// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A folder of the user's own templates: read when a book is submitted, and compared when it is resumed, so that a book
// that has begun never changes its prompts unasked.
#ifndef CLI_OWN_TEMPLATES_H
#define CLI_OWN_TEMPLATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/home.h"
#include "base/err.h"

// Packed for a message, malloc'ed; NULL: an error.
char *own_templates_read(const char *dir, struct err *e);

enum own_choice { OWN_ASK, OWN_KEEP, OWN_TAKE };
bool own_templates_choice(const char *given, enum own_choice *out, struct err *e); // "keep", "take"; NULL: OWN_ASK

// For each job that is to be resumed: packed[i] is what it takes over from its folder, or NULL. OWN_ASK: a folder that
// says something else than what the job began with is an error that names the file and the choice.
bool own_templates_resume(const struct home *h, const int64_t *ids, size_t count, enum own_choice choice,
                          char **packed, struct err *e);

#endif
