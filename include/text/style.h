// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// How varied a stretch of prose is, counted, and which of its habits to lose. Works on any language; words are those
// of text/words.h, without case.
#ifndef TEXT_STYLE_H
#define TEXT_STYLE_H

#include <stddef.h>

#include "base/buf.h"

struct style {
    size_t words, sentences;
    double distinct_2;      // different pairs of words / pairs, mean over whole windows of 800 words; 1 if there is none
    double repeated_8;      // share of runs of eight words that stand earlier in the text
    double sentence_cv;     // standard deviation of the sentence length / its mean; 0 of a single sentence
    double speech;          // share of words that are said by people, as text/plain.h finds them
};
void style_measure(struct style *out, const char *s, size_t len);

// Habits: phrases of three to five words that occur far more often than such phrases do (at least four times, and more
// than once in 1,500 words), that hold no name (capital letters inside a sentence) and do not end in a function word;
// and the first two words of sentences, when more than one in twelve sentences opens with them. At most `most`, the
// worst first, one a line as it would be quoted in a prompt: `"let out a shaky breath"`, `sentences that open with "She
// had"`. In scripts without blanks a phrase has six to ten characters, an opening three.
void style_habits(struct buf *out, const char *s, size_t len, size_t most);

#endif
