// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What prose itself tells of how it was made: holes, talk of its length, joins that did not hold. Pure, and careful: what
// people write, and what the gate lets pass, must give no alarm.
#ifndef APP_VERIFY_PROSE_H
#define APP_VERIFY_PROSE_H

#include <stdbool.h>
#include <stddef.h>

enum { VERIFY_QUOTE_MOST = 60 }; // bytes of what was found

// A kind is one of: "placeholder", "heading", "word_count", "glued", "doubled", "truncated". Static.
typedef void verify_prose_found(void *arg, const char *kind, size_t from, size_t len);

// One stretch of prose for itself. `markup`: headings, brackets and dots may belong to it.
void verify_prose_stretch(const char *s, size_t len, bool markup, verify_prose_found *found, void *arg);

// What is wrong where `next` follows on `before`, with `glue` between them; NULL: nothing. `chapter`: a new one begins.
const char *verify_prose_join(const char *before, size_t before_len, const char *glue, const char *next,
                              size_t next_len, bool chapter);
// Whether the text ends in the middle of a sentence.
bool verify_prose_is_cut(const char *s, size_t len);

#endif
