// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// `pause` and `cancel`: a message for each job, its answer, and what became of the job.
#ifndef CLI_DEMAND_H
#define CLI_DEMAND_H

#include "cli/command.h"
#include "engine/message.h"

enum { DEMAND_TARGETS_MOST = 1000 };

int demand_jobs(const struct args *a, enum message_verb verb); // returns the exit code

#endif
