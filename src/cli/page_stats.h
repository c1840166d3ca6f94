// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The statistics for people: a line for each backend and model, then what failed, what was refused, and who waits.
#ifndef CLI_PAGE_STATS_H
#define CLI_PAGE_STATS_H

#include <stddef.h>

#include "app/stats.h"
#include "base/buf.h"

// `columns` of the terminal: names are cut to what is left of them; 0: they are not cut.
void page_stats(const struct stats *st, size_t columns, struct buf *out);

#endif
