// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What is said of a job, computed from its row: by `status`, `list`, the summary at the end, and the progress line.
#ifndef APP_STATUS_H
#define APP_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "io/json.h"
#include "model/job.h"
#include "store/store.h"

// What is aimed at now: the words asked for, or what a deadline leaves of them.
int64_t status_words_aim(const struct job *j);

// Measured over the job's own generations. Negative: not measured yet, or not known.
double status_tokens_per_s(const struct job *j);
int64_t status_words_per_min(const struct job *j);
int64_t status_eta_ms(const struct job *j, int64_t words_now); // of generation; `words_now`: done and in flight

double status_cached_share(const struct job *j); // of the prompts' tokens, as the server reported them

// The status object of `--json`. Fields are only ever added. What is not known is null.
struct json *status_json(const struct job *j);

// Jobs that come before this one in the queue; 0 when it is being worked on, or is not in the queue.
bool status_jobs_before(struct store *s, const struct job *j, int *count, struct err *e);

// Whether a paused job waits for a server that was not there: its exit code says so.
bool status_is_without_backend(const struct job *j);

#endif
