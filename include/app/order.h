// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A message and its answer, for whoever only leaves a message and does not write: the engine answers within a tenth of
// a second; where there is none the sender takes the lock for a moment and takes the inbox in by itself.
#ifndef APP_ORDER_H
#define APP_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "app/home.h"
#include "app/program.h"
#include "base/err.h"
#include "engine/message.h"
#include "store/store.h"

enum order_end { ORDER_ANSWERED, ORDER_SILENT, ORDER_FAILED };

// Waits at most `limit_ms`. ORDER_SILENT: the engine that holds the lock has not answered; the message lies in the inbox.
enum order_end order_await(const struct home *h, const char *key, int64_t limit_ms, struct inbox_answer *answer,
                           struct err *e);

// Leaves a message for a job, whose key is filled in, and waits. A refusal is ORDER_FAILED too, with "job N: why".
enum order_end order_give(const struct home *h, enum message_verb verb, int64_t job,
                          const struct message_change *change, int64_t limit_ms, char key[MESSAGE_KEY_SIZE],
                          struct inbox_answer *answer, struct err *e);

// Whether an engine holds the home's lock now.
bool order_is_written(const struct home *h);

// Starts `novelgen run` in the background if nobody writes.
bool order_start_run(const struct home *h, const struct program *p, struct err *e);

#endif
