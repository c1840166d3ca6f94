// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Loading and asking a fault script.
#include "sim/script.h"

#include "sim/rng.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { AT_MOST = 256 };

enum when_kind { WHEN_AT, WHEN_EVERY, WHEN_RANGE, WHEN_PERCENT };

struct rule {
    enum when_kind when;
    long at[AT_MOST];
    size_t at_count;
    long every, from, to, percent;
    unsigned kinds;       // a bit for each enum ask_kind; 0: all but proofs
    struct fault *faults; // one of them
    size_t faults_count;
};

struct script {
    json_t *root; // owns the texts of the faults
    struct rule *rules;
    size_t count;
};

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

static bool read_kind(const json_t *v, struct rule *r, struct err *e)
{
    const char *name = json_string_value(v);
    for (unsigned i = 0; name && i < ASK_KINDS; i++) {
        if (strcmp(name, ask_kind_names[i]) != 0) continue;
        r->kinds |= 1u << i;
        return true;
    }
    return err_set(e, ERR_USAGE, "no request is of kind '%s'", name ? name : "(not a string)");
}

static bool read_kinds(const json_t *v, struct rule *r, struct err *e)
{
    if (!json_is_array(v) || !json_array_size(v))
        return err_set(e, ERR_USAGE, "'kinds' must be a list of kinds of requests");
    for (size_t i = 0; i < json_array_size(v); i++)
        if (!read_kind(json_array_get(v, i), r, e)) return false;
    return true;
}

static bool read_any(const json_t *rule, const json_t *any, struct rule *r, struct err *e)
{
    if (!json_is_array(any) || !json_array_size(any)) return err_set(e, ERR_USAGE, "'any' must be a list of faults");
    if (json_object_size(rule) != (r->kinds ? 3u : 2u))
        return err_set(e, ERR_USAGE, "what belongs to a fault of 'any' must stand beside it");
    r->faults_count = json_array_size(any);
    r->faults = mem_calloc(r->faults_count, sizeof *r->faults);
    for (size_t i = 0; i < r->faults_count; i++) {
        if (fault_read(&r->faults[i], json_array_get(any, i), e)) continue;
        err_prefix(e, "fault %zu", i + 1);
        return false;
    }
    return true;
}

static bool read_rule(const json_t *object, struct rule *r, struct err *e)
{
    const json_t *when = json_object_get(object, "when"), *what = json_object_get(object, "do");
    const json_t *kinds = json_object_get(object, "kinds");
    if (!json_is_object(object)) return err_set(e, ERR_USAGE, "not an object");
    if (!when || !what) return err_set(e, ERR_USAGE, "'when' and 'do' are required");
    if (!read_when(when, r, e) || (kinds && !read_kinds(kinds, r, e))) return false;
    if (json_is_object(what)) return read_any(object, json_object_get(what, "any"), r, e);
    r->faults_count = 1;
    r->faults = mem_calloc(1, sizeof *r->faults);
    return fault_read(r->faults, object, e);
}

static bool read_rules(struct script *s, struct err *e)
{
    if (!json_is_array(s->root)) return err_set(e, ERR_USAGE, "must be an array of rules");
    s->count = json_array_size(s->root);
    s->rules = mem_calloc(s->count ? s->count : 1, sizeof *s->rules);
    for (size_t i = 0; i < s->count; i++) {
        if (read_rule(json_array_get(s->root, i), &s->rules[i], e)) continue;
        err_prefix(e, "rule %zu", i + 1);
        return false;
    }
    return true;
}

struct script *script_load(const char *path, struct err *e)
{
    struct script *s = mem_calloc(1, sizeof *s);
    json_error_t why;
    s->root = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
    if (!s->root)
        err_set(e, ERR_USAGE, "line %d: %s", why.line, why.text);
    else if (read_rules(s, e))
        return s;
    err_prefix(e, "cannot read script '%s'", path);
    script_free(s);
    return NULL;
}

void script_free(struct script *s)
{
    if (!s) return;
    for (size_t i = 0; s->rules && i < s->count; i++) free(s->rules[i].faults);
    free(s->rules);
    json_decref(s->root);
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

static bool concerns(const struct rule *r, enum ask_kind kind)
{
    return r->kinds ? (r->kinds >> kind & 1) != 0 : kind != ASK_PROOF;
}

const struct fault *script_find(const struct script *s, enum ask_kind kind, long number, uint64_t seed)
{
    for (size_t i = 0; s && i < s->count; i++) {
        const struct rule *r = &s->rules[i];
        if (!concerns(r, kind) || !holds(r, number, seed)) continue;
        return &r->faults[rng_mix(seed ^ (uint64_t)i, ~(uint64_t)number) % r->faults_count];
    }
    return NULL;
}
