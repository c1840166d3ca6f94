// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Lists of fallback backends, in the config and in a spec.
#include "spec_parts.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPECTED "a list such as [\"gpu2\", {\"backend\": \"http://HOST:PORT\", \"model\": \"...\"}]"

// "auto" would find the server that is down, and a book is not to end in the simulator's prose.
static bool place_check(const char *name, const char *at, struct err *e)
{
    char found[KEY_FOUND_SIZE];
    if (strcmp(name, "auto") == 0 || strcmp(name, "sim") == 0)
        return err_set(e, ERR_USAGE, "%s: found %s, expected a name from the config, or http://HOST[:PORT]", at,
                       keys_found_text(found, name));
    return backend_check(name, at, e);
}

static const struct key keys[] = {
    {"backend", KEY_LINE, .offset = offsetof(struct fallback, backend), .most = 1000, .required = true,
     .check = place_check, .help = "the name of a configured backend, or a plain http(s) URL"},
    {"model", KEY_LINE, .offset = offsetof(struct fallback, model), .most = 300,
     .help = "model to ask for there; left out, what is loaded"},
};
const struct key_table fallback_keys = {.keys = keys, .count = ARRAY_LEN(keys)};

static bool read_item(struct fallback *f, const struct json *v, const char *at, struct err *e)
{
    if (json_kind(v) != JSON_KIND_STRING) return keys_read(&fallback_keys, f, v, at, false, e);
    const char *name = json_str(v, NULL);
    if (!keys_text(v, at, KEY_LINE, (size_t)keys[0].most, e) || !place_check(name, at, e)) return false;
    f->backend = mem_strdup(name);
    return true;
}

bool fallback_list_read(struct fallback **list, size_t *count, const struct json *v, const char *at, struct err *e)
{
    char item[KEY_PATH_SIZE + 24];
    size_t n = json_count(v);
    if (json_kind(v) != JSON_KIND_ARRAY) return keys_refuse(e, at, v, EXPECTED);
    if (n > FALLBACKS_MAX) return err_set(e, ERR_USAGE, "%s: found %zu, expected at most %d", at, n, FALLBACKS_MAX);
    fallback_list_release(*list, *count);
    *list = mem_calloc(n + 1, sizeof **list);
    *count = n;
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(item, sizeof item, "%s[%zu]", at, i);
        if (!read_item(&(*list)[i], json_at(v, i), item, e)) return false;
    }
    return true;
}

void fallback_list_release(struct fallback *list, size_t count)
{
    for (size_t i = 0; i < count; i++) keys_release(&fallback_keys, &list[i]);
    free(list);
}

bool fallback_of_spec_read(void *spec, const struct json *v, const char *at, struct err *e)
{
    struct spec *s = spec;
    return fallback_list_read(&s->fallback, &s->fallback_count, v, at, e);
}

void fallback_list_write(const struct fallback *list, size_t count, struct json *object, const char *name)
{
    if (count == 0) return;
    struct json *items = json_new_array();
    for (size_t i = 0; i < count; i++) {
        struct json *item = json_new_object();
        keys_write(&fallback_keys, &list[i], item);
        json_push(items, item);
    }
    json_set(object, name, items);
}

void fallback_of_spec_write(const void *spec, struct json *object, const char *name)
{
    const struct spec *s = spec;
    fallback_list_write(s->fallback, s->fallback_count, object, name);
}
