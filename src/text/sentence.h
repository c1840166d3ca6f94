// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What joins need to know of sentences beyond text/words.h.
#ifndef TEXT_SENTENCE_H
#define TEXT_SENTENCE_H

#include <stddef.h>

// As sentence_whole, for a text that broke off: a terminator at the very end does not count, because a closing
// quote, another dot or the rest of a number may have been under way.
size_t sentence_sure(const char *s, size_t len);

#endif
