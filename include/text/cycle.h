// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Loops: text that repeats itself verbatim, back to back, at any period from a character to a paragraph.
//
//   … he went out. | And the rain fell. | And the rain fell. | And the rain fell. | And
//                   ◀──── period ─────▶
//                                      ▲ cycle_cut: what is behind the first round is repetition
//
// Text is fed as it streams, in any split. White space and ASCII case are folded. A loop has at least three rounds, of
// at most 4,000 bytes; a short one must in addition have gone on for so long that no refrain, no list and no stammer is
// taken for one. It is told at the latest 200 tokens behind the end of its third round (800 bytes; 600 where the text is
// made of words). Six rounds in which only a number counts up or down are a loop too.
#ifndef TEXT_CYCLE_H
#define TEXT_CYCLE_H

#include <stdbool.h>
#include <stddef.h>

struct cycle;

struct cycle *cycle_new(void);
void cycle_free(struct cycle *c); // NULL is fine
void cycle_reset(struct cycle *c);
// True from the moment a loop is known; what is fed then is not looked at any more.
bool cycle_feed(struct cycle *c, const char *s, size_t len);
// Of a known loop: bytes of all that was fed up to the end of the loop's first round, white space behind it not counted.
// A round begins with a sentence if it can, for what stands before the loop may by chance look like the end of a round.
size_t cycle_cut(const struct cycle *c);
// The same for a text as a whole: where it should be cut, or `len` if nothing loops.
size_t cycle_find(const char *s, size_t len);

#endif
