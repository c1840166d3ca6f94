// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Lists of texts in a document of the user's: the words of a command line, names of models.
#ifndef MODEL_WORDS_H
#define MODEL_WORDS_H

#include <stdbool.h>

#include "base/err.h"
#include "io/json.h"

// Reads a list of one text or more into a new array that a NULL ends, in place of what `out` holds. `expected` is for
// the message: "a list of words such as …". On false `out` may hold the first of them.
bool words_read(char ***out, const struct json *v, const char *at, const char *expected, struct err *e);
// Adds the list to the object as `name`; NULL adds nothing.
void words_write(char *const *words, struct json *object, const char *name);
void words_free(char **words); // NULL is fine

#endif
