// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// JSON Lines on stdout: what programs read of a session. Each line has `type`, `time` and `job`.
#ifndef CLI_LINES_H
#define CLI_LINES_H

#include <stddef.h>

#include "model/job.h"
#include "store/store.h"

void lines_accepted(const struct job *j);
void lines_event(const struct event_row *row);
void lines_text(int64_t job, const char *text, size_t len);
// Where the text does not simply go on: what `news` says has become of this part.
void lines_mark(int64_t job, const char *news, int chapter, int seq);
void lines_summary(const struct job *j, int exit_code); // NULL: of no one job
// A command ends that has followed no job, or could not: with --json the summary is still its last line. Returns the
// exit code.
int lines_over(int exit_code);

#endif
