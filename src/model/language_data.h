// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A language as its file says it, and the set of all of them, which is read on first use and kept until the end.
#ifndef MODEL_LANGUAGE_DATA_H
#define MODEL_LANGUAGE_DATA_H

#include "base/buf.h"
#include "model/language.h"
#include "text/pattern.h"

struct language {
    char *tag, *name;
    char *line, *chapter;                      // NULL: not said
    char *words[LANGUAGE_WORDS];               // NULL: not said
    char *quotes[LANGUAGE_QUOTES];             // NULL: not said; all of them or none
    char *dash, *speech, *ellipsis, *elisions; // NULL: not said
    char *spaced;                              // marks with the space in front, blanks between; NULL: none
    bool rtl;
    double tokens;                          // 0: not said
    unsigned scripts;                       // a bit each; 0: not said
    char *common;                           // NULL: not said
    struct buf patterns[LANGUAGE_PATTERNS]; // all of a kind as one expression; empty: there are none
    struct language_compiled *compiled;     // what of them was needed so far
    struct language *next;
};

struct language_compiled {
    struct pattern *pattern[LANGUAGE_PATTERNS];
};

// All languages with a file, by tag.
const struct language *language_all(void);

struct language *language_new(const char *tag, size_t len);
// Fills it from the text of its file.
void language_read(struct language *l, const char *text, size_t len);

#endif
