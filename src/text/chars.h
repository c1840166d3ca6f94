// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// One character of UTF-8 forwards or backwards, and the few questions about it that words, sentences and joins share.
#ifndef TEXT_CHARS_H
#define TEXT_CHARS_H

#include <stdbool.h>
#include <stddef.h>

#include <unitypes.h>

// The character at the start, and the one at the end, of s[0..len): its bytes, 0 if there is none. A broken byte is
// one character, U+FFFD, of one byte.
size_t chars_next(const char *s, size_t len, ucs4_t *uc);
size_t chars_prev(const char *s, size_t len, ucs4_t *uc);

bool chars_is_space(ucs4_t uc);
bool chars_is_letter(ucs4_t uc);       // a letter
bool chars_is_letter_digit(ucs4_t uc); // a letter, digit or other number
// Of a script that puts no blanks between words (ideographs, kana, Thai, …), or of its punctuation.
bool chars_is_unspaced(ucs4_t uc);

size_t chars_space_head(const char *s, size_t len); // bytes of white space at the start
size_t chars_trim_tail(const char *s, size_t len);  // the length without white space at the end

#endif
