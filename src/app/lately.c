// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What happened lately: see include/app/lately.h.
#include "app/lately.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "io/json.h"

enum { LOOK_PATH_SIZE = 1024 };

// ---- the last look ----------------------------------------------------------------------------------------------

static void look_path(char out[LOOK_PATH_SIZE], const char *home, int64_t job)
{
    (void)snprintf(out, LOOK_PATH_SIZE, "%s/looked/%" PRId64, home, job);
}

void look_read(struct look *l, const char *home, int64_t job)
{
    char path[LOOK_PATH_SIZE];
    struct err ignored = ERR_INIT;
    struct buf text;

    *l = (struct look){0};
    look_path(path, home, job);
    buf_init(&text, BUF_MAX_LINE);
    struct json *o =
        file_read(path, &text, &ignored) == FILE_READ_OK ? json_read(text.data, text.len, &ignored) : NULL;
    l->time_ms = json_int(json_get(o, "time_ms"), 0);
    l->event = json_int(json_get(o, "event"), 0);
    l->words = json_int(json_get(o, "words"), 0);
    l->chapters = (int)json_int(json_get(o, "chapters"), 0);
    l->gaps = (int)json_int(json_get(o, "gaps"), 0);
    json_free(o);
    buf_release(&text);
}

void look_forget(const char *home, int64_t job)
{
    char path[LOOK_PATH_SIZE];
    struct err ignored = ERR_INIT;

    look_path(path, home, job);
    (void)file_remove(path, &ignored);
}

// A home that cannot be written to costs a line of the page, and is no error of the one who looks.
void look_write(const char *home, const struct job *j, int64_t newest_event, int64_t now_ms)
{
    char path[LOOK_PATH_SIZE];
    struct err ignored = ERR_INIT;
    struct json *o = json_new_object();
    struct buf text;

    json_set_int(o, "time_ms", now_ms);
    json_set_int(o, "event", newest_event);
    json_set_int(o, "words", j->words_done);
    json_set_int(o, "chapters", j->chapters_done);
    json_set_int(o, "gaps", j->gaps);
    buf_init(&text, BUF_MAX_LINE);
    (void)snprintf(path, sizeof path, "%s/looked", home);
    if (json_write(o, &text, 0) && buf_addc(&text, '\n') && file_mkdirs(path, 0700, &ignored)) {
        look_path(path, home, j->id);
        (void)file_publish(path, text.data, text.len, &ignored);
    }
    buf_release(&text);
    json_free(o);
}

// ---- events -----------------------------------------------------------------------------------------------------

// Whether an event is worth a line for somebody who looks at a job now and then: figures are not.
static bool lately_is_talk(const struct event_row *row)
{
    static const char *const silent[] = {"submitted", "style", "prefix"};

    for (size_t i = 0; i < ARRAY_LEN(silent); i++)
        if (strcmp(row->type, silent[i]) == 0) return false;
    return true;
}

const char *lately_text(const struct event_row *row)
{
    enum job_state state;

    return strcmp(row->type, "state") == 0 && job_state_from_name(row->text, &state) ? job_state_words(state)
                                                                                     : row->text;
}

struct lately_pass {
    struct lately *l;
    const struct look *since;
    int64_t waiting_ms; // since when it waits; 0: it does not
};

static void lately_keep(struct lately *l, const struct event_row *row)
{
    bool chunk = strcmp(row->type, "chunk") == 0;
    bool replaces = chunk && l->count > 0 && l->items[l->count - 1].chunk;

    if (replaces || l->count == LATELY_MOST) {
        size_t drop = replaces ? l->count - 1 : 0;
        free(l->items[drop].text);
        memmove(&l->items[drop], &l->items[drop + 1], (l->count - drop - 1) * sizeof *l->items);
        l->count--;
    }
    l->items[l->count++] =
        (struct lately_event){.time_ms = row->time_ms, .chunk = chunk, .text = mem_strdup(lately_text(row))};
}

static void lately_end_outage(struct lately_pass *p, int64_t at_ms, bool is_new)
{
    int64_t from_ms = p->waiting_ms > p->since->time_ms ? p->waiting_ms : p->since->time_ms;

    if (p->waiting_ms > 0 && is_new && p->since->time_ms > 0) {
        p->l->outages++;
        p->l->outage_ms += at_ms > from_ms ? at_ms - from_ms : 0;
    }
    p->waiting_ms = 0;
}

static void lately_state(struct lately_pass *p, const struct event_row *row)
{
    struct err ignored = ERR_INIT;
    struct json *data = json_read(row->data, strlen(row->data), &ignored);
    const char *to = json_str(json_get(data, "to"), NULL);
    bool waits = to != NULL && strcmp(to, "waiting") == 0;

    if (!waits) lately_end_outage(p, row->time_ms, row->id > p->since->event);
    if (waits && p->waiting_ms == 0) p->waiting_ms = row->time_ms; // another reason is the same outage
    json_free(data);
}

// Only while some are left out.
static void lately_directions(struct lately *l, const struct event_row *row)
{
    struct err ignored = ERR_INIT;
    struct json *data = json_read(row->data, strlen(row->data), &ignored);

    free(l->unsaid);
    l->unsaid = json_int(json_get(data, "unsaid"), 0) > 0 ? mem_strdup(row->text) : NULL;
    json_free(data);
}

static bool lately_on_event(void *arg, const struct event_row *row)
{
    struct lately_pass *p = arg;

    p->l->newest = row->id;
    if (strcmp(row->type, "state") == 0) lately_state(p, row);
    if (strcmp(row->type, "directions") == 0) lately_directions(p->l, row);
    if (lately_is_talk(row)) lately_keep(p->l, row);
    return true;
}

bool lately_read(struct lately *l, struct store *s, int64_t job, const struct look *since, int64_t now_ms,
                 struct err *e)
{
    struct lately_pass p = {.l = l, .since = since};

    *l = (struct lately){0};
    bool ok = store_events_each(s, job, 0, lately_on_event, &p, e);
    lately_end_outage(&p, now_ms, true);
    return ok;
}

void lately_release(struct lately *l)
{
    for (size_t i = 0; i < l->count; i++) free(l->items[i].text);
    free(l->unsaid);
    *l = (struct lately){0};
}
