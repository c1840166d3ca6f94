// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The message "approve": the owner has seen the outline, and the book may be written.
#include "engine/intake.h"

#include <stdio.h>

static bool refuse(const struct job *j, struct inbox_answer *a)
{
    char text[200];
    (void)snprintf(text, sizeof(text), "the job is %s: its outline can be approved when the job waits for that%s",
                   job_state_name(j->state),
                   j->state == JOB_PAUSED || j->state == JOB_CANCELLED ? "; resume it first" : "");
    return intake_refuse(a, ERR_USAGE, text);
}

// Twice is as good as once.
INTAKE_VERB(inbox_take_approve)
{
    (void)m;
    (void)snprintf(a->text, sizeof(a->text), "%.500s", j->out_dir);
    if (j->approve == JOB_APPROVE_GIVEN && j->state != JOB_APPROVAL) return true;
    if (j->state != JOB_APPROVAL) return refuse(j, a);
    return store_job_set_approve(in->store, j->id, JOB_APPROVE_GIVEN, e) && intake_change(in, j, JOB_QUEUED, "", e);
}
