// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Our own account of a server with one cached prefix: what it was sent and answered last, and how much of a new request
// it has therefore seen already. A request that does not extend the one before although it is of the same conversation
// is a break, and has a reason.
#ifndef ENGINE_ACCOUNT_H
#define ENGINE_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "engine/next.h"
#include "engine/prompt.h"

enum { ACCOUNT_CACHE_SIZE = 512 };

struct account {
    char cache[ACCOUNT_CACHE_SIZE]; // whose it is: server, slot and model, as its owner names them
    struct buf last;                // the messages of the last request, and its answer as far as it came
    size_t turn_at;                 // where its new turn begins in `last`
    int conversation;               // of the last request
    size_t left_out;
    bool head_cut; // the last answer was accepted without its head
    bool empty;    // of this process: nothing was sent yet
};

struct account_entry {
    size_t bytes, common; // of the request; of its start, what the server has seen
    const char *broke;    // why it did not extend the one before; NULL: it did, or did not have to
};

void account_init(struct account *a);
void account_release(struct account *a);
void account_request(struct account *a, const struct prompt *p, const struct step *s, struct account_entry *out);
void account_answer(struct account *a, const struct prompt *p, const char *text, size_t len);
void account_head_cut(struct account *a);

#endif
