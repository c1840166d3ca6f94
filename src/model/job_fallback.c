// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A job's list of other backends, as its row keeps it.
#include "model/job.h"

#include "base/mem.h"
#include "io/json.h"
#include "model/config.h"

#include <stdlib.h>
#include <string.h>

enum { FALLBACK_MOST = 64 };

void job_fallback_write(const struct fallback *list, size_t count, struct buf *out)
{
    if (count == 0) return;
    struct json *array = json_new_array();
    for (size_t i = 0; i < count; i++) {
        struct json *o = json_new_object();
        json_set_str(o, "backend", list[i].backend);
        if (list[i].model != NULL) json_set_str(o, "model", list[i].model);
        json_push(array, o);
    }
    (void)json_write(array, out, 0);
    json_free(array);
}

void job_fallback_free(struct fallback *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(list[i].backend);
        free(list[i].model);
    }
    free(list);
}

static bool fallback_read_one(const struct json *v, struct fallback *out)
{
    const char *backend = json_str(json_get(v, "backend"), NULL);
    const struct json *model = json_get(v, "model");
    const char *name = json_str(model, NULL);

    if (backend == NULL || *backend == '\0' || (model != NULL && (name == NULL || *name == '\0'))) return false;
    *out = (struct fallback){.backend = mem_strdup(backend), .model = mem_strdup_opt(name)};
    return true;
}

static bool fallback_read_all(const struct json *array, struct fallback **list, size_t *count)
{
    size_t most = json_count(array);

    if (json_kind(array) != JSON_KIND_ARRAY || most > FALLBACK_MOST) return false;
    *list = mem_calloc(most + 1, sizeof **list);
    while (*count < most && fallback_read_one(json_at(array, *count), &(*list)[*count])) ++*count;
    return *count == most;
}

bool job_fallback_read(const char *text, struct fallback **list, size_t *count, struct err *e)
{
    *list = NULL;
    *count = 0;
    if (*text == '\0') return true;
    struct json *array = json_read(text, strlen(text), e);
    bool ok = array != NULL && fallback_read_all(array, list, count);
    json_free(array);
    if (ok) return true;
    job_fallback_free(*list, *count);
    *list = NULL;
    *count = 0;
    *e = (struct err)ERR_INIT;
    return err_set(e, ERR_USAGE, "the list of other backends cannot be read");
}
