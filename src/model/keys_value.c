// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// One key of a table: found by its name, its value and its default as JSON, and a value as somebody types it.
#include "model/keys.h"

#include "io/json.h"
#include "text/typo.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

enum { KEYS_MAX = 64 };

static const void *place_of(const void *from, const struct key *k)
{
    return (const char *)from + k->offset;
}

static struct json *real_value(double n)
{
    struct json *holder = json_new_object(), *copy;
    if (!isfinite(n)) {
        json_free(holder);
        return NULL;
    }
    json_set_num(holder, "n", n);
    copy = json_clone(json_get(holder, "n"));
    json_free(holder);
    return copy;
}

static struct json *own_value(const struct key *k, const void *from)
{
    struct json *holder = json_new_object(), *copy = NULL;
    if (k->write) k->write(from, holder, "v");
    if (json_get(holder, "v")) copy = json_clone(json_get(holder, "v"));
    json_free(holder);
    return copy;
}

static struct json *text_value(const char *text)
{
    return text ? json_new_str(text) : NULL;
}

// A number outside its range stands for "not given", unless it is the default.
static struct json *whole_value(const struct key *k, int64_t n)
{
    bool is_default = (double)n >= k->otherwise && (double)n <= k->otherwise;
    bool fits = (double)n >= k->least && (double)n <= k->most;
    return fits || (is_default && k->otherwise >= k->least) ? json_new_int(n) : NULL;
}

struct json *keys_value(const struct key *k, const void *from)
{
    const void *p = place_of(from, k);
    switch (k->type) {
    case KEY_IGNORED:
        break;
    case KEY_LINE:
    case KEY_TEXT:
        return text_value(*(char *const *)p);
    case KEY_INT:
        return whole_value(k, *(const int *)p);
    case KEY_INT64:
        return whole_value(k, *(const int64_t *)p);
    case KEY_REAL:
        return real_value(*(const double *)p);
    case KEY_OWN:
        return own_value(k, from);
    }
    return NULL;
}

struct json *keys_default(const struct key *k)
{
    switch (k->type) {
    case KEY_LINE:
    case KEY_TEXT:
        return text_value(k->otherwise_text);
    case KEY_INT:
    case KEY_INT64:
        return whole_value(k, (int64_t)k->otherwise);
    case KEY_REAL:
        return real_value(k->otherwise);
    case KEY_IGNORED:
    case KEY_OWN:
        break;
    }
    return NULL;
}

const struct key *keys_find(const struct key_table *t, const char *path)
{
    for (size_t i = 0; i < t->count; i++)
        if (strcmp(t->keys[i].path, path) == 0) return &t->keys[i];
    return NULL;
}

const char *keys_nearest(const struct key_table *t, const char *path)
{
    const char *names[KEYS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < t->count && count < KEYS_MAX; i++) {
        const char *dot = strrchr(t->keys[i].path, '.');
        if (dot && strcmp(dot + 1, path) == 0) return t->keys[i].path; // "stall_s" for "limits.stall_s"
        names[count++] = t->keys[i].path;
    }
    return typo_nearest(path, names, count);
}

struct json *keys_typed(const struct key *k, const char *text, struct err *e)
{
    if (k->type == KEY_LINE || k->type == KEY_TEXT) return json_new_str(text);
    struct json *v = json_read(text, strlen(text), e);
    if (v) return v;
    err_clear(e);
    err_set(e, ERR_USAGE, "%s: found %s, expected %s", k->path, text,
            k->type == KEY_OWN ? "JSON, such as [\"a\", \"b\"]" : "a number");
    return NULL;
}
