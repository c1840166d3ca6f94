// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A session with its talk.
//
//   session ──rows──▶ accepted, event, rested ──▶ --json: lines.c        ┐ stdout
//                          │                  └─▶ "ID<TAB>FOLDER"        ┘
//                          ├─────────────────────▶ log_line              ┐ stderr
//                          └────────────── tick ──▶ progress.c           ┘
#include "cli/follow.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/lately.h"
#include "app/observer.h"
#include "app/status.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/exit.h"
#include "cli/lines.h"
#include "cli/outlook.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/settings.h"
#include "cli/supervisor.h"
#include "cli/verdict.h"

enum { HANGUP_LOG_CAP_BYTES = 5 * 1024 * 1024, PATH_SIZE = 1024, READ_MS = 250, SUPERVISOR_MS = 2000 };

struct follow_plain { // of a job: when its last line was printed, where lines are not redrawn
    int64_t job, at_ms;
    bool told_behind, told_ahead;
};

struct follow {
    const struct session_options *o;
    bool redraws, hung_up;
    int code;        // the worst of the own jobs so far
    int64_t read_ms; // when the rows of the line were last read
    int64_t told_ms; // when a supervisor was last told
    bool chunk_came; // since the last line
    bool part_came;  // in this run
    struct progress progress;
    struct follow_plain *plain;
    size_t plain_count, plain_cap;
    struct job *summaries; // own jobs at rest
    size_t summaries_count, summaries_cap;
};

// ---- what is said -----------------------------------------------------------------------------------------------

static void follow_engine(void *arg)
{
    struct follow *f = arg;
    supervisor_ready();
    if (!settings.quiet && f->o->jobs_count == 0)
        log_line(LOG_INFO, "working on the queue of '%s'", f->o->home->path);
}

static void follow_follower(void *arg, long pid)
{
    (void)arg;
    supervisor_ready();
    if (!settings.quiet)
        log_line(LOG_INFO, "another novelgen (process %ld) is writing; this one stands by for its turn", pid);
}

static void follow_silent(void *arg, long pid)
{
    (void)arg;
    log_line(LOG_WARN, "the novelgen that is writing (process %ld) has not answered yet; the request is kept", pid);
}

void follow_print_job(const struct job *j)
{
    char line[2 * PATH_SIZE];

    if (settings.json) {
        lines_accepted(j);
        return;
    }
    int n = snprintf(line, sizeof line, "%" PRId64 "\t%s\n", j->id, j->out_dir);
    output_text(line, n > 0 ? (size_t)n : 0);
    output_flush();
}

void follow_simulator_hint(const struct job *j)
{
    if (strcmp(j->backend, "sim") == 0 && !job_state_ended(j->state) && !settings.quiet)
        log_line(LOG_INFO, "job %" PRId64 " is written by the built-in simulator, not by a language model", j->id);
}

static void follow_accepted(void *arg, const struct job *j)
{
    (void)arg;
    follow_print_job(j);
    follow_simulator_hint(j);
}

static bool follow_is_own_end(const struct follow *f, const struct event_row *row)
{
    static const char *const ends[] = {"done", "paused", "cancelled", "approval"};

    if (f->o->jobs_count == 0 || strcmp(row->type, "state") != 0) return false;
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        if (strncmp(row->text, ends[i], strlen(ends[i])) == 0) return true;
    return false;
}

// Chunks are what the progress line is about, unless one is a gap; figures stand in status and report.json; the end of an
// own job is told by follow_rested.
static bool follow_is_talk(const struct follow *f, const struct event_row *row)
{
    static const char *const silent[] = {"submitted", "style", "prefix"};

    for (size_t i = 0; i < ARRAY_LEN(silent); i++)
        if (strcmp(row->type, silent[i]) == 0) return false;
    if (strcmp(row->type, "chunk") == 0) return strstr(row->data, "\"gap\":true") != NULL;
    return !follow_is_own_end(f, row);
}

static void follow_event(void *arg, const struct event_row *row)
{
    struct follow *f = arg;

    if (settings.json) lines_event(row);
    if (strcmp(row->type, "chunk") == 0) f->chunk_came = f->part_came = true;
    if (settings.quiet || settings.json) return;
    if (!follow_is_talk(f, row)) return;
    log_line(LOG_INFO, "job %" PRId64 ": %s", row->job, lately_text(row));
}

// ---- progress ---------------------------------------------------------------------------------------------------

