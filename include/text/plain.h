// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Text made plain for comparing it: what patterns and lists of words are written for. Fast rather than exact: words are
// runs of letters here (text/words.h has the real ones).
#ifndef TEXT_PLAIN_H
#define TEXT_PLAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

// Appends s in small letters, apostrophes straight, each run of white space one blank; until `out` is full.
void plain_add(struct buf *out, const char *s, size_t len);

// The next word at or behind *at: letters, or one character of a script that has no blanks between words. Moves *at
// behind it; false at the end of the text.
bool plain_word(const char *s, size_t len, size_t *at, size_t *start);

// Appends s without what its people say: quoted text and lines that open with a dash, a `"` in the place of each.
// Quotes of all kinds are known (" “” „“ «» »« ‘’ 「」 『』); speech that is not closed ends with its line.
void plain_without_speech(struct buf *out, const char *s, size_t len);

#endif
