// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The user's own commands (config keys on_wait, on_done, on_pause): started when a job begins to wait, is done, or is
// paused, after the commit that says so. The job's facts are in the command's environment; it has no terminal, its
// output goes nowhere, and nobody waits for it: it outlives the engine if need be. One that cannot be started, or
// fails, is a line in the log. A job that goes on waiting (another reason, the same wait) is told once, and
// waits less than ten minutes after one that was told are not told.
//
//   NOVELGEN_EVENT    wait, done, pause        NOVELGEN_JOB      the id
//   NOVELGEN_TITLE    title or slug            NOVELGEN_STATE    as `status` says it
//   NOVELGEN_REASON   why, one line            NOVELGEN_FOLDER   of the book
//   NOVELGEN_WORDS    words done               NOVELGEN_TARGET   words asked for
//   NOVELGEN_CHAPTERS chapters done            NOVELGEN_GAPS     how many
#ifndef ENGINE_HOOKS_H
#define ENGINE_HOOKS_H

#include <stdint.h>

#include "model/config.h"
#include "model/job.h"

struct hooks;

struct hooks *hooks_new(const struct config *c); // which must outlive it
void hooks_free(struct hooks *h);                // leaves what runs
// The job's row as it stands now, in the state it has just entered; any state may be told, most start nothing.
// `now_ms` is monotonic.
void hooks_tell(struct hooks *h, const struct job *j, int64_t now_ms);
void hooks_reap(struct hooks *h); // now and then: collects those that have ended

#endif
