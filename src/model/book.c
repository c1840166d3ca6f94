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
    for (size_t i = 0; i < b->chapters_count; i++)
        if (b->chapters[i].number == number) return &b->chapters[i];
    return NULL;
}

bool book_is_given(const struct book *b, int chapter)
{
    const struct book_chapter *c = book_chapter_at(b, chapter);

    return c != NULL && c->given;
}

const struct book_chunk *book_stale(const struct book_chapter *c)
{
    for (size_t i = 0; i < c->chunks_count; i++)
        if (c->chunks[i].stale) return &c->chunks[i];
    return NULL;
}

static bool book_same_chapter(const struct book_chapter *a, const struct book_chapter *b)
{
    if (a->version != b->version || a->chunks_count != b->chunks_count) return false;
    for (size_t i = 0; i < a->chunks_count; i++)
        if (a->chunks[i].stale != b->chunks[i].stale) return false;
    return true;
}

bool book_same_text(const struct book *a, const struct book *b)
{
    if (a->since != b->since || a->chapters_count != b->chapters_count) return false;
    for (size_t i = 0; i < a->chapters_count; i++)
        if (!book_same_chapter(&a->chapters[i], &b->chapters[i])) return false;
    return true;
}
