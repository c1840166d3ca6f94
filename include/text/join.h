// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Joins: putting a continuation behind text that is already there without losing, repeating or gluing a word.
#ifndef TEXT_JOIN_H
#define TEXT_JOIN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

// The last `words` words with white space folded to single blanks, for a quote in a prompt.
void join_quote(struct buf *out, const char *s, size_t len, size_t words);

// How many bytes at the start of `next` repeat the end of `before`, white space compared folded: the longest run
// that is both a suffix of `before` and a prefix of `next` (after leading white space), and holds at least three
// different words, or is a whole last sentence of at least two. Where there are no blanks between words, each character
// is half a word (but three make a sentence). A refrain is no repetition: what is said a third time next to it stays,
// and so does "No. No." A whole sentence that a text says exactly twice, cut between the two, cannot be told from one
// that was restated, and is taken for restated.
// White space at the start of `next` (behind the run, if there is one) counts as repeated when `before` ends with white
// space, but not ideographic blanks that indent a paragraph behind a line feed. 0: nothing is repeated. Looks at the
// last 2,000 bytes of `before` at most.
size_t join_overlap(const char *before, size_t before_len, const char *next, size_t next_len);

// Cuts a text that broke off in mid-stream back to what is surely whole.
// For a continuation by prefill: to the last word border (the unfinished word and white space at the end go).
size_t join_clean_word(const char *s, size_t len);
// For a continuation by quoting: behind the last whole sentence, white space that follows it kept when it is
// complete (something comes after it) or holds a blank line, so that the paragraph break is known. A terminator at the
// very end does not count: a closing quote or the rest of a number may have been under way.
size_t join_clean_sentence(const char *s, size_t len);

// How much of `text` is new where `behind` stands right behind it: less than `len` if it ends with words that `behind`
// begins with (as join_overlap), or runs into it and goes on in its own way (its first eight words, white space compared
// folded, stand in the text).
size_t join_meets(const char *text, size_t len, const char *behind, size_t behind_len);

// Appends both pieces as one text: what `next` restates is left out, and a separator stands where both bring none.
// With `before` cleaned as above the result is the uncut text when `next` goes on exactly there, or restates the last
// sentence first. When `next` lacks its leading white space, or begins with a new paragraph, it is the uncut text as far
// as `before` kept the white space; else that white space is what `next` brings or a separator, and all else is as it
// was. (Of three line feeds cut behind the second, the third is lost.)
void join_pieces(struct buf *out, const struct buf *before, const struct buf *next);

// What stands between two pieces: "" if either side brings white space or is empty, else "\n\n" for a paragraph, "" in
// front of clinging punctuation and in scripts without blanks between words, else " ".
const char *join_separator(const char *before, size_t before_len, const char *next, size_t next_len, bool paragraph);

#endif
