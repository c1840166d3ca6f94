// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// All that a page of one job shows, read at once: for `status`, and again and again for `watch`.
#ifndef CLI_OVERVIEW_H
#define CLI_OVERVIEW_H

#include "app/home.h"
#include "cli/page.h"
#include "store/store.h"

struct overview {
    const struct home *home;
    bool written; // an engine ran before the rows were read
    struct job job;
    struct current current;
    struct book book;
    struct lately lately;
    struct look look; // the one before
    struct own_edits edits;
    int jobs_before;
};

void overview_init(struct overview *o, const struct home *h, int64_t job); // reads when it was looked at before
void overview_release(struct overview *o);
// May be called again. STORE_NONE: there is no such job any more.
enum store_found overview_read(struct overview *o, struct store *s, int64_t job, int64_t now_ms, struct err *e);
void overview_page(const struct overview *o, const struct home *h, const struct looks *l, int64_t now_ms,
                   struct buf *out);
void overview_looked(const struct overview *o, const struct home *h, int64_t now_ms); // remembers that it was shown

#endif
