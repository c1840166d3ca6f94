// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Prose that no model wrote: a chapter that came with the spec, or one that its owner has edited. It becomes chunks like
// any other, and a conversation in which it stands as if it had been asked for.
#ifndef ENGINE_GIVEN_H
#define ENGINE_GIVEN_H

#include "model/book.h"
#include "store/store.h"
#include "text/shingle.h"

// Stores a chapter without chunks as chunks of about a thousand words, verbatim from paragraph to paragraph. What is said
// there is added to `said` (NULL: nobody is writing).
bool given_store(struct store *s, int64_t job, int chapter, const char *text, struct shingles *said, struct err *e);
// The same of a chapter as it was published: where the mark of a missing part was left standing, the part is still
// missing. `was` tells how many words each was to have.
bool given_store_edited(struct store *s, int64_t job, const struct book_chapter *was, const char *text,
                        struct err *e);
// Stores the questions and answers of a chapter's conversation behind its opening: a pair for each chunk that stands.
bool given_talk(struct store *s, int64_t job, int chapter, struct err *e);

#endif
