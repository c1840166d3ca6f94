// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// File names from titles: [a-z0-9-] and letters of other scripts than Latin, at most SLUG_MAX bytes, never empty (then
// "book"), never a Windows device name. Latin letters with marks lose them (ł, ß, ø, æ and the like by a small table, the
// rest by NFKD, which also turns full-width letters into plain ones); other scripts stay as they are, in small letters.
#ifndef TEXT_SLUG_H
#define TEXT_SLUG_H

#include <stddef.h>

enum { SLUG_MAX = 60 };
void slug_make(char out[SLUG_MAX + 1], const char *title, size_t max_words);

#endif
