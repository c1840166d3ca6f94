// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What became of a job that is at rest, in one line that says the next step.
#ifndef CLI_VERDICT_H
#define CLI_VERDICT_H

#include "base/buf.h"
#include "model/job.h"

void verdict_text(const struct job *j, struct buf *out);
void verdict_say(const struct job *j); // on stderr
// A line where the book's folder is not in its place any more.
void verdict_say_folder(const struct job *j);

#endif
