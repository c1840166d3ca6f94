// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// How far a job is, in one line: redrawn on a terminal at most four times a second, wiped before anything else is
// written there; and as a plain line where stderr is no terminal.
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "app/current.h"
#include "base/buf.h"
#include "model/job.h"
#include "store/store.h"

struct progress {
    struct job job; // as last read; id 0: nothing to show
    struct current current;
    int jobs_before;    // in the queue
    int64_t attempt;    // the request that was seen last,
    size_t bytes;       // what it had brought,
    int64_t changed_ms; // and since when it has brought no more (monotonic)
    int64_t drawn_ms;
    bool rests; // nobody writes it: its row and its last request say what was going on when its writer was killed
    bool moved; // something was read since the line was drawn
};

void progress_init(struct progress *p); // of the whole program there is one
void progress_release(struct progress *p);
bool progress_read(struct progress *p, struct store *s, int64_t job, struct err *e);
// Without a bar; with one; for 80 columns; for fewer.
enum progress_width { PROGRESS_PLAIN, PROGRESS_WIDE, PROGRESS_NARROW, PROGRESS_LEAST };
void progress_line(const struct progress *p, struct buf *out, enum progress_width width);
void progress_draw(struct progress *p); // when it is time for it
void progress_wipe(void);

#endif
