// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Regular expressions: the extended ones of POSIX, from the C library. They see bytes, not characters: `.` is one byte
// (give other scripts two or three times the room), and a letter beyond ASCII may stand in no [set]; write (à|é).
#ifndef TEXT_PATTERN_H
#define TEXT_PATTERN_H

#include <stdbool.h>

#include "base/err.h"

struct pattern;

struct pattern *pattern_new(const char *expression, struct err *e); // NULL: it is none
void pattern_free(struct pattern *p);                               // NULL is fine
bool pattern_matches(const struct pattern *p, const char *text);

#endif
