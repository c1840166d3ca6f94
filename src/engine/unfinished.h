// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What has come of a part that is not accepted yet: whether it can be gone on from, and its place among the versions when
// the text around it is replaced.
#ifndef ENGINE_UNFINISHED_H
#define ENGINE_UNFINISHED_H

#include <stdbool.h>

#include "model/book.h"
#include "model/job.h"
#include "store/store.h"

// Whether an attempt has text that may be continued, and shown: the gate has not refused it.
bool unfinished_is_usable(const struct attempt *a);
// Keeps what its reader may have seen of the chapter's part at hand, whose version is about to end: as its last part or,
// of a part that was being written anew, in the place of the old one, as a version of its own. Inside a transaction, right
// before the chapter is retired.
bool unfinished_keep(struct store *s, const struct job *j, const struct book_chapter *c, const char *reason,
                     struct err *e);
// Keeps it where only the part before, `seq`, is replaced: what goes on from that is void.
bool unfinished_keep_next(struct store *s, const struct job *j, int chapter, int seq, struct err *e);

#endif
