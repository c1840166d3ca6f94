// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Loading and asking a fault script.
#include "sim/script.h"

#include "sim/rng.h"

#include "base/mem.h"

#include <jansson.h>

#include <stdlib.h>
#include <string.h>

enum { AT_MOST = 256 };

enum when_kind { WHEN_AT, WHEN_EVERY, WHEN_RANGE, WHEN_PERCENT };

struct rule {
    enum when_kind when;
    long at[AT_MOST];
    size_t at_count;
    long every, from, to, percent;
    struct fault fault;
};

struct script {
    struct rule *rules;
    size_t count;
};

static const char *const FAULT_NAMES[FAULT_KINDS] = {"status",  "stall",       "truncate", "eof",   "empty",
                                                     "garbage", "error_frame", "exit",     "delay", "zombie"};

static bool read_count(const json_t *v, const char *key, long least, long *out, struct err *e)
{
    if (!json_is_integer(v) || json_integer_value(v) < least)
        return err_set(e, ERR_USAGE, "'%s' must be an integer of at least %ld", key, least);
    *out = (long)json_integer_value(v);
    return true;
}

static bool read_at(const json_t *v, struct rule *r, struct err *e)
{
    if (!json_is_array(v)) {
        r->at_count = 1;
        return read_count(v, "at", 1, &r->at[0], e);
    }
    if (json_array_size(v) > AT_MOST) return err_set(e, ERR_USAGE, "'at' holds more than %d numbers", AT_MOST);
    for (size_t i = 0; i < json_array_size(v); i++)
        if (!read_count(json_array_get(v, i), "at", 1, &r->at[i], e)) return false;
    r->at_count = json_array_size(v);
    return true;
}

static bool read_when(const json_t *when, struct rule *r, struct err *e)
{
    const char *key = json_object_iter_key(json_object_iter((json_t *)(uintptr_t)when));
    const json_t *v = key ? json_object_get(when, key) : NULL;
    bool range = json_object_get(when, "from") && json_object_get(when, "to");
    if (!key || json_object_size(when) != (range ? 2u : 1u))
        return err_set(e, ERR_USAGE, "'when' must be one of {at}, {every}, {from, to}, {percent}");
    if (range) {
        r->when = WHEN_RANGE;
        return read_count(json_object_get(when, "from"), "from", 1, &r->from, e) &&
               read_count(json_object_get(when, "to"), "to", r->from, &r->to, e);
    }
    if (strcmp(key, "at") == 0) {
        r->when = WHEN_AT;
        return read_at(v, r, e);
    }
    if (strcmp(key, "every") == 0) {
        r->when = WHEN_EVERY;
        return read_count(v, "every", 1, &r->every, e);
    }
    if (strcmp(key, "percent") == 0) {
        r->when = WHEN_PERCENT;
        return read_count(v, "percent", 0, &r->percent, e);
    }
    return err_set(e, ERR_USAGE, "unknown key '%s' in 'when'", key);
}

static bool read_do(const json_t *v, struct fault *f, struct err *e)
{
    const char *name = json_string_value(v);
    for (int i = 0; name && i < FAULT_KINDS; i++) {
        if (strcmp(name, FAULT_NAMES[i]) != 0) continue;
        f->kind = (enum fault_kind)i;
        return true;
    }
    return err_set(e, ERR_USAGE, "unknown fault '%s'", name ? name : "(not a string)");
}

static bool read_text(const json_t *v, const char *key, char **out, struct err *e)
{
    if (!json_is_string(v)) return err_set(e, ERR_USAGE, "'%s' must be a string", key);
    *out = mem_strdup(json_string_value(v));
    return true;
}

static bool read_flag(const json_t *v, const char *key, bool *out, struct err *e)
{
    if (!json_is_boolean(v)) return err_set(e, ERR_USAGE, "'%s' must be true or false", key);
    *out = json_is_true(v);
    return true;
}

static bool read_key(const char *key, const json_t *v, struct rule *r, struct err *e)
{
    struct fault *f = &r->fault;
    if (strcmp(key, "when") == 0) return read_when(v, r, e);
    if (strcmp(key, "do") == 0) return read_do(v, f, e);
    if (strcmp(key, "status") == 0) return read_count(v, key, 200, &f->status, e);
    if (strcmp(key, "after_tokens") == 0) return read_count(v, key, 0, &f->after_tokens, e);
    if (strcmp(key, "ms") == 0) return read_count(v, key, 0, &f->ms, e);
    if (strcmp(key, "body") == 0) return read_text(v, key, &f->body, e);
    if (strcmp(key, "retry_after") == 0) return read_text(v, key, &f->retry_after, e);
    if (strcmp(key, "pings") == 0) return read_flag(v, key, &f->pings, e);
    if (strcmp(key, "done") == 0) return read_flag(v, key, &f->done, e);
    return err_set(e, ERR_USAGE, "unknown key '%s'", key);
}

static bool read_rule(json_t *object, struct rule *r, struct err *e)
{
    const char *key;
    json_t *v;
    r->fault.after_tokens = -1;
    if (!json_is_object(object)) return err_set(e, ERR_USAGE, "not an object");
    if (!json_object_get(object, "when") || !json_object_get(object, "do"))
        return err_set(e, ERR_USAGE, "'when' and 'do' are required");
    json_object_foreach(object, key, v)
    {
        if (!read_key(key, v, r, e)) return false;
    }
    if (r->fault.kind == FAULT_STATUS && (r->fault.status < 200 || r->fault.status > 599))
        return err_set(e, ERR_USAGE, "'do': \"status\" needs a 'status' from 200 to 599");
    return true;
}

struct script *script_load(const char *path, struct err *e)
{
    struct script *s = mem_calloc(1, sizeof *s);
    json_error_t why;
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
    if (!root) {
        err_set(e, ERR_USAGE, "line %d: %s", why.line, why.text);
        goto fail;
    }
    if (!json_is_array(root)) {
        err_set(e, ERR_USAGE, "must be an array of rules");
        goto fail;
    }
    s->count = json_array_size(root);
    s->rules = mem_calloc(s->count ? s->count : 1, sizeof *s->rules);
    for (size_t i = 0; i < s->count; i++) {
        if (read_rule(json_array_get(root, i), &s->rules[i], e)) continue;
        err_prefix(e, "rule %zu", i + 1);
        goto fail;
    }
    json_decref(root);
    return s;
fail:
    err_prefix(e, "cannot read script '%s'", path);
    json_decref(root);
    script_free(s);
    return NULL;
}

void script_free(struct script *s)
{
    if (!s) return;
    for (size_t i = 0; s->rules && i < s->count; i++) {
        free(s->rules[i].fault.body);
        free(s->rules[i].fault.retry_after);
    }
    free(s->rules);
    free(s);
}

static bool holds(const struct rule *r, long number, uint64_t seed)
{
    switch (r->when) {
    case WHEN_AT:
        for (size_t i = 0; i < r->at_count; i++)
            if (r->at[i] == number) return true;
        return false;
    case WHEN_EVERY:
        return number % r->every == 0;
    case WHEN_RANGE:
        return number >= r->from && number <= r->to;
    case WHEN_PERCENT:
        return (long)(rng_mix(seed, (uint64_t)number) % 100) < r->percent;
    }
    return false;
}

const struct fault *script_find(const struct script *s, long number, uint64_t seed)
{
    for (size_t i = 0; s && i < s->count; i++)
        if (holds(&s->rules[i], number, seed)) return &s->rules[i].fault;
    return NULL;
}
