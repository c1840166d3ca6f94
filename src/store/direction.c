// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the owner says of the chapters to come.
#include "store/handle.h"

#include "base/clock.h"

bool store_direction_add(struct store *s, int64_t job, int first, int last, const char *text, struct err *e)
{
    return store_write(s, "job", job, e, SQL_DIRECTION_ADD, "liisl", job, first, last, text, clock_wall_ms());
}

struct direction_reader {
    bool (*each)(void *arg, const struct direction_row *d);
    void *arg;
};

static bool direction_on_row(void *arg, const struct db_row *row)
{
    struct direction_reader *r = arg;
    struct direction_row d;

    db_read(row, "iisl", &d.first, &d.last, &d.text, &d.time_ms);
    return r->each(r->arg, &d);
}

bool store_directions_each(struct store *s, int64_t job, bool (*each)(void *arg, const struct direction_row *d),
                           void *arg, struct err *e)
{
    struct direction_reader r = {.each = each, .arg = arg};

    return store_listed(db_each(s->db, SQL_DIRECTION_EACH, direction_on_row, &r, e, "l", job));
}
