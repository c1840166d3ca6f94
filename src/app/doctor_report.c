// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The report: the checks, the configuration, the last events and the last lines of the log, all of it redacted. What a
// model or a server said stands in double quotation marks in events and logs, so a line ends there.
#include "app/doctor_work.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/redact.h"
#include "backend/key.h"
#include "base/clock.h"
#include "base/mem.h"
#include "model/dialects.h"
#include "text/utf8.h"

enum { EVENTS_MOST = 30, LOG_BYTES = 4096, LINE_BYTES = 200 };

struct report {
    const struct doctor *d;
    struct redact redact;
    struct buf *out;
    int64_t last_job, touched_ms;
};

static void report_add(struct report *r, const char *text, bool quotes)
{
    struct buf shown;

    buf_init(&shown, BUF_MAX_LINE);
    utf8_terminal(&shown, text, strlen(text), true);
    redact_add(r->out, &r->redact, shown.data, quotes);
    buf_release(&shown);
}

// Up to where somebody is quoted.
static void report_add_unquoted(struct report *r, const char *text)
{
    static const char *const marks[] = {"\"", "“", "„", "«"};
    size_t len = strlen(text);

    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        const char *at = memmem(text, len, marks[i], strlen(marks[i]));
        if (at != NULL) len = (size_t)(at - text);
    }
    if (len > LINE_BYTES) len = utf8_whole(text, LINE_BYTES);
    char *own = mem_strndup(text, len);
    report_add(r, own, true);
    buf_adds(r->out, text[len] != '\0' ? "…\n" : "\n");
    free(own);
}

// ---- secrets -----------------------------------------------------------------------------------------------------

static void report_learn_backend(struct redact *k, const struct backend_conf *c)
{
    struct err ignored = ERR_INIT;
    char *key = NULL;

    if (backend_key(c, &key, &ignored)) redact_secret(k, key);
    free(key);
    redact_host(k, c->url);
    for (size_t i = 1; c->command != NULL && c->command[0] != NULL && c->command[i] != NULL; i++)
        if (c->command[i][0] != '-') redact_secret(k, c->command[i]);
}

static bool report_on_job(void *arg, const struct job *j)
{
    struct report *r = arg;

    redact_secret(&r->redact, j->title);
    redact_secret(&r->redact, j->slug);
    redact_folder(&r->redact, j->out_dir);
    if (strstr(j->backend, "://") != NULL) redact_host(&r->redact, j->backend);
    if (j->touched_ms >= r->touched_ms) {
        r->touched_ms = j->touched_ms;
        r->last_job = j->id;
    }
    return true;
}

static void report_learn(struct report *r)
{
    struct err ignored = ERR_INIT;
    const struct doctor *d = r->d;

    if (d->located) redact_folder(&r->redact, d->home.path);
    for (size_t i = 0; d->located && i < d->home.config.backends_count; i++)
        report_learn_backend(&r->redact, &d->home.config.backends[i]);
    if (d->store != NULL) (void)store_jobs_each(d->store, report_on_job, r, &ignored);
}

// ---- parts -------------------------------------------------------------------------------------------------------

// Reasons and values of the config may quote anything.
static bool report_quotes(const struct doctor_check *c)
{
    static const char *const talking[] = {"jobs", "config", "backend", "inbox"};

    for (size_t i = 0; i < ARRAY_LEN(talking); i++)
        if (strcmp(c->name, talking[i]) == 0 && (c->level != DOCTOR_OK || i > 1)) return true;
    return false;
}

static void report_checks(struct report *r)
{
    buf_adds(r->out, "## Checks\n\n");
    for (size_t i = 0; i < r->d->count; i++) {
        const struct doctor_check *c = &r->d->checks[i];
        buf_addf(r->out, "%-8s %-12s ", doctor_level_name(c->level), c->name);
        report_add(r, c->text, report_quotes(c));
        buf_adds(r->out, "\n");
    }
}

static void report_backend(struct report *r, size_t number, const struct backend_conf *c)
{
    size_t words = 0;

    while (c->command != NULL && c->command[words] != NULL) words++;
    buf_addf(r->out, "backend %zu: ", number);
    report_add(r, c->url != NULL ? c->url : "no url", false);
    buf_addf(r->out, ", %s, model ",
             c->dialect != DIALECT_UNKNOWN ? dialect_name((enum dialect_kind)c->dialect) : "any dialect");
    report_add(r, c->model != NULL ? c->model : "not named", false);
    buf_addf(r->out, ", %d slot%s, context %d, key %s", c->slots, c->slots == 1 ? "" : "s", c->n_ctx_tokens,
             c->api_key_env != NULL    ? "in the environment"
             : c->api_key_file != NULL ? "in a file"
                                       : "none");
    if (words > 0) {
        const char *slash = strrchr(c->command[0], '/');
        buf_adds(r->out, ", started by ");
        report_add(r, slash != NULL ? slash + 1 : c->command[0], false);
        buf_addf(r->out, " with %zu arguments", words - 1);
    }
    buf_adds(r->out, "\n");
}

static void report_config(struct report *r)
{
    const struct config *c = &r->d->home.config;

    if (!r->d->located) return;
    buf_addf(r->out, "\n## Configuration%s\n\n", r->d->configured ? "" : " (as far as it could be read)");
    for (size_t i = 0; i < c->backends_count; i++) report_backend(r, i + 1, &c->backends[i]);
    buf_addf(r->out, "queue.max %d, chunk.words %d, limits %d/%d/%d s, %zu fallbacks, hooks:%s%s%s%s\n", c->queue_max,
             c->chunk_words, c->first_token_s, c->stall_s, c->total_s, c->fallback_count,
             c->on_wait != NULL ? " on_wait" : "", c->on_done != NULL ? " on_done" : "",
             c->on_pause != NULL ? " on_pause" : "",
             c->on_wait == NULL && c->on_done == NULL && c->on_pause == NULL ? " none" : "");
}

