// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The states of a job: see the drawing in include/model/job.h.
#include "model/job.h"

#include "base/mem.h"
#include "io/json.h"

#include <stdlib.h>
#include <string.h>

#define BIT(state) (1U << (state))

// For each state, the states that may follow it. Waiting may follow waiting: the reason has changed.
static const struct {
    const char *name;
    unsigned next;
} job_states[] = {
    [JOB_QUEUED] = {"queued", BIT(JOB_PLANNING) | BIT(JOB_WRITING) | BIT(JOB_PAUSED) | BIT(JOB_CANCELLED)},
    [JOB_PLANNING] = {"planning",
                      BIT(JOB_WRITING) | BIT(JOB_WAITING) | BIT(JOB_PAUSED) | BIT(JOB_CANCELLED) | BIT(JOB_APPROVAL)},
    [JOB_WRITING] = {"writing", BIT(JOB_DONE) | BIT(JOB_WAITING) | BIT(JOB_PAUSED) | BIT(JOB_CANCELLED)},
    [JOB_WAITING] = {"waiting", BIT(JOB_PLANNING) | BIT(JOB_WRITING) | BIT(JOB_WAITING) | BIT(JOB_QUEUED) |
                                    BIT(JOB_PAUSED) | BIT(JOB_CANCELLED)},
    [JOB_PAUSED] = {"paused", BIT(JOB_QUEUED) | BIT(JOB_CANCELLED)},
    [JOB_DONE] = {"done", BIT(JOB_QUEUED)},
    [JOB_CANCELLED] = {"cancelled", BIT(JOB_QUEUED)},
    [JOB_APPROVAL] = {"approval", BIT(JOB_QUEUED) | BIT(JOB_PAUSED) | BIT(JOB_CANCELLED)},
};

const char *job_state_name(enum job_state s)
{
    return job_states[s].name;
}

const char *job_state_words(enum job_state s)
{
    return s == JOB_APPROVAL ? "waits for your approval" : job_state_name(s);
}

const char *job_state_is(enum job_state s)
{
    return s == JOB_APPROVAL ? "waiting for your approval" : job_state_name(s);
}

bool job_state_from_name(const char *name, enum job_state *out)
{
    for (size_t i = 0; i < ARRAY_LEN(job_states); i++) {
        if (strcmp(name, job_states[i].name) != 0) continue;
        *out = (enum job_state)i;
        return true;
    }
    return false;
}

bool job_state_may_follow(enum job_state from, enum job_state to)
{
    return (job_states[from].next & BIT(to)) != 0;
}

bool job_state_runnable(enum job_state s)
{
    return s == JOB_QUEUED || s == JOB_PLANNING || s == JOB_WRITING || s == JOB_WAITING;
}

bool job_state_ended(enum job_state s)
{
    return s == JOB_DONE || s == JOB_CANCELLED;
}

// What a job owns: whatever frees one or copies one goes by this list.
static const size_t job_strings[] = {
    offsetof(struct job, uuid),      offsetof(struct job, slug),          offsetof(struct job, title),
    offsetof(struct job, reason),    offsetof(struct job, spec),          offsetof(struct job, backend),
    offsetof(struct job, fallback),  offsetof(struct job, began_on),      offsetof(struct job, model),
    offsetof(struct job, templates), offsetof(struct job, templates_dir), offsetof(struct job, out_dir),
    offsetof(struct job, out_parent)};

static char **job_string(struct job *j, size_t i)
{
    return (char **)(void *)((char *)j + job_strings[i]);
}

void job_release(struct job *j)
{
    for (size_t i = 0; i < ARRAY_LEN(job_strings); i++) free(*job_string(j, i));
    *j = (struct job){0};
}

struct job job_copy(const struct job *j)
{
    struct job copy = *j;

    for (size_t i = 0; i < ARRAY_LEN(job_strings); i++) *job_string(&copy, i) = mem_strdup_opt(*job_string(&copy, i));
    return copy;
}

void job_add_figures(struct json *o, const struct job *j)
{
    json_set_int(o, "gaps", j->gaps);
    json_set_int(o, "requests", j->requests);
    json_set_int(o, "retries", j->retries);
    json_set_int(o, "prompt_tokens", j->prompt_tokens);
    json_set_int(o, "cached_tokens", j->cached_tokens);
    json_set_int(o, "output_tokens", j->output_tokens);
}
