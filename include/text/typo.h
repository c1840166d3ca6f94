// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// "Did you mean": the nearest of some names, for messages about a word that nobody knows.
#ifndef TEXT_TYPO_H
#define TEXT_TYPO_H

#include <stddef.h>

// The name with the smallest edit distance (insert, delete, replace, swap of neighbours), if it is near enough to
// be meant (at most a third of the letters), else NULL.
const char *typo_nearest(const char *word, const char *const *names, size_t count);

#endif
