// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// JSON Lines.
#include "cli/lines.h"

#include <string.h>

#include "app/status.h"
#include "base/clock.h"
#include "cli/output.h"
#include "cli/settings.h"
#include "io/json.h"

static struct json *lines_begin(const char *type, int64_t time_ms, int64_t job)
{
    char time[CLOCK_TEXT_SIZE];
    struct json *o = json_new_object();

    clock_rfc3339(time, time_ms);
    json_set_str(o, "type", type);
    json_set_str(o, "time", time);
    if (job > 0)
        json_set_int(o, "job", job);
    else
        json_set_str(o, "job", NULL);
    return o;
}

static void lines_end(struct json *o)
{
    output_json(o, true);
    json_free(o);
}

// Our own fields are not to be overwritten by an event's.
static bool lines_merge(void *arg, const char *key, const struct json *v)
{
    struct json *o = arg;
    if (json_get(o, key) == NULL) json_set(o, key, json_clone(v));
    return true;
}

void lines_accepted(const struct job *j)
{
    struct json *o = lines_begin("accepted", clock_wall_ms(), j->id);

    json_set_str(o, "slug", j->slug);
    json_set_str(o, "out_dir", j->out_dir);
    lines_end(o);
}

void lines_event(const struct event_row *row)
{
    struct err ignored = ERR_INIT;
    struct json *o = lines_begin(row->type, row->time_ms, row->job);
    struct json *data = json_read(row->data, strlen(row->data), &ignored);

    json_set_str(o, "text", row->text);
    json_each(data, lines_merge, o);
    json_free(data);
    lines_end(o);
}

void lines_text(int64_t job, const char *text, size_t len)
{
    struct json *o = lines_begin("text", clock_wall_ms(), job);

    json_set_strn(o, "text", text, len);
    lines_end(o);
}

void lines_mark(int64_t job, const char *news, int chapter, int seq)
{
    struct json *o = lines_begin(news, clock_wall_ms(), job);

    json_set_int(o, "chapter", chapter);
    json_set_int(o, "seq", seq);
    lines_end(o);
}

void lines_summary(const struct job *j, int exit_code)
{
    struct json *o = lines_begin("summary", clock_wall_ms(), j != NULL ? j->id : 0);
    struct json *status = j != NULL ? status_json(j) : NULL;

    json_each(status, lines_merge, o);
    json_set_int(o, "exit", exit_code);
    json_free(status);
    lines_end(o);
}

int lines_over(int exit_code)
{
    if (settings.json) lines_summary(NULL, exit_code);
    return exit_code;
}
