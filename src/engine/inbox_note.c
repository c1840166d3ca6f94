// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The message "note": {"text"}. It holds from the first chapter on that has not begun.
#include "engine/intake.h"

#include <stdio.h>
#include <string.h>

#include "text/utf8.h"

static bool refuse_length(struct inbox_answer *a, size_t len)
{
    char text[120];
    (void)snprintf(text, sizeof(text), "the note has %zu bytes, at most %d are taken", len, DIRECTION_BYTES);
    return intake_refuse(a, ERR_USAGE, text);
}

static bool keep(struct intake *in, const struct job *j, const char *text, int first, struct inbox_answer *a,
                 struct err *e)
{
    (void)snprintf(a->text, sizeof(a->text), "noted, from chapter %d on", first);
    intake_touched(in, j);
    return store_direction_add(in->store, j->id, first, 0, text, e) &&
           store_event_add(in->store, j->id, "note", a->text, NULL, e);
}

bool intake_note(struct buf *out, const struct json *m, const char *name, struct inbox_answer *a)
{
    size_t len = 0;
    bool cr = false;
    const char *given = json_str(json_get(m, name), &len);
    while (len > 0 && strchr(" \t\r\n", given[len - 1])) len--;
    size_t blank = given ? strspn(given, " \t\r\n") : 0;
    if (blank < len) utf8_prose(out, given + blank, len - blank, &cr);
    return out->len <= DIRECTION_BYTES || !refuse_length(a, out->len);
}

INTAKE_VERB(inbox_take_note)
{
    int first;
    bool written, ok = true;
    if (j->state == JOB_DONE)
        return intake_refuse(a, ERR_USAGE, "the book is done: a note is for chapters that are still to come");
    if (!store_begun_get(in->store, j->id, job_state_runnable(j->state), &first, &written, e)) return false;
    if (first > j->chapters_total)
        return intake_refuse(a, ERR_USAGE,
                             "the last chapter has begun: a note is for chapters that are still to come");
    struct buf text;
    buf_init(&text, BUF_MAX_MESSAGE);
    if (intake_note(&text, m, "text", a))
        ok = text.len > 0 ? keep(in, j, text.data, first, a, e) : intake_refuse(a, ERR_USAGE, "the note is empty");
    buf_release(&text);
    return ok;
}
