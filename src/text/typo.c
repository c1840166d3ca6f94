// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The nearest name, by the edit distance that also counts a swap of neighbours as one step (optimal string
// alignment). Case does not count: who writes "Premise" means "premise".
#include "text/typo.h"

#include <string.h>

// Longer words are no typing errors of ours, and the bound keeps the rows on the stack.
enum { WORD_MAX = 63 };

static char folded(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

// Three rows of the table are enough: a swap looks two rows back.
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t rows[3][WORD_MAX + 1];
    for (size_t j = 0; j <= b_len; j++) rows[0][j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t *row = rows[i % 3], *before = rows[(i + 2) % 3];
        const size_t *before2 = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            char x = folded(a[i - 1]), y = folded(b[j - 1]);
            row[j] = least(before[j - 1] + (x != y), least(before[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && x == folded(b[j - 2]) && folded(a[i - 2]) == y)
                row[j] = least(row[j], before2[j - 2] + 1);
        }
    }
    return rows[a_len % 3][b_len];
}

const char *typo_nearest(const char *word, const char *const *names, size_t count)
{
    const char *nearest = NULL;
    size_t nearest_distance = WORD_MAX;
    size_t word_len = strlen(word);
    if (word_len > WORD_MAX) return NULL;
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(names[i]);
        if (len > WORD_MAX) continue;
        size_t d = distance(word, word_len, names[i], len);
        size_t letters = len > word_len ? len : word_len;
        if (d * 3 > letters || d >= nearest_distance) continue;
        nearest = names[i];
        nearest_distance = d;
    }
    return nearest;
}
