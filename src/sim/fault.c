// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Two tables: the kinds of faults and the keys that say more about them.
#include "sim/fault.h"

#include "sim/overflow.h"

#include "base/mem.h"

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { NEEDS_MS = 1, NEEDS_STATUS = 2, NEEDS_FACTOR = 4, NEEDS_REASON = 8 };

static const struct kind {
    const char *name;
    enum fault_place place;
    int needs;
} KINDS[FAULT_KINDS] = {
    [FAULT_DELAY] = {"delay", FAULT_WAITS, NEEDS_MS},
    [FAULT_MUTE] = {"mute", FAULT_WAITS, 0},
    [FAULT_LOAD] = {"load", FAULT_WAITS, NEEDS_MS},
    [FAULT_DOWN] = {"down", FAULT_WAITS, NEEDS_MS},
    [FAULT_STATUS] = {"status", FAULT_REFUSES, NEEDS_STATUS},
    [FAULT_BUSY] = {"busy", FAULT_REFUSES, 0},
    [FAULT_AUTH] = {"auth", FAULT_REFUSES, 0},
    [FAULT_UNKNOWN_MODEL] = {"unknown_model", FAULT_REFUSES, 0},
    [FAULT_HTML] = {"html", FAULT_REFUSES, 0},
    [FAULT_OVERFLOW] = {"overflow", FAULT_REFUSES, 0},
    [FAULT_ERROR_EVENT] = {"error_event", FAULT_REFUSES, 0},
    [FAULT_PINGS] = {"pings", FAULT_AT_HEAD, 0},
    [FAULT_QUIET] = {"quiet", FAULT_AT_HEAD, NEEDS_MS},
    [FAULT_RESET] = {"headers_then_reset", FAULT_AT_HEAD, 0},
    [FAULT_NO_DELTAS] = {"no_deltas", FAULT_AT_HEAD, 0},
    [FAULT_STALL] = {"stall", FAULT_AT_TOKEN, 0},
    [FAULT_TRUNCATE] = {"truncate", FAULT_AT_TOKEN, 0},
    [FAULT_EOF] = {"eof", FAULT_AT_TOKEN, 0},
    [FAULT_GARBAGE] = {"garbage", FAULT_AT_TOKEN, 0},
    [FAULT_SURROGATE] = {"surrogate", FAULT_AT_TOKEN, 0},
    [FAULT_ERROR_FRAME] = {"error_frame", FAULT_AT_TOKEN, 0},
    [FAULT_ERROR_LINE] = {"error_line", FAULT_AT_TOKEN, 0},
    [FAULT_CRASH_FRAME] = {"crash_frame", FAULT_AT_TOKEN, 0},
    [FAULT_EXIT] = {"exit", FAULT_AT_TOKEN, 0},
    [FAULT_ZOMBIE] = {"zombie", FAULT_AT_TOKEN, 0},
    [FAULT_WEDGE] = {"wedge", FAULT_AT_TOKEN, 0},
    [FAULT_FINISH] = {"finish", FAULT_AT_FINISH, NEEDS_REASON},
    [FAULT_NO_NEWLINE] = {"no_newline", FAULT_AT_FINISH, 0},
    [FAULT_EMPTY] = {"empty", FAULT_IN_TEXT, 0},
    [FAULT_REASONING_ONLY] = {"reasoning_only", FAULT_IN_TEXT, 0},
    [FAULT_UNOPENED_THINK] = {"unopened_think", FAULT_IN_TEXT, 0},
    [FAULT_HIDDEN_ANSWER] = {"hidden_answer", FAULT_IN_TEXT, 0},
    [FAULT_REPEAT] = {"repeat", FAULT_IN_TEXT, 0},
    [FAULT_FLOOD] = {"flood", FAULT_IN_TEXT, 0},
    [FAULT_PREFILL_IGNORED] = {"prefill_ignored", FAULT_IN_TEXT, 0},
    [FAULT_PREFILL_RESTATED] = {"prefill_restated", FAULT_IN_TEXT, 0},
    [FAULT_PROMPT_CUT] = {"prompt_cut", FAULT_IN_TEXT, 0},
    [FAULT_REFRAME] = {"reframe", FAULT_ON_WIRE, 0},
    [FAULT_SLOW] = {"slow", FAULT_ON_WIRE, NEEDS_FACTOR},
};

enum key_type { KEY_COUNT, KEY_TEXT, KEY_FLAG, KEY_TEXTS };

