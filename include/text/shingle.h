// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What of a text was said before, word for word: runs of eight words ("shingles"), known by hash. Words are compared
// without case and punctuation; in scripts without blanks every character is half a word. (A fast scan of its own: this looks
// at every streamed byte, and needs no exact word borders.)
//
// Memory is bounded: beyond `most` shingles the oldest are forgotten. The same texts in the same order always give the
// same answers.
#ifndef TEXT_SHINGLE_H
#define TEXT_SHINGLE_H

#include <stdbool.h>
#include <stddef.h>

enum { SHINGLE_WORDS = 8, SHINGLE_RUN_WORDS = 25 };

struct shingles;

struct shingles *shingles_new(size_t most); // 12 bytes each at the most, allocated as they come
void shingles_free(struct shingles *s);     // NULL is fine
void shingles_clear(struct shingles *s);
void shingles_add(struct shingles *s, const char *text, size_t len); // a text is not joined to the one before it

struct shingle_report {
    size_t words;        // of the text; what has no blanks counts by characters
    size_t seen;         // shingles that stand in the set
    size_t repeated;     // shingles that stand earlier in the text itself
    bool has_run;        // a verbatim run of SHINGLE_RUN_WORDS or more words of the set
    size_t run_from, run_to; // bytes of the first such run
};
void shingles_compare(const struct shingles *s, const char *text, size_t len, struct shingle_report *out);

// The same while a text streams: true as soon as it ends in a verbatim run of SHINGLE_RUN_WORDS words.
struct shingle_watch;
struct shingle_watch *shingle_watch_new(const struct shingles *s); // borrowed; it may not change meanwhile
void shingle_watch_free(struct shingle_watch *w);                  // NULL is fine
bool shingle_watch_feed(struct shingle_watch *w, const char *text, size_t len);
size_t shingle_watch_from(const struct shingle_watch *w); // bytes fed before that run began

#endif
