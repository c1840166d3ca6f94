// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What was sent to a server and what came back, request by request, put together from the rows of the store. No
// request is stored as one piece:
//
//   sent   [stored turns of its conversation, those in the middle perhaps left out] [its own turn] ([carried over] [again])
//           ◀──────────────────────────── before ───────────────────────────────▶   ◀────────────── own ──────────────▶
//   came   [dropped | kept as prose … | dropped]
//
// What stood before is known from the place of its own turn in the conversation: where the answer was accepted both
// are stored turns, else the place is where the next turn was added. The account of bytes that each request has in its
// row says whether what was put together is all of it.
#ifndef APP_TRANSCRIPT_H
#define APP_TRANSCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/store.h"

struct transcript_wish {
    int64_t job;
    int chapter; // 0: the planning of the book
    int chunk;   // of the chapter; 0: its cards, all its chunks, its recap
    int attempt; // of each task; 0: all
};

struct transcript_message {
    enum turn_role role;
    const char *text;
    size_t len;
};

enum { EXCHANGE_OWN_MOST = 3 };

struct exchange {
    const struct attempt_row *row;
    const struct transcript_message *before; // as they were sent
    size_t before_count, before_bytes;
    struct transcript_message own[EXCHANGE_OWN_MOST]; // user; what was carried over; how it is to go on
    size_t own_count;
    int64_t unknown_bytes; // were sent too, and are not stored
    const char *came;
    size_t came_len;
    bool came_joined; // with what was carried over in front
    bool has_kept;    // the book's prose is came[kept_from..kept_to)
    size_t kept_from, kept_to;
};

// In the order of time. ERR_USAGE when there is no such chapter, chunk or attempt; the text says what there is. A plan
// that was not asked for yet is no error. A callback that returns false ends it, which then returns false.
bool transcript_read(struct store *s, const struct transcript_wish *w,
                     bool (*each)(void *arg, const struct exchange *x), void *arg, struct err *e);

bool transcript_is_plan(const char *kind); // bible, acts, outline, merge: they belong to no chapter

#endif
