// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Jobs for people: a page of one, a table of many.
#ifndef CLI_PAGE_H
#define CLI_PAGE_H

#include <stdbool.h>

#include "app/current.h"
#include "base/buf.h"
#include "model/book.h"
#include "model/job.h"

struct page_view {
    const struct job *job;
    const struct current *current; // of a job that is being written; NULL: not looked at
    const struct book *book;       // of a job with gaps; NULL: not looked at
    int jobs_before;               // in the queue
    bool written;                  // an engine runs now
};

void page_job(const struct page_view *v, bool color, struct buf *out);

void page_head(struct buf *out);
void page_row(const struct job *j, bool color, struct buf *out);

#endif
