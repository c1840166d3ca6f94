// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Text from rules. A grammar is a table of lists, each named by one character; a list holds alternatives, and an
// expansion picks one at random:
//
//   $x   an alternative of list x, expanded in turn      ^   makes the next letter a capital
//   $N   a name of the book's cast                       ~   the feminine ending, if the last subject is a woman
//   _    a blank (inside a list whose separator is the blank)
//
// The same rules write the prose and the notes (bible, outline, recap), so that a language is data alone.
#ifndef SIM_GRAMMAR_H
#define SIM_GRAMMAR_H

#include "sim/rng.h"

#include "base/buf.h"

#include <stddef.h>

enum { GRAMMAR_CAST = 8, GRAMMAR_LISTS = 128 };

// The source of one list. The separator is '|' for rules and ' ' for plain words.
struct grammar_list {
    char name;
    char separator;
    const char *text;
};

struct grammar;

// The table ends with a list named '\0'. List 'n' holds the names that a cast is drawn from; a woman's ends in 'a'.
struct grammar *grammar_new(const struct grammar_list *lists, const char *feminine_ending);

// The cast of one book: distinct names, a function of the seed. The strings belong to the grammar.
struct cast {
    const char *names[GRAMMAR_CAST];
};
void grammar_cast(const struct grammar *g, uint64_t seed, struct cast *cast);

// Appends one expansion of `rule` (written like an alternative: "^$c.").
void grammar_expand(const struct grammar *g, struct rng *r, const struct cast *cast, const char *rule,
                    struct buf *out);

extern const struct grammar_list grammar_en[];
extern const struct grammar_list grammar_pl[];

#endif
