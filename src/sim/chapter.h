// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The text of one chapter: an unbounded sequence of paragraphs, a function of (book seed, chapter), grown as far as
// it is asked for. A position is a byte offset in it. What a client sends back is matched with every run of white
// space equal to any other, because clients fold and trim it.
#ifndef SIM_CHAPTER_H
#define SIM_CHAPTER_H

#include "sim/grammar.h"

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chapter {
    uint64_t seed; // of this chapter
    const struct grammar *grammar;
    struct cast cast;
    struct buf text;
    size_t paragraphs;
    size_t *ends; // the offsets just after each sentence
    size_t ends_count, ends_cap;
};

// `book_seed` gives the cast; the grammar is borrowed.
void chapter_init(struct chapter *c, uint64_t book_seed, const struct grammar *g, long number);
void chapter_release(struct chapter *c);

// The position just after the passage; false if it is nowhere in the first half megabyte.
bool chapter_after_passage(struct chapter *c, const char *passage, size_t *at);
// The position after `answer`, which begins at `start`; false if the text there differs.
bool chapter_after_answer(struct chapter *c, size_t start, const char *answer, size_t *at);
// How far `*text` and the chapter agree from `at` on: returns where they part and moves `*text` there.
size_t chapter_follow(struct chapter *c, size_t at, const char **text);
// The first sentence end at which the text from `start` has at least `words` words.
size_t chapter_end_of_words(struct chapter *c, size_t start, size_t words);
// Where the sentence that holds the byte before `at` begins (its leading white space passed); 0 at the start.
size_t chapter_sentence_start(const struct chapter *c, size_t at);
// The first position at or behind `at` that is no white space.
size_t chapter_skip_space(const struct chapter *c, size_t at);
// The first sentence end at or beyond `at`.
size_t chapter_sentence_end(struct chapter *c, size_t at);

#endif
