// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A walk over the words of a text, from its start, in blocks: memory is bounded however long the text is.
#ifndef TEXT_WALK_H
#define TEXT_WALK_H

#include <stdbool.h>
#include <stddef.h>

struct word_walk {
    const char *s;
    size_t len;
    size_t block, block_len; // the part of the text whose breaks are known
    size_t in;               // where we stand in the block
    char *breaks;            // one byte for each byte of the block: may a segment begin here?
    size_t cap;
};

void word_walk_init(struct word_walk *w, const char *s, size_t len);
// The next word, s[*start..*end); false at the end of the text.
bool word_walk_next(struct word_walk *w, size_t *start, size_t *end);
void word_walk_release(struct word_walk *w);

#endif
