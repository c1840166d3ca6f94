// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What a message may set for a job besides its state: backend and model, deadline, templates. Inside the message's transaction.
#ifndef ENGINE_INBOX_SETTINGS_H
#define ENGINE_INBOX_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "io/json.h"
#include "model/job.h"
#include "store/store.h"

// Templates from a message are a stranger's until they are read: they are unpacked, and packed again.
struct inbox_templates {
    bool given;
    char hash[HASH_TEXT_SIZE];
    struct buf packed;
};
bool inbox_templates_read(struct inbox_templates *t, const struct json *message, struct err *e);
void inbox_templates_release(struct inbox_templates *t);
bool inbox_templates_store(const struct inbox_templates *t, struct store *s, int64_t job, struct err *e);

// Whether the message's list of other backends is one, or it has none.
bool inbox_check_fallback(const struct json *message, struct err *e);

// The wall clock time that a message gives, 0 (none), or -1: it says nothing of it.
int64_t inbox_deadline(const struct json *message);

// Of a job that goes into the queue again with a deadline that has passed, what it means for what is written now. It was
// for the writing of the book: with that done it is taken away. A book that was broken off still ends as soon as it can.
bool inbox_settle_deadline(struct store *s, const struct job *j, struct err *e);
// Takes the deadline away, if there is one, and says so: more is asked for than it was given for.
bool inbox_end_deadline(struct store *s, const struct job *j, struct err *e);

// For a job that is there already: each change makes an event. `changed` becomes true where something is another now.
bool inbox_change_server(struct store *s, const struct job *j, const struct json *message, bool *changed,
                         struct err *e); // backend and model
bool inbox_change_deadline(struct store *s, const struct job *j, const struct json *message, bool *changed,
                           struct err *e);
bool inbox_change_templates(struct store *s, const struct job *j, const struct inbox_templates *t, bool *changed,
                            struct err *e);

#endif
