// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Words as the project counts them (UAX #29 segments that hold a letter or digit), for the two alphabets that the
// simulator writes: maximal runs of letters and digits; an apostrophe or full stop inside a run does not split it, a
// hyphen does.
#ifndef SIM_WORD_H
#define SIM_WORD_H

#include <stdbool.h>
#include <stddef.h>

enum byte_class { BYTE_SPACE, BYTE_WORD, BYTE_MARK, BYTE_CONTINUES };

// The class of one byte. BYTE_CONTINUES: a further byte of a UTF-8 character, whose first byte decides.
enum byte_class word_byte_class(char c);
size_t word_count(const char *text, size_t len);

#endif
