// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// One job for people: a page with all that `status` knows. What is NULL in the view was not looked at.
#ifndef CLI_PAGE_H
#define CLI_PAGE_H

#include <stdbool.h>

#include "app/current.h"
#include "app/lately.h"
#include "app/own_edits.h"
#include "base/buf.h"
#include "cli/looks.h"
#include "model/book.h"
#include "model/job.h"

struct page_view {
    const struct job *job;
    const struct current *current; // what is in flight, and its words
    const struct book *book;       // chapters and gaps
    const struct lately *lately;   // last events
    const struct look *look;       // when somebody looked before
    const struct own_edits *edits; // published files that were changed by hand
    int jobs_before;               // in the queue
    bool written;                  // an engine runs now
    int64_t now_ms;                // wall clock
};

void page_job(const struct page_view *v, const struct looks *l, struct buf *out);

const char *page_title(const struct job *j); // else its slug; comes from outside
enum looks_color page_color(enum job_state s);

#endif
