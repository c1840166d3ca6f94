// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// `pause`, `cancel` and `priority`: a message for each job, its answer, and what became of the job.
#ifndef CLI_DEMAND_H
#define CLI_DEMAND_H

#include "app/home.h"
#include "cli/command.h"
#include "engine/message.h"
#include "io/json.h"
#include "model/job.h"

enum { DEMAND_TARGETS_MOST = 1000 };

struct demand {
    enum message_verb verb;
    const struct json *more; // as in struct message_change; NULL: nothing
    // With --all (`all`): those that are wanted. `none` is what is said if there are none.
    bool all;
    bool (*wanted)(const struct job *j);
    const char *none;
    const char *ask; // "cancel": nothing is done to all without a yes, or --yes (`yes`); NULL: it needs none
    bool yes;
};

int demand_jobs(const struct home *h, const struct args *a, const struct demand *d); // returns the exit code

#endif
