// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A text as a list of words with what counting them needs: a hash without case, and where sentences begin.
#ifndef TEXT_STYLE_WORDS_H
#define TEXT_STYLE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct style_word {
    uint64_t hash;
    size_t from, to; // bytes
    bool opens;      // a sentence, or a paragraph
    bool capital;    // a capital and another letter: "Mara", not "I"
    bool unspaced;   // a character of a script without blanks
    uint8_t chars;   // at most 255
};

struct style_words {
    struct style_word *list;
    size_t count, cap;
    size_t sentences;
};

void style_words_init(struct style_words *w, const char *s, size_t len);
void style_words_release(struct style_words *w);

// The hash of `count` words from `at` on, the same for the same words.
uint64_t style_words_hash(const struct style_words *w, size_t at, size_t count);

#endif
