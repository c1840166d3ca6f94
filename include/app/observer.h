// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Reading along: a read-only connection to the store that another process, or the engine of this one, is writing. It
// is opened as soon as there is a database. A failure is taken for a passing one (the writer was killed and its log
// is being recovered) until it has lasted OBSERVER_PATIENCE_MS.
#ifndef APP_OBSERVER_H
#define APP_OBSERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "store/store.h"

enum { OBSERVER_PATIENCE_MS = 5000 };

struct observer {
    const char *home;
    struct store *store; // NULL: no database yet
    int64_t version;
    int64_t failing_ms; // monotonic; since when; 0: it is not failing
};

enum observed {
    OBSERVED_NOTHING, // no database yet, or a passing failure
    OBSERVED_SAME,    // nothing was committed since the last look
    OBSERVED_NEWS,
    OBSERVED_FAILED,
};

void observer_init(struct observer *o, const char *home);
void observer_release(struct observer *o);
enum observed observer_look(struct observer *o, struct err *e);
// A read failed: the connection is closed and opened again with the next look. False, with e set, when this has
// lasted too long.
bool observer_stumble(struct observer *o, const struct err *cause, struct err *e);

// For commands that read once and end. True with store NULL: no database yet.
bool observer_open_once(struct observer *o, const char *home, struct err *e);

// The job that a user means by an id, a slug's beginning, or NULL (the one being written, else the last touched).
// ERR_NO_JOB if there is none, or more than one.
bool observer_find_job(struct store *s, const char *ref, int64_t *id, struct err *e);
// Without a reference: the job last touched that is not done, else as above.
bool observer_find_undone(struct store *s, int64_t *id, struct err *e);

#endif
