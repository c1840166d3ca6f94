// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The attempts of a job in the order of time, and the place of each in its conversation.
#ifndef APP_HISTORY_H
#define APP_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/conversation.h"
#include "app/transcript.h"
#include "base/err.h"
#include "store/store.h"

struct history_row {
    struct attempt_row a; // its strings are ours
    bool accepted;
    size_t place; // of its own turn in the conversation, or where that would stand
};

struct history {
    struct history_row *rows;
    size_t count, cap;
};

bool history_load(struct history *h, struct store *s, int64_t job, struct err *e);
void history_release(struct history *h);

bool history_is_chunk(const struct attempt_row *a);
bool history_is_first(const struct attempt_row *a); // of its conversation
bool history_is_same_task(const struct attempt_row *a, const struct attempt_row *b);
bool history_is_accepted(const struct history *h, const struct attempt_row *a); // any attempt of its task
int history_conversation(const struct attempt_row *a);
size_t history_left_out(const struct attempt_row *a); // turns

// Fills the places of the attempts that extended conversation `number`.
void history_place(struct history *h, const struct conversation *c, int number);

#endif
