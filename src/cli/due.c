// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See due.h.
#include "cli/due.h"

#include <stddef.h>

#include "base/clock.h"
#include "model/deadline.h"

bool due_read(const struct due *d, int64_t *deadline_ms, struct err *e)
{
    int64_t now_ms = clock_wall_ms();

    if (d->by != NULL && d->within != NULL) return err_set(e, ERR_USAGE, "give --by or --within, not both");
    if (d->within != NULL) return deadline_within(d->within, now_ms, deadline_ms, e) || err_prefix(e, "--within");
    if (d->by == NULL) return true;
    if (!deadline_by(d->by, now_ms, deadline_ms, e)) return err_prefix(e, "--by");
    if (*deadline_ms > now_ms) return true;
    return err_set(e, ERR_USAGE, "--by: '%s' has passed, expected a time to come, such as 07:00", d->by);
}
