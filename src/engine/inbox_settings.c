// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See inbox_settings.h.
#include "engine/inbox_settings.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "engine/template_set.h"

// ---- templates ---------------------------------------------------------------------------------------------------

bool inbox_templates_read(struct inbox_templates *t, const struct json *message, struct err *e)
{
    struct templates set;
    size_t len;
    const struct json *v = json_get(message, "templates");
    const char *text = json_str(v, &len);
    *t = (struct inbox_templates){.given = text != NULL};
    buf_init(&t->packed, BUF_MAX_PIECE);
    if (!text) return v == NULL || err_set(e, ERR_USAGE, "the message's templates are no text");
    if (!templates_unpack(&set, text, len, e)) return false;
    memcpy(t->hash, set.hash, sizeof(t->hash));
    templates_pack(&set, &t->packed);
    templates_release(&set);
    return !t->packed.full || err_set(e, ERR_USAGE, "the templates are larger than %d bytes", BUF_MAX_PIECE);
}

void inbox_templates_release(struct inbox_templates *t)
{
    buf_release(&t->packed);
}

bool inbox_templates_store(const struct inbox_templates *t, struct store *s, int64_t job, struct err *e)
{
    return !t->given || store_templates_set(s, job, t->hash, t->packed.data, t->packed.len, e);
}

bool inbox_change_templates(struct store *s, const struct job *j, const struct inbox_templates *t, bool *changed,
                            struct err *e)
{
    if (!t->given || strcmp(t->hash, j->templates) == 0) return true;
    *changed = true;
    return inbox_templates_store(t, s, j->id, e) &&
           store_event_add(s, j->id, "templates", "the templates were changed on request", NULL, e);
}

// ---- backend and model ---------------------------------------------------------------------------------------------

bool inbox_check_fallback(const struct json *message, struct err *e)
{
    const struct json *v = json_get(message, "fallback");
    const char *text = json_str(v, NULL);
    struct fallback *list;
    size_t count;
    if (!text) return v == NULL || err_set(e, ERR_USAGE, "the message's list of other backends is no text");
    if (!job_fallback_read(text, &list, &count, e)) return false;
    job_fallback_free(list, count);
    return true;
}

// "the backend is now 'b' (was 'a')"
static bool tell_change(struct store *s, int64_t job, const char *what, const char *is, const char *was,
                        struct err *e)
{
    struct json *o = json_new_object();
    struct buf data;
    buf_init(&data, BUF_MAX_PIECE);
    json_set_str(o, what, is);
    json_set_str(o, "was", *was ? was : NULL);
    (void)json_write(o, &data, 0);
    char *text = *was ? mem_printf("the %s is now '%s' (was '%s')", what, is, was)
                      : mem_printf("the %s is now '%s'", what, is);
    bool ok = store_event_add(s, job, what, text, data.data, e);
    free(text);
    buf_release(&data);
    json_free(o);
    return ok;
}

static bool change_backend(struct store *s, const struct job *j, const char *backend, struct err *e)
{
    return store_job_set_backend(s, j->id, backend, e) && tell_change(s, j->id, "backend", backend, j->backend, e);
}

// How far it obeys is not known.
static bool change_model(struct store *s, const struct job *j, const char *model, struct err *e)
{
    return store_job_set_model(s, j->id, model, 0, e) && tell_change(s, j->id, "model", model, j->model, e);
}

bool inbox_change_server(struct store *s, const struct job *j, const struct json *message, bool *changed,
                         struct err *e)
{
    const char *backend = json_str(json_get(message, "backend"), NULL);
    const char *model = json_str(json_get(message, "model"), NULL);
    bool moves = backend && *backend && strcmp(backend, j->backend) != 0;
    bool another = model && *model && strcmp(model, j->model) != 0;
    bool again = model && *model && moves && !another; // it went with the backend
    *changed = *changed || moves || another;
    if (moves && !change_backend(s, j, backend, e)) return false;
    if (another) return change_model(s, j, model, e);
    return !again || store_job_set_model(s, j->id, model, 0, e);
}

// ---- deadline ------------------------------------------------------------------------------------------------------

int64_t inbox_deadline(const struct json *message)
{
    return json_int(json_get(message, "deadline_ms"), -1);
}

// As it stands on the wall: "2026-11-22 07:00".
static void local_text(char out[CLOCK_TEXT_SIZE], int64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm tm;
    if (localtime_r(&seconds, &tm) == NULL || strftime(out, CLOCK_TEXT_SIZE, "%Y-%m-%d %H:%M", &tm) == 0)
        clock_rfc3339(out, wall_ms);
}

static bool tell_deadline(struct store *s, int64_t job, int64_t deadline_ms, struct err *e)
{
    char local[CLOCK_TEXT_SIZE], exact[CLOCK_TEXT_SIZE], text[100], data[100];
    if (deadline_ms == 0)
        return store_event_add(s, job, "deadline", "the deadline was taken away", "{\"deadline\":null}", e);
    local_text(local, deadline_ms);
    clock_rfc3339(exact, deadline_ms);
    (void)snprintf(text, sizeof(text), "the deadline is %s", local);
    (void)snprintf(data, sizeof(data), "{\"deadline\":\"%s\"}", exact);
    return store_event_add(s, job, "deadline", text, data, e);
}

bool inbox_change_deadline(struct store *s, const struct job *j, const struct json *message, bool *changed,
                           struct err *e)
{
    int64_t deadline_ms = inbox_deadline(message);
    if (deadline_ms < 0 || deadline_ms == j->deadline_ms) return true;
    *changed = true;
    return store_job_set_deadline(s, j->id, deadline_ms, e) && tell_deadline(s, j->id, deadline_ms, e);
}

static bool tell_of_deadline(struct store *s, const struct job *j, const char *why, const char *then,
                             const char *more, const char *data, struct err *e)
{
    char local[CLOCK_TEXT_SIZE], text[300];
    local_text(local, j->deadline_ms);
    (void)snprintf(text, sizeof(text),
                   "the deadline, %s, %s: %s; to give it %s: novelgen resume %" PRId64 " --within 2h", local, why,
                   then, more, j->id);
    return store_event_add(s, j->id, "deadline", text, data, e);
}

bool inbox_end_deadline(struct store *s, const struct job *j, struct err *e)
{
    if (j->deadline_ms == 0) return true;
    const char *why = j->deadline_ms > clock_wall_ms() ? "was for the book as it was" : "has passed";
    return tell_of_deadline(s, j, why, "what is written now takes the time it needs", "another one",
                            "{\"deadline\":null}", e) &&
           store_job_set_deadline(s, j->id, 0, e);
}

bool inbox_settle_deadline(struct store *s, const struct job *j, struct err *e)
{
    if (j->deadline_ms == 0 || j->deadline_ms > clock_wall_ms()) return true;
    if (j->state == JOB_DONE) return inbox_end_deadline(s, j, e);
    return tell_of_deadline(s, j, "has passed", "the book comes to its end as soon as it can", "more time", NULL, e);
}
