// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The status of a job: see include/app/status.h.
#include "app/status.h"

#include <string.h>

#include "base/clock.h"

double status_tokens_per_s(const struct job *j)
{
    if (j->generating_ms <= 0 || j->output_tokens <= 0) return -1;
    return (double)j->output_tokens * 1000.0 / (double)j->generating_ms;
}

// Of the words that stand; planning and recaps included.
int64_t status_words_per_min(const struct job *j)
{
    if (j->generating_ms <= 0 || j->words_done <= 0) return -1;
    return (int64_t)((double)j->words_done * 60000.0 / (double)j->generating_ms);
}

int64_t status_words_aim(const struct job *j)
{
    return j->words_planned > 0 ? j->words_planned : j->words_target;
}

// A server that does not say what it had cached, and one that had nothing, both give 0: neither is known.
double status_cached_share(const struct job *j)
{
    if (j->prompt_tokens <= 0 || j->cached_tokens <= 0) return -1;
    return (double)j->cached_tokens / (double)j->prompt_tokens;
}

static double status_prefix_share(const struct job *j)
{
    return j->prompt_bytes > 0 ? (double)j->common_bytes / (double)j->prompt_bytes : -1;
}

// The plan costs time that brings no words, so an early estimate is on the safe side.
int64_t status_eta_ms(const struct job *j, int64_t words_now)
{
    if (job_state_ended(j->state)) return 0;
    if (j->generating_ms <= 0 || j->words_done <= 0) return -1;
    int64_t left = status_words_aim(j) - words_now;
    if (left <= 0) return 0;
    return (int64_t)((double)left * (double)j->generating_ms / (double)j->words_done);
}

static void status_set_time(struct json *o, const char *key, int64_t wall_ms)
{
    char text[CLOCK_TEXT_SIZE];

    if (wall_ms > 0) clock_rfc3339(text, wall_ms);
    json_set_str(o, key, wall_ms > 0 ? text : NULL);
}

static void status_set_speed(struct json *o, const struct job *j)
{
    double tokens_per_s = status_tokens_per_s(j);
    int64_t eta_ms = status_eta_ms(j, j->words_done);

    if (tokens_per_s >= 0)
        json_set_num(o, "tokens_per_s", (double)(int64_t)(tokens_per_s * 100 + 0.5) / 100);
    else
        json_set_str(o, "tokens_per_s", NULL);
    if (eta_ms >= 0)
        json_set_int(o, "eta_s", (eta_ms + 999) / 1000);
    else
        json_set_str(o, "eta_s", NULL);
}

static void status_set_share(struct json *o, const char *key, double share)
{
    if (share >= 0)
        json_set_num(o, key, (double)(int64_t)(share * 1000 + 0.5) / 1000);
    else
        json_set_str(o, key, NULL);
}

static void status_set_cache(struct json *o, const struct job *j)
{
    status_set_share(o, "prefix_share", status_prefix_share(j));
    status_set_share(o, "cached_share", status_cached_share(j));
    json_set_int(o, "prefix_breaks", j->prefix_breaks);
}

static void status_set_deadline(struct json *o, const struct job *j)
{
    if (j->words_planned > 0)
        json_set_int(o, "words_planned", j->words_planned);
    else
        json_set_str(o, "words_planned", NULL);
    status_set_time(o, "deadline", j->deadline_ms);
}

static const char *status_approve(enum job_approve a)
{
    static const char *const names[] = {
        [JOB_APPROVE_NO] = "no", [JOB_APPROVE_WANTED] = "wanted", [JOB_APPROVE_GIVEN] = "given"};

    return names[a];
}

struct json *status_json(const struct job *j)
{
    struct json *o = json_new_object();

    json_set_int(o, "id", j->id);
    json_set_str(o, "slug", j->slug);
    json_set_str(o, "state", job_state_name(j->state));
    json_set_str(o, "reason", j->reason);
    json_set_str(o, "title", j->title);
    json_set_int(o, "words_done", j->words_done);
    json_set_int(o, "words_target", j->words_target);
    json_set_int(o, "chapters_done", j->chapters_done);
    json_set_int(o, "chapters_total", j->chapters_total);
    job_add_figures(o, j);
    status_set_speed(o, j);
    json_set_str(o, "out_dir", j->out_dir);
    json_set_str(o, "uuid", j->uuid);
    json_set_str(o, "backend", j->backend);
    json_set_str(o, "model", j->model);
    json_set_bool(o, "detached", j->detached);
    status_set_time(o, "created", j->created_ms);
    status_set_time(o, "begun", j->begun_ms);
    status_set_time(o, "ended", j->ended_ms);
    json_set_int(o, "writing_s", j->busy_ms / 1000);
    status_set_cache(o, j);
    status_set_deadline(o, j);
    json_set_str(o, "began_on", j->began_on[0] != '\0' ? j->began_on : NULL);
    json_set_int(o, "priority", j->priority);
    json_set_str(o, "approve", status_approve(j->approve));
    return o;
}

// ---- the queue --------------------------------------------------------------------------------------------------

struct status_queue {
    const struct job *own;
    int count;
};

static bool status_on_job(void *arg, const struct job *j)
{
    struct status_queue *q = arg;
    // The order in which the engine takes them.
    bool at_work = j->state == JOB_PLANNING || j->state == JOB_WRITING, higher = j->priority > q->own->priority;
    bool first = j->state != JOB_QUEUED || j->id < q->own->id;
    bool before = at_work || higher || (j->priority == q->own->priority && first);

    if (j->id != q->own->id && job_state_runnable(j->state) && before) q->count++;
    return true;
}

bool status_jobs_before(struct store *s, const struct job *j, int *count, struct err *e)
{
    struct status_queue q = {.own = j};

    bool ok = j->state != JOB_QUEUED || store_jobs_each(s, status_on_job, &q, e);
    *count = q.count;
    return ok;
}

bool status_is_without_backend(const struct job *j)
{
    return j->state == JOB_PAUSED && strncmp(j->reason, JOB_NO_BACKEND, strlen(JOB_NO_BACKEND)) == 0;
}
