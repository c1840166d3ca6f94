// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See hooks.h. A command is started and forgotten but for its process id, which is collected when it has ended.
#include "engine/hooks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>

#include "base/log.h"
#include "base/mem.h"
#include "io/child.h"

// Where commands hang, no more are started than this; each job is worth a few.
enum { RUNNING_MOST = 256, FACTS = 10, TEXT_SIZE = 1024, WAIT_QUIET_MS = 10 * 60 * 1000 };

struct hook_run {
    pid_t pid;
    const char *key; // of the config
};

struct hook_wait {
    int64_t job, told_ms; // monotonic
    bool over;
};

struct hooks {
    const struct config *config;
    struct hook_run *runs;
    size_t runs_count, runs_cap;
    struct hook_wait *waits;
    size_t waits_count, waits_cap;
};

struct hooks *hooks_new(const struct config *c)
{
    struct hooks *h = mem_calloc(1, sizeof *h);

    h->config = c;
    return h;
}

void hooks_free(struct hooks *h)
{
    if (h == NULL) return;
    hooks_reap(h);
    free(h->runs);
    free(h->waits);
    free(h);
}

// ---- which one --------------------------------------------------------------------------------------------------

struct hook {
    const char *event, *key;
    char **command; // NULL: none
};

static struct hook hook_of(const struct hooks *h, enum job_state s)
{
    switch (s) {
    case JOB_WAITING:
        return (struct hook){"wait", "on_wait", h->config->on_wait};
    case JOB_DONE:
        return (struct hook){"done", "on_done", h->config->on_done};
    case JOB_PAUSED:
    case JOB_APPROVAL:
        return (struct hook){"pause", "on_pause", h->config->on_pause};
    case JOB_QUEUED:
    case JOB_PLANNING:
    case JOB_WRITING:
    case JOB_CANCELLED:
        break;
    }
    return (struct hook){0};
}

static struct hook_wait *hooks_wait_of(struct hooks *h, int64_t job)
{
    for (size_t i = 0; i < h->waits_count; i++)
        if (h->waits[i].job == job) return &h->waits[i];
    mem_grow(&h->waits, &h->waits_cap, h->waits_count + 1, sizeof *h->waits);
    h->waits[h->waits_count] = (struct hook_wait){.job = job, .told_ms = -WAIT_QUIET_MS, .over = true};
    return &h->waits[h->waits_count++];
}

// Whether this wait has been told: it goes on, or another one was told a moment ago. A server that comes and goes all
// night is not worth a mail a minute.
static bool hooks_waits_on(struct hooks *h, const struct job *j, int64_t now_ms)
{
    struct hook_wait *wait = hooks_wait_of(h, j->id);
    bool waits = j->state == JOB_WAITING;
    bool told = !wait->over || now_ms - wait->told_ms < WAIT_QUIET_MS;

    wait->over = !waits;
    if (waits && !told) wait->told_ms = now_ms;
    return waits && told;
}

// ---- the job's facts --------------------------------------------------------------------------------------------

struct facts {
    char *entry[FACTS + 1]; // "NAME=value", ends with NULL
    size_t count;
};

// One line, whatever a server or a spec has put into it.
static void facts_add(struct facts *f, const char *name, const char *value)
{
    char masked[TEXT_SIZE];

    log_mask(masked, sizeof masked, value != NULL ? value : "");
    f->entry[f->count++] = mem_printf("NOVELGEN_%s=%s", name, masked);
}

static void facts_add_number(struct facts *f, const char *name, int64_t n)
{
    f->entry[f->count++] = mem_printf("NOVELGEN_%s=%lld", name, (long long)n);
}

static void facts_of(struct facts *f, const char *event, const struct job *j)
{
    bool titled = j->title != NULL && j->title[0] != '\0';

    *f = (struct facts){.count = 0};
    facts_add(f, "EVENT", event);
    facts_add_number(f, "JOB", j->id);
    facts_add(f, "TITLE", titled ? j->title : j->slug);
    facts_add(f, "STATE", job_state_name(j->state));
    facts_add(f, "REASON", j->reason);
    f->entry[f->count++] = mem_printf("NOVELGEN_FOLDER=%s", j->out_dir != NULL ? j->out_dir : ""); // must be found
    facts_add_number(f, "WORDS", j->words_done);
    facts_add_number(f, "TARGET", j->words_target);
    facts_add_number(f, "CHAPTERS", j->chapters_done);
    facts_add_number(f, "GAPS", j->gaps);
}

static void facts_release(struct facts *f)
{
    for (size_t i = 0; i < f->count; i++) free(f->entry[i]);
}

// ---- its life ---------------------------------------------------------------------------------------------------

static void hooks_start(struct hooks *h, const struct hook *hook, const struct job *j)
{
    const struct child_fds none = {{-1, -1, -1, -1}};
    struct err e = ERR_INIT;
    struct facts f;
    pid_t pid;

    if (h->runs_count >= RUNNING_MOST) {
        log_line(LOG_WARN, "%s: not started, %d commands have not ended yet", hook->key, RUNNING_MOST);
        return;
    }
    facts_of(&f, hook->event, j);
    if (child_spawn(&pid, (const char *const *)hook->command, &none, (const char *const *)f.entry, &e)) {
        mem_grow(&h->runs, &h->runs_cap, h->runs_count + 1, sizeof *h->runs);
        h->runs[h->runs_count++] = (struct hook_run){.pid = pid, .key = hook->key};
    } else
        log_line(LOG_WARN, "%s: %s", hook->key, e.text);
    facts_release(&f);
}

void hooks_tell(struct hooks *h, const struct job *j, int64_t now_ms)
{
    struct hook hook = hook_of(h, j->state);
    bool told = hooks_waits_on(h, j, now_ms);

    hooks_reap(h);
    if (!told && hook.command != NULL && hook.command[0] != NULL) hooks_start(h, &hook, j);
}

static void hooks_report(const struct hook_run *r, int status)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
        log_line(LOG_WARN, "%s: the command ended with exit code %d", r->key, WEXITSTATUS(status));
    else if (WIFSIGNALED(status))
        log_line(LOG_WARN, "%s: the command was ended by signal %d", r->key, WTERMSIG(status));
}

void hooks_reap(struct hooks *h)
{
    for (size_t i = 0; i < h->runs_count;) {
        int status = 0;
        pid_t got = waitpid(h->runs[i].pid, &status, WNOHANG);
        if (got == 0 || (got < 0 && errno == EINTR)) {
            i++;
            continue;
        }
        if (got > 0) hooks_report(&h->runs[i], status);
        h->runs[i] = h->runs[--h->runs_count];
    }
}
