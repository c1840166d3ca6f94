// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A book as "what next?" sees it: see include/model/book.h.
#include "model/book.h"

#include <stdlib.h>

void book_release(struct book *b)
{
    for (size_t i = 0; i < b->chapters_count; i++) free(b->chapters[i].chunks);
    free(b->chapters);
    free(b->acts);
    *b = (struct book){0};
}

int64_t book_chapter_words(const struct book_chapter *c)
{
    int64_t words = 0;

    for (size_t i = 0; i < c->chunks_count; i++) words += c->chunks[i].words;
    return words;
}

int64_t book_words(const struct book *b)
{
    int64_t words = 0;

    for (size_t i = 0; i < b->chapters_count; i++) words += book_chapter_words(&b->chapters[i]);
    return words;
}

const struct book_chapter *book_chapter_at(const struct book *b, int number)
{
    bool there = number >= 1 && (size_t)number <= b->chapters_count;
    return there ? &b->chapters[number - 1] : NULL;
}

bool book_is_given(const struct book *b, int number)
{
    const struct book_chapter *c = book_chapter_at(b, number);
    return c != NULL && c->given;
}
