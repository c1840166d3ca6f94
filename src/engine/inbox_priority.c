// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The message "priority": {"priority": -100 to 100}. A job that is being written gives way when a chapter of it begins
// (launch.c), never within one.
#include "engine/intake.h"

enum { PRIORITY_MOST = 100 };

INTAKE_VERB(inbox_take_priority)
{
    const struct json *v = json_get(m, "priority");
    int64_t priority = json_int(v, 0);
    char text[80], data[60];
    if (json_kind(v) != JSON_KIND_INT || priority < -PRIORITY_MOST || priority > PRIORITY_MOST)
        return intake_refuse(a, ERR_USAGE, "the message's priority is no number from -100 to 100");
    (void)snprintf(a->text, sizeof(a->text), "priority %d (was %d)", (int)priority, j->priority);
    if (priority == j->priority) return true;
    (void)snprintf(text, sizeof(text), "the priority is now %d (was %d)", (int)priority, j->priority);
    (void)snprintf(data, sizeof(data), "{\"priority\":%d,\"was\":%d}", (int)priority, j->priority);
    intake_touched(in, j);
    return store_job_set_priority(in->store, j->id, (int)priority, e) &&
           store_event_add(in->store, j->id, "priority", text, data, e);
}
