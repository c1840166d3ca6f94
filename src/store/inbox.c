// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Answers to the messages of the inbox. A key is answered once: a second answer is an error.
#include "store/handle.h"

#include "base/clock.h"

#include <stdio.h>

bool store_inbox_record(struct store *s, const char *key, const struct inbox_answer *a, struct err *e)
{
    return store_write(s, "message", 0, e, SQL_INBOX_ADD, "slisl", key, a->job, a->code, a->text, clock_wall_ms());
}

static bool inbox_on_row(void *arg, const struct db_row *row)
{
    struct inbox_answer *a = arg;
    const char *text;

    db_read(row, "lis", &a->job, &a->code, &text);
    (void)snprintf(a->text, sizeof a->text, "%s", text);
    return true;
}

enum store_found store_inbox_get(struct store *s, const char *key, struct inbox_answer *out, struct err *e)
{
    *out = (struct inbox_answer){0};
    return store_found_of(db_each(s->db, SQL_INBOX_GET, inbox_on_row, out, e, "s", key));
}