static const struct key {
    const char *name;
    enum key_type type;
    size_t offset;
    long least, most; // counts
} KEYS[] = {
    {"status", KEY_COUNT, offsetof(struct fault, status), 200, 599},
    {"retry_date_s", KEY_COUNT, offsetof(struct fault, retry_date_s), 0, 86400},
    {"after_tokens", KEY_COUNT, offsetof(struct fault, after_tokens), 0, LONG_MAX},
    {"ms", KEY_COUNT, offsetof(struct fault, ms), 0, 86400 * 1000L},
    {"factor", KEY_COUNT, offsetof(struct fault, factor), 1, 1000000},
    {"pieces", KEY_COUNT, offsetof(struct fault, pieces), 1, LONG_MAX},
    {"body", KEY_TEXT, offsetof(struct fault, body), 0, 0},
    {"message", KEY_TEXT, offsetof(struct fault, message), 0, 0},
    {"retry_after", KEY_TEXT, offsetof(struct fault, retry_after), 0, 0},
    {"as", KEY_TEXT, offsetof(struct fault, as), 0, 0},
    {"reason", KEY_TEXT, offsetof(struct fault, reason), 0, 0},
    {"headers", KEY_TEXTS, offsetof(struct fault, headers), 0, 0},
    {"pings", KEY_FLAG, offsetof(struct fault, pings), 0, 0},
    {"done", KEY_FLAG, offsetof(struct fault, done), 0, 0},
    {"crlf", KEY_FLAG, offsetof(struct fault, crlf), 0, 0},
    {"comments", KEY_FLAG, offsetof(struct fault, comments), 0, 0},
    {"escapes", KEY_FLAG, offsetof(struct fault, escapes), 0, 0},
    {"lines", KEY_FLAG, offsetof(struct fault, lines), 0, 0},
    {"http10", KEY_FLAG, offsetof(struct fault, http10), 0, 0},
    {"lasting", KEY_FLAG, offsetof(struct fault, lasting), 0, 0},
    {"reasoning", KEY_FLAG, offsetof(struct fault, reasoning), 0, 0},
    {"lone", KEY_FLAG, offsetof(struct fault, lone), 0, 0},
};

static bool read_count(const struct key *k, const json_t *v, long *out, struct err *e)
{
    if (!json_is_integer(v) || json_integer_value(v) < k->least || json_integer_value(v) > k->most)
        return err_set(e, ERR_USAGE, "'%s' must be an integer of at least %ld%s", k->name, k->least,
                       k->most < LONG_MAX ? ", and not that large" : "");
    *out = (long)json_integer_value(v);
    return true;
}

static bool read_texts(const struct key *k, const json_t *v, const json_t **out, struct err *e)
{
    const char *name;
    json_t *text;
    if (!json_is_object(v)) return err_set(e, ERR_USAGE, "'%s' must be an object of strings", k->name);
    json_object_foreach((json_t *)(uintptr_t)v, name, text)
    {
        if (!json_is_string(text)) return err_set(e, ERR_USAGE, "'%s' of '%s' must be a string", name, k->name);
    }
    *out = v;
    return true;
}

static bool read_key(const struct key *k, const json_t *v, struct fault *f, struct err *e)
{
    void *place = (char *)f + k->offset;
    switch (k->type) {
    case KEY_COUNT:
        return read_count(k, v, place, e);
    case KEY_TEXTS:
        return read_texts(k, v, place, e);
    case KEY_FLAG:
        if (!json_is_boolean(v)) return err_set(e, ERR_USAGE, "'%s' must be true or false", k->name);
        *(bool *)place = json_is_true(v);
        return true;
    case KEY_TEXT:
        break;
    }
    if (!json_is_string(v)) return err_set(e, ERR_USAGE, "'%s' must be a string", k->name);
    *(const char **)place = json_string_value(v);
    return true;
}

static const struct key *find_key(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(KEYS); i++)
        if (strcmp(KEYS[i].name, name) == 0) return &KEYS[i];
    return NULL;
}

static bool is_of_rule(const char *key)
{
    return strcmp(key, "do") == 0 || strcmp(key, "when") == 0 || strcmp(key, "kinds") == 0;
}

static bool read_kind(const json_t *v, struct fault *f, struct err *e)
{
    const char *name = json_string_value(v);
    for (int i = 0; name && i < FAULT_KINDS; i++) {
        if (strcmp(name, KINDS[i].name) != 0) continue;
        f->kind = (enum fault_kind)i;
        return true;
    }
    return err_set(e, ERR_USAGE, "unknown fault '%s'", name ? name : "(not a string)");
}

static bool check(const struct fault *f, struct err *e)
{
    const struct kind *k = &KINDS[f->kind];
    const char *lacks = (k->needs & NEEDS_MS) && f->ms < 0           ? "ms"
                        : (k->needs & NEEDS_STATUS) && f->status < 0 ? "status"
                        : (k->needs & NEEDS_FACTOR) && f->factor < 0 ? "factor"
                        : (k->needs & NEEDS_REASON) && !f->reason    ? "reason"
                                                                     : NULL;
    if (lacks) return err_set(e, ERR_USAGE, "'do': \"%s\" needs '%s'", k->name, lacks);
    if (f->kind == FAULT_OVERFLOW && f->as && !overflow_find(f->as))
        return err_set(e, ERR_USAGE, "nobody words an overflow as '%s'", f->as);
    return true;
}

bool fault_read(struct fault *f, const json_t *object, struct err *e)
{
    const char *name;
    json_t *v;
    *f = (struct fault){.status = -1, .retry_date_s = -1, .after_tokens = -1, .ms = -1, .factor = -1, .pieces = -1};
    if (!json_is_object(object)) return err_set(e, ERR_USAGE, "not an object");
    if (!read_kind(json_object_get(object, "do"), f, e)) return false;
    json_object_foreach((json_t *)(uintptr_t)object, name, v)
    {
        const struct key *k = find_key(name);
        if (is_of_rule(name)) continue;
        if (!k) return err_set(e, ERR_USAGE, "unknown key '%s'", name);
        if (!read_key(k, v, f, e)) return false;
    }
    return check(f, e);
}

enum fault_place fault_place(const struct fault *f)
{
    return KINDS[f->kind].place;
}
