// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What two texts have in common and where they differ, sentence by sentence. Sentences are compared with their white
// space folded, so that a paragraph that was broken elsewhere is no difference.
#ifndef TEXT_DIFF_H
#define TEXT_DIFF_H

#include <stdbool.h>
#include <stddef.h>

enum diff_op { DIFF_SAME, DIFF_REMOVED, DIFF_ADDED };

// Calls `each` for every sentence, in order; where sentences were replaced the removed ones come first. `text` is of the
// new text, a removed one of the old, without white space around it. Memory is bounded: of two texts that are too long to
// be compared sentence by sentence, what lies between their common start and end counts as replaced.
void diff_sentences(const char *before, size_t before_len, const char *after, size_t after_len,
                    void (*each)(void *arg, enum diff_op op, const char *text, size_t len), void *arg);

#endif