static void report_job(struct report *r)
{
    struct job j;
    struct err ignored = ERR_INIT;

    if (r->last_job == 0 || store_job_get(r->d->store, r->last_job, &j, &ignored) != STORE_FOUND) return;
    buf_addf(r->out, "\n## The last job: %" PRId64 "\n\n", j.id);
    buf_addf(r->out,
             "%s, %" PRId64 " of %" PRId64 " words, %d of %d chapters, %d gaps, %" PRId64 " requests, %" PRId64
             " retries, tokens %" PRId64 "/%" PRId64 "/%" PRId64 "\n",
             job_state_name(j.state), j.words_done, j.words_target, j.chapters_done, j.chapters_total, j.gaps,
             j.requests, j.retries, j.prompt_tokens, j.cached_tokens, j.output_tokens);
    job_release(&j);
}

// ---- events ------------------------------------------------------------------------------------------------------

struct events {
    char *lines[EVENTS_MOST];
    size_t count; // of all
};

// Of the others the text may hold what the owner or a model wrote.
static bool events_may_speak(const char *type)
{
    static const char *const may[] = {"state",  "chunk",    "chapter",   "retry", "gap",  "backend",
                                      "prefix", "deadline", "templates", "file",  "hook", "repair"};

    for (size_t i = 0; i < ARRAY_LEN(may); i++)
        if (strcmp(type, may[i]) == 0) return true;
    return false;
}

static bool report_on_event(void *arg, const struct event_row *row)
{
    struct events *v = arg;
    char time[CLOCK_TEXT_SIZE];
    char **line = &v->lines[v->count++ % EVENTS_MOST];

    clock_rfc3339(time, row->time_ms);
    free(*line);
    *line = mem_printf("%s %s: %s", time, row->type, events_may_speak(row->type) ? row->text : "…");
    return true;
}

static void report_events(struct report *r)
{
    struct events v = {0};
    struct err ignored = ERR_INIT;

    if (r->last_job == 0) return;
    (void)store_events_each(r->d->store, r->last_job, 0, report_on_event, &v, &ignored);
    buf_adds(r->out, "\n## Its last events\n\n");
    size_t first = v.count > EVENTS_MOST ? v.count - EVENTS_MOST : 0;
    for (size_t i = first; i < v.count; i++) report_add_unquoted(r, v.lines[i % EVENTS_MOST]);
    for (size_t i = 0; i < EVENTS_MOST; i++) free(v.lines[i]);
}

// ---- the log -----------------------------------------------------------------------------------------------------

struct said {
    const char *text;
    bool found;
};

static bool report_on_said(void *arg, const struct event_row *row)
{
    struct said *w = arg;

    w->found = w->found || (events_may_speak(row->type) && strcmp(row->text, w->text) == 0);
    return true;
}

// The log has what was told of a job without its kind: titles, notes and the plan among it. What may speak as an event may
// do so here, and so may what tells nothing but numbers.
static bool report_may_speak(const struct report *r, int64_t job, const char *text)
{
    static const char *const numbers[] = {"  ETA ", " tokens a second; about "};
    struct said w = {.text = text};
    struct err ignored = ERR_INIT;

    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        if (strstr(text, numbers[i]) != NULL) return true;
    if (r->d->store != NULL) (void)store_events_each(r->d->store, job, 0, report_on_said, &w, &ignored);
    return w.found;
}

// "TIME job 3: TEXT": what may not be told ends behind the colon.
static void report_hush(const struct report *r, char *line)
{
    char *job = strstr(line, "job "), *end;

    if (job == NULL) return;
    int64_t id = strtoll(job + 4, &end, 10);
    if (end == job + 4 || strncmp(end, ": ", 2) != 0 || report_may_speak(r, id, end + 2)) return;
    (void)snprintf(end + 2, strlen(end + 2) + 1, "%s", strlen(end + 2) >= strlen("…") ? "…" : "");
}

static size_t report_read_log(const struct doctor *d, char text[LOG_BYTES + 1])
{
    char path[DOCTOR_PATH_SIZE];
    size_t len = 0;

    doctor_path_of(d, path, "log/run.log");
    FILE *log = fopen(path, "re");
    if (log == NULL) return 0;
    if (fseek(log, -(long)LOG_BYTES, SEEK_END) == 0 || fseek(log, 0, SEEK_SET) == 0)
        len = fread(text, 1, LOG_BYTES, log);
    (void)fclose(log);
    text[len] = '\0';
    return len;
}

static void report_log(struct report *r)
{
    char text[LOG_BYTES + 1], *rest = text;
    size_t len = r->d->located ? report_read_log(r->d, text) : 0;

    if (len == 0) return;
    buf_adds(r->out, "\n## The end of run.log\n\n");
    if (len == LOG_BYTES) rest = strchr(text, '\n'); // it may begin within a quotation
    while (rest != NULL && *rest != '\0') {
        rest += strspn(rest, "\n");
        size_t n = strcspn(rest, "\n");
        char *line = mem_strndup(rest, n);
        report_hush(r, line);
        if (n > 0) report_add_unquoted(r, line);
        free(line);
        rest += n;
    }
}

void doctor_report(const struct doctor *d, struct buf *out)
{
    struct report r = {.d = d, .out = out};

    redact_init(&r.redact);
    report_learn(&r);
    report_checks(&r);
    report_config(&r);
    report_job(&r);
    report_events(&r);
    report_log(&r);
    redact_release(&r.redact);
}
