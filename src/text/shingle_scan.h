// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The shingles of a text, one after the other. A word is a run of letters, digits and marks; apostrophes in it are
// passed over ("don't", "don’t" and "dont" are one word); a character of a script without blanks is
// half a word.
// The text may come in pieces of whole characters; a word may go on from one to the next.
#ifndef TEXT_SHINGLE_SCAN_H
#define TEXT_SHINGLE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/shingle.h"

enum { WORD_WEIGHT = 2, SHINGLE_RING = SHINGLE_WORDS * WORD_WEIGHT + 1 }; // weights are halves of a word

struct shingle {
    uint64_t key;
    size_t from, to; // bytes of the text, from its first word to its last
    size_t weight;   // of its last word
};

struct shingle_word {
    uint64_t hash;
    size_t start, weight;
};

struct shingle_scan {
    size_t base; // bytes of the text in front of the piece at hand; the caller adds to it
    size_t words;
    // The word under way.
    bool open;
    uint64_t hash;
    size_t from, to, weight;
    // The last words: those of the shingle are first..words.
    uint64_t rolling;
    size_t first, inside; // inside: their weights
    struct shingle_word ring[SHINGLE_RING];
};

void shingle_scan_init(struct shingle_scan *c);
// Goes on at s[*at] up to the end of the next shingle; false when the piece is used up.
bool shingle_scan_next(struct shingle_scan *c, const char *s, size_t len, size_t *at, struct shingle *out);
// The text ends here, and so does the word under way; true if that ends a shingle.
bool shingle_scan_end(struct shingle_scan *c, struct shingle *out);

#endif