// The job that the line is about: an own one that is being worked on, else one that waits; without own jobs the
// one being written.
static int64_t follow_choose(const struct follow *f, struct store *s)
{
    struct err ignored = ERR_INIT;
    int64_t id = 0;

    if (f->o->jobs_count == 0) return store_job_find(s, NULL, &id, &ignored) == STORE_FOUND ? id : 0;
    for (size_t i = 0; i < f->o->jobs_count; i++) {
        const struct session_job *j = &f->o->jobs[i];
        if (j->over || j->id == 0) continue;
        if (id == 0) id = j->id;
        if (j->state != JOB_QUEUED) return j->id;
    }
    return id;
}

static bool follow_read(struct follow *f, struct store *s)
{
    struct err ignored = ERR_INIT;
    int64_t id = follow_choose(f, s);

    return id > 0 && progress_read(&f->progress, s, id, &ignored) && f->progress.job.id > 0;
}

static void follow_say(struct follow *f)
{
    struct buf line;

    buf_init(&line, BUF_MAX_LINE);
    progress_line(&f->progress, &line, PROGRESS_PLAIN);
    log_line(LOG_INFO, "%s", line.data);
    buf_release(&line);
}

static struct follow_plain *follow_said(struct follow *f, int64_t job)
{
    for (size_t i = 0; i < f->plain_count; i++)
        if (f->plain[i].job == job) return &f->plain[i];
    mem_grow(&f->plain, &f->plain_cap, f->plain_count + 1, sizeof *f->plain);
    f->plain[f->plain_count] = (struct follow_plain){.job = job, .at_ms = INT64_MIN / 2};
    return &f->plain[f->plain_count++];
}

// A line for a chunk, but not more often than asked.
static void follow_plain(struct follow *f, struct store *s, bool news)
{
    int64_t every_ms = settings_progress_ms(), now_ms = clock_mono_ms();

    if (every_ms < 0 || !news || !f->chunk_came || !follow_read(f, s)) return;
    int64_t *last_ms = &follow_said(f, f->progress.job.id)->at_ms;
    if (now_ms - *last_ms < every_ms || f->progress.job.state == JOB_QUEUED) return;
    *last_ms = now_ms;
    f->chunk_came = false;
    follow_say(f);
}

static void follow_supervisor(struct follow *f, struct store *s, bool news)
{
    struct buf line;

    if (!news || clock_mono_ms() - f->told_ms < SUPERVISOR_MS || !follow_read(f, s)) return;
    f->told_ms = clock_mono_ms();
    buf_init(&line, BUF_MAX_LINE);
    progress_line(&f->progress, &line, PROGRESS_PLAIN);
    supervisor_status(line.data);
    buf_release(&line);
}

static bool follow_say_once(struct store *s, const struct job *j,
                            bool (*write)(struct store *s, const struct job *j, struct buf *out, struct err *e))
{
    struct buf line;
    struct err ignored = ERR_INIT;

    buf_init(&line, BUF_MAX_LINE);
    bool ok = write(s, j, &line, &ignored);
    bool said = ok && line.len > 0;
    if (said) log_line(LOG_INFO, "%s", line.data);
    buf_release(&line);
    return said;
}

// What was there before, at the first look; what is to come, as soon as this run has accepted a part.
static void follow_outlook(struct follow *f, struct store *s, bool news)
{
    struct err ignored = ERR_INIT;

    for (size_t i = 0; i < f->o->jobs_count; i++) {
        const struct session_job *own = &f->o->jobs[i];
        if (own->id == 0 || own->over) continue;
        struct follow_plain *said = follow_said(f, own->id);
        if (said->told_behind && (said->told_ahead || !news || !f->part_came)) continue;
        struct job j;
        if (store_job_get(s, own->id, &j, &ignored) != STORE_FOUND) continue;
        if (!said->told_behind) (void)follow_say_once(s, &j, outlook_behind);
        said->told_behind = true;
        if (f->part_came && !said->told_ahead && j.state == JOB_WRITING)
            said->told_ahead = follow_say_once(s, &j, outlook_ahead);
        job_release(&j);
    }
}

static void follow_tick(void *arg, struct store *s, bool news)
{
    struct follow *f = arg;

    if (s != NULL && supervisor_listens()) follow_supervisor(f, s, news);
    if (settings.quiet || settings.json || s == NULL) return;
    follow_outlook(f, s, news);
    if (!f->redraws || f->hung_up) {
        follow_plain(f, s, news);
        return;
    }
    if (news && clock_mono_ms() - f->read_ms >= READ_MS) {
        f->read_ms = clock_mono_ms();
        if (!follow_read(f, s)) return;
    }
    progress_draw(&f->progress);
}

