// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The list of checks: see include/app/doctor.h.
#include "app/doctor_work.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

const char *doctor_level_name(enum doctor_level l)
{
    static const char *const names[] = {[DOCTOR_OK] = "ok", [DOCTOR_WARNING] = "warning", [DOCTOR_ERROR] = "error"};

    return names[l];
}

bool doctor_has(const struct doctor *d, const char *name)
{
    for (size_t i = 0; i < d->count; i++)
        if (strcmp(d->checks[i].name, name) == 0) return true;
    return false;
}

void doctor_say(struct doctor *d, const char *name, enum doctor_level level, const char *advice, const char *fmt, ...)
{
    struct buf text;
    va_list ap;

    buf_init(&text, BUF_MAX_LINE);
    va_start(ap, fmt);
    (void)buf_vaddf(&text, fmt, ap);
    va_end(ap);
    mem_grow(&d->checks, &d->cap, d->count + 1, sizeof *d->checks);
    d->checks[d->count++] = (struct doctor_check){
        .name = name, .level = level, .text = mem_strdup(text.data), .advice = mem_strdup(advice)};
    buf_release(&text);
}

void doctor_path_of(const struct doctor *d, char out[DOCTOR_PATH_SIZE], const char *name)
{
    (void)snprintf(out, DOCTOR_PATH_SIZE, "%s/%s", d->home.path, name);
}

void doctor_look(struct doctor *d, const char *given)
{
    struct err e = ERR_INIT;

    *d = (struct doctor){0};
    doctor_program(d);
    d->located = home_locate(&d->home, given, &e);
    if (d->located) {
        doctor_home(d);
        doctor_engine(d);
        doctor_store(d);
        doctor_space(d);
        doctor_jobs(d);
        doctor_backends(d);
    } else
        doctor_say(d, "home", DOCTOR_ERROR, "set HOME or NOVELGEN_HOME, or give --home", "%s", e.text);
    doctor_system(d);
}

void doctor_release(struct doctor *d)
{
    for (size_t i = 0; i < d->count; i++) {
        free(d->checks[i].text);
        free(d->checks[i].advice);
    }
    free(d->checks);
    store_close(d->store);
    if (d->located) home_release(&d->home);
    *d = (struct doctor){0};
}

enum doctor_level doctor_worst(const struct doctor *d)
{
    enum doctor_level worst = DOCTOR_OK;

    for (size_t i = 0; i < d->count; i++)
        if (d->checks[i].level > worst) worst = d->checks[i].level;
    return worst;
}

struct json *doctor_json(const struct doctor *d)
{
    struct json *list = json_new_array();

    for (size_t i = 0; i < d->count; i++) {
        const struct doctor_check *c = &d->checks[i];
        struct json *o = json_new_object();
        json_set_str(o, "name", c->name);
        json_set_str(o, "level", doctor_level_name(c->level));
        json_set_str(o, "text", c->text);
        json_set_str(o, "advice", c->advice[0] != '\0' ? c->advice : NULL);
        json_push(list, o);
    }
    return list;
}
