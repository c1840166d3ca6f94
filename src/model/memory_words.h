// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The words of a short text as hashes, so that texts can be compared word by word: case does not count, and in scripts
// without blanks every character is a word. Bounded: what stands behind the first 4,000 words is not seen.
#ifndef MODEL_MEMORY_WORDS_H
#define MODEL_MEMORY_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct memory_word {
    uint64_t hash;
    unsigned letters;
    bool unspaced; // a character of a script without blanks
};
struct memory_words {
    struct memory_word *list; // in the order of the text
    size_t count, cap;
};

void memory_words_init(struct memory_words *w, const char *s, size_t len);
void memory_words_release(struct memory_words *w);

// Whether a word says something by itself: three letters or more, or a character of a script without blanks.
bool memory_word_counts(const struct memory_word *w);
bool memory_words_has(const struct memory_words *w, uint64_t hash);
bool memory_words_equal(const struct memory_words *a, const struct memory_words *b); // false if empty
bool memory_words_part(const struct memory_words *part,
                       const struct memory_words *of); // all its words; false if empty
// The share of the words that count in `a` that stand in `b` too. If no word of `a` counts: of all its words.
double memory_words_share(const struct memory_words *a, const struct memory_words *b);
// Whether `about` holds the name: all its words one behind the other, or one of three letters or more.
bool memory_words_names(const struct memory_words *name, const struct memory_words *about);

#endif