static void follow_info(void *arg)
{
    struct follow *f = arg;
    struct observer o;
    struct err ignored = ERR_INIT;

    if (observer_open_once(&o, f->o->home->path, &ignored) && o.store != NULL && follow_read(f, o.store))
        follow_say(f);
    else
        log_line(LOG_INFO, "nothing is being written yet");
    observer_release(&o);
}

// ---- ends -------------------------------------------------------------------------------------------------------

// Without the spec, which may be long, and which no summary shows.
static void follow_keep(struct follow *f, const struct job *j)
{
    struct job brief = *j;

    brief.spec = NULL;
    mem_grow(&f->summaries, &f->summaries_cap, f->summaries_count + 1, sizeof *f->summaries);
    f->summaries[f->summaries_count++] = job_copy(&brief);
}

// What went well is talk; what needs somebody is said in any case.
static void follow_rested(void *arg, const struct job *j)
{
    struct follow *f = arg;
    struct buf text;
    int code = exit_of_job(j);

    f->code = exit_worse(f->code, code);
    follow_keep(f, j);
    if (settings.quiet && code == EXIT_WHOLE) return;
    buf_init(&text, BUF_MAX_LINE);
    verdict_text(j, &text);
    log_line(LOG_INFO, "%s", text.data);
    buf_release(&text);
}

static void follow_hangup(void *arg)
{
    struct follow *f = arg;
    struct err ignored = ERR_INIT;
    char path[PATH_SIZE];

    if (f->hung_up) return; // the kernel and the terminal program may both tell us
    f->hung_up = true;
    output_drop();
    log_set_before(NULL);
    (void)snprintf(path, sizeof path, "%s/log/novelgen.log", f->o->home->path);
    (void)log_to_file(path, HANGUP_LOG_CAP_BYTES, &ignored);
    log_line(LOG_INFO, "the terminal is gone; going on");
}

static const struct session_events follow_events = {
    .engine = follow_engine,
    .follower = follow_follower,
    .silent = follow_silent,
    .accepted = follow_accepted,
    .event = follow_event,
    .tick = follow_tick,
    .rested = follow_rested,
    .info = follow_info,
    .hangup = follow_hangup,
};

static void follow_refusals(struct follow *f)
{
    for (size_t i = 0; i < f->o->jobs_count; i++) {
        const struct err *refused = &f->o->jobs[i].refused;
        if (refused->code != ERR_NONE) f->code = exit_worse(f->code, exit_fail(refused));
    }
}

static int follow_end(struct follow *f, enum session_end end, int signum, const struct err *e)
{
    switch (end) {
    case SESSION_RESTED:
        return f->code;
    case SESSION_IDLE:
        if (!settings.quiet)
            log_line(LOG_INFO, "nothing is left to write; see: novelgen list%s", settings_home_hint());
        return EXIT_WHOLE;
    case SESSION_BUSY:
        if (!settings.quiet)
            log_line(LOG_INFO, "another novelgen is writing already; to stand by for it: novelgen run --wait%s",
                     settings_home_hint());
        return EXIT_WHOLE;
    case SESSION_INTERRUPTED:
        return EXIT_SIGNAL + signum;
    case SESSION_FAILED:
        break;
    }
    return exit_fail(e);
}

int follow_session(const struct session_options *o)
{
    struct follow f = {.o = o, .redraws = settings_redraws()};
    struct err e = ERR_INIT;
    int signum = 0;

    progress_init(&f.progress);
    enum session_end end = session_run(o, &follow_events, &f, &signum, &e);
    progress_wipe();
    supervisor_stopping();
    follow_refusals(&f);
    int code = follow_end(&f, end, signum, &e);
    for (size_t i = 0; i < f.summaries_count; i++) {
        if (settings.json) lines_summary(&f.summaries[i], code);
        job_release(&f.summaries[i]);
    }
    if (settings.json && f.summaries_count == 0) lines_summary(NULL, code);
    free(f.summaries);
    free(f.plain);
    progress_release(&f.progress);
    return code;
}

bool follow_begin(struct follow_start *s, const struct home *h, struct session_job *jobs, size_t count, struct err *e)
{
    s->options = (struct session_options){
        .home = h, .program = &s->program, .jobs = jobs, .jobs_count = count, .since_ms = clock_wall_ms()};
    return program_find(&s->program, e);
}

int follow_go(const struct follow_start *s, bool detach)
{
    return detach ? follow_detached(&s->options) : follow_session(&s->options);
}
