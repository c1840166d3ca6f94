// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What happened to a job lately: its last few events that are worth a line, and what its owner has not seen yet.
#ifndef APP_LATELY_H
#define APP_LATELY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/job.h"
#include "store/store.h"

enum { LATELY_MOST = 5 };

struct lately_event {
    int64_t time_ms;
    bool chunk;
    char *text;
};

// A job as it was when somebody looked. It is a file of the reader's own, <home>/looked/<id>: nothing depends on it.
struct look {
    int64_t time_ms; // wall clock; 0: nobody has looked yet
    int64_t event;   // the newest one then
    int64_t words;
    int chapters, gaps;
};

struct lately {
    struct lately_event items[LATELY_MOST]; // oldest first; of several chunks in a row only the last
    size_t count;
    int64_t newest; // event
    char *unsaid;   // what was said last of notes that are left out of the prompts; NULL: none are
    // Since the look: times of waiting that were over or are not yet.
    int outages;
    int64_t outage_ms;
};

void look_read(struct look *l, const char *home, int64_t job); // what cannot be read is no look
void look_forget(const char *home, int64_t job);
void look_write(const char *home, const struct job *j, int64_t newest_event, int64_t now_ms);

// An event's text for people: the name of a state alone says little to them. Valid as long as the row.
const char *lately_text(const struct event_row *row);

// `since`: nothing counts as new where its time is 0.
bool lately_read(struct lately *l, struct store *s, int64_t job, const struct look *since, int64_t now_ms,
                 struct err *e);
void lately_release(struct lately *l);

#endif
