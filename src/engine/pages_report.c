// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// report.json: what the book took.
#include "engine/pages.h"

#include <string.h>

#include "base/clock.h"
#include "engine/measure.h"
#include "io/json.h"

// Why the book is shorter than it was to be.
static void set_deadline(struct json *o, const struct job *j)
{
    char deadline[CLOCK_TEXT_SIZE];
    if (j->deadline_ms == 0) return;
    clock_rfc3339(deadline, j->deadline_ms);
    json_set_str(o, "deadline", deadline);
    json_set_int(o, "words_planned", j->words_planned > 0 ? j->words_planned : j->words_target);
}

// How often each rule refused an answer.
static bool count_refused(void *arg, const struct attempt_row *a)
{
    struct json *counts = arg;
    bool refused = a->verdict[0] != '\0' && strcmp(a->verdict, "accepted") != 0;
    if (refused) json_set_int(counts, a->verdict, json_int(json_get(counts, a->verdict), 0) + 1);
    return true;
}

static bool add_gap(void *arg, const struct chunk_row *c)
{
    if (!c->gap) return true;
    struct json *place = json_new_object();
    json_set_int(place, "chapter", c->chapter);
    json_set_int(place, "part", c->seq);
    json_push(arg, place);
    return true;
}

static struct json *report_json(const struct job *j)
{
    struct json *o = json_new_object();
    char begun[CLOCK_TEXT_SIZE], now[CLOCK_TEXT_SIZE];
    clock_rfc3339(begun, j->begun_ms);
    clock_rfc3339(now, clock_wall_ms());
    json_set_str(o, "title", j->title);
    json_set_str(o, "uuid", j->uuid);
    json_set_str(o, "model", j->model);
    json_set_int(o, "words", j->words_done);
    json_set_int(o, "words_target", j->words_target);
    set_deadline(o, j);
    json_set_int(o, "chapters", j->chapters_total);
    job_add_figures(o, j);
    json_set_int(o, "prompt_bytes", j->prompt_bytes);
    json_set_int(o, "prompt_bytes_shared", j->common_bytes);
    json_set_int(o, "prefix_breaks", j->prefix_breaks);
    json_set_int(o, "generating_ms", j->generating_ms);
    json_set_int(o, "writing_ms", j->busy_ms);
    json_set_str(o, "begun", begun);
    json_set_str(o, "ended", now);
    return o;
}

bool pages_report(const struct pages *p, struct buf *out, struct err *e)
{
    struct job j;
    if (store_job_get(p->store, p->job->id, &j, e) != STORE_FOUND) return false;
    struct json *o = report_json(&j), *style = measure_book(p->store, j.id, e);
    struct json *refused = json_new_object(), *gaps = json_new_array();
    bool ok = style && store_attempts_each(p->store, j.id, count_refused, refused, e) &&
              store_chunks_each(p->store, j.id, 0, STORE_BY_PLACE, add_gap, gaps, e);
    json_set(o, "refused", refused);
    json_set(o, "gap_places", gaps);
    if (style) json_set(o, "style", style);
    json_write(o, out, 2);
    buf_addc(out, '\n');
    json_free(o);
    job_release(&j);
    return ok;
}
