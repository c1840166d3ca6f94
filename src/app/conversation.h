// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// One conversation with all its turns, for looking back: where a chunk's turn stands, and what was sent before a turn.
#ifndef APP_CONVERSATION_H
#define APP_CONVERSATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/transcript.h"
#include "base/err.h"
#include "store/store.h"

struct conversation_turn {
    enum turn_role role;
    int seq; // the chunk that it is, or 0
    bool fresh;
    char *text;
    size_t len;
};

struct conversation {
    struct conversation_turn *turns;
    size_t count, cap;
};

bool conversation_load(struct conversation *c, struct store *s, int64_t job, int number, struct err *e);
void conversation_release(struct conversation *c);

// The user's turn at `at`, or NULL; and the assistant's that answers it, or NULL.
const struct conversation_turn *conversation_question(const struct conversation *c, size_t at);
const struct conversation_turn *conversation_answer(const struct conversation *c, size_t at);

// Where the question of chunk `seq` stands. False: it has none.
bool conversation_find_chunk(const struct conversation *c, int seq, size_t *at);
// Behind the last chunk before `seq`; without one, behind the first pair.
size_t conversation_behind_chunks(const struct conversation *c, int seq);

// The messages that stood before a turn added at `at`: from the last fresh one on, less the `left_out` behind the first
// pair. Appends to `out` (NULL: only counts) and returns their bytes.
struct conversation_view {
    struct transcript_message *items;
    size_t count, cap;
};
size_t conversation_before(const struct conversation *c, size_t at, size_t left_out, struct conversation_view *out);

#endif
