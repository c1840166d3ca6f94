// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Reading an object by its table of keys. A walk goes over the members of one object in the order of the text, so
// that the first mistake in the file is the one that is named; a group ("limits") is a walk within the walk that
// shares the set of keys already seen.
#include "model/keys.h"

#include "base/log.h"
#include "base/mem.h"
#include "text/typo.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { KEYS_MAX = 64, NAME_SHOWN = 48 };

struct walk {
    const struct key_table *t;
    void *into;
    bool project;
    uint64_t *seen;     // a bit for each key of the table
    const char *prefix; // dotted, with its dot at the end: "limits."
    const char *at;     // JSON path of this object
    bool ok;
    struct err *e;
};

static void *place(void *into, const struct key *k)
{
    return (char *)into + k->offset;
}

static void number_text(char *out, size_t size, double n)
{
    (void)snprintf(out, size, floor(n) < n ? "%g" : "%.0f", n);
}

static bool refuse_number(const struct key *k, const struct json *v, const char *at, struct err *e)
{
    char from[32], to[32], expected[128];
    const char *what = k->type == KEY_REAL ? "a number" : "a whole number";
    number_text(from, sizeof from, k->least);
    number_text(to, sizeof to, k->most);
    (void)snprintf(expected, sizeof expected, "%s from %s to %s", what, from, to);
    return keys_refuse(e, at, v, expected);
}

static bool read_number(const struct key *k, void *into, const struct json *v, const char *at, struct err *e)
{
    double n = json_num(v, NAN);
    bool whole = isfinite(n) && floor(n) >= n;
    if (!(n >= k->least && n <= k->most) || (k->type != KEY_REAL && !whole)) return refuse_number(k, v, at, e);
    if (k->type == KEY_INT) *(int *)place(into, k) = (int)n;
    if (k->type == KEY_INT64) *(int64_t *)place(into, k) = json_int(v, 0);
    if (k->type == KEY_REAL) *(double *)place(into, k) = n;
    return true;
}

static bool read_text(const struct key *k, void *into, const struct json *v, const char *at, struct err *e)
{
    if (!keys_text(v, at, k->type, (size_t)k->most, e)) return false;
    const char *text = json_str(v, NULL);
    if (keys_blank(text) && k->required) return err_set(e, ERR_USAGE, "%s: found a blank text, expected words", at);
    if (keys_blank(text) && !k->check) text = k->otherwise_text;
    if (text && k->check && !k->check(text, at, e)) return false;
    char **to = place(into, k);
    free(*to);
    *to = mem_strdup_opt(text);
    return true;
}

static bool read_value(const struct key *k, void *into, const struct json *v, const char *at, struct err *e)
{
    switch (k->type) {
    case KEY_IGNORED:
        return json_kind(v) == JSON_KIND_STRING || keys_refuse(e, at, v, "a string");
    case KEY_LINE:
    case KEY_TEXT:
        return read_text(k, into, v, at, e);
    case KEY_INT:
    case KEY_INT64:
    case KEY_REAL:
        return read_number(k, into, v, at, e);
    case KEY_OWN:
        return k->read(into, v, at, e);
    }
    return false;
}

// The key whose path is prefix + name, or NULL. A dot in the name is a letter like others unless the table says so.
static const struct key *find_key(const struct walk *w, const char *name)
{
    size_t len = strlen(w->prefix);
    if (strchr(name, '.') && !w->t->dotted) return NULL;
    for (size_t i = 0; i < w->t->count; i++) {
        const char *path = w->t->keys[i].path;
        if (strncmp(path, w->prefix, len) == 0 && strcmp(path + len, name) == 0) return &w->t->keys[i];
    }
    return NULL;
}

static bool is_group(const struct walk *w, const char *name)
{
    size_t len = strlen(w->prefix), name_len = strlen(name);
    if (strchr(name, '.') && !w->t->dotted) return false;
    for (size_t i = 0; i < w->t->count; i++) {
        const char *path = w->t->keys[i].path;
        if (strncmp(path, w->prefix, len) != 0 || strncmp(path + len, name, name_len) != 0) continue;
        if (path[len + name_len] == '.') return true;
    }
    return false;
}

static void member_path(char out[KEY_PATH_SIZE], const struct walk *w, const char *name)
{
    char shown[NAME_SHOWN];
    bool plain = *name != '\0';
    for (const char *c = name; *c; c++)
        plain = plain && (isalnum((unsigned char)*c) || *c == '_' || *c == '$' || (*c == '.' && w->t->dotted));
    log_mask(shown, sizeof shown, name);
    (void)snprintf(out, KEY_PATH_SIZE, plain ? "%s.%s" : "%s[\"%s\"]", w->at, shown);
}

// The nearest name on this level, cut at its dot if it is a group.
static bool nearest_here(const struct walk *w, const char *name, char out[NAME_SHOWN])
{
    char names[KEYS_MAX][NAME_SHOWN];
    const char *list[KEYS_MAX];
    size_t count = 0, len = strlen(w->prefix);
    for (size_t i = 0; i < w->t->count; i++) {
        const char *path = w->t->keys[i].path;
        if (strncmp(path, w->prefix, len) != 0) continue;
        (void)snprintf(names[count], NAME_SHOWN, "%.*s", (int)strcspn(path + len, "."), path + len);
        list[count] = names[count];
        count++;
    }
    const char *near = typo_nearest(name, list, count);
    if (near) (void)snprintf(out, NAME_SHOWN, "%s", near);
    return near;
}

// A key of that very name in another place: "stall_s" may have been meant as "limits.stall_s".
static bool same_elsewhere(const struct walk *w, const char *name, char out[NAME_SHOWN])
{
    for (size_t i = 0; i < w->t->count; i++) {
        const char *path = w->t->keys[i].path, *dot = strrchr(path, '.');
        if (strcmp(dot ? dot + 1 : path, name) != 0) continue;
        (void)snprintf(out, NAME_SHOWN, "%s", path);
        return true;
    }
    return false;
}

static bool refuse_key(const struct walk *w, const char *name, const char *at)
{
    char meant[NAME_SHOWN];
    if (!same_elsewhere(w, name, meant) && !nearest_here(w, name, meant))
        return err_set(w->e, ERR_USAGE, "%s: unknown key", at);
    return err_set(w->e, ERR_USAGE, "%s: unknown key, did you mean \"%s\"?", at, meant);
}

static bool walk_object(const struct walk *outer, const struct json *object, const char *prefix, const char *at);

static bool read_key(const struct walk *w, const struct key *k, const struct json *v, const char *at)
{
    uint64_t bit = UINT64_C(1) << (k - w->t->keys);
    if (w->project && !k->project && k->type != KEY_IGNORED)
        return err_set(w->e, ERR_USAGE, "%s: only %s may set this", at, w->t->who_else);
    if (*w->seen & bit) return err_set(w->e, ERR_USAGE, "%s: given twice, once nested and once dotted", at);
    *w->seen |= bit;
    return read_value(k, w->into, v, at, w->e);
}

static bool walk_member(void *arg, const char *name, const struct json *v)
{
    struct walk *w = arg;
    char at[KEY_PATH_SIZE], prefix[KEY_PATH_SIZE];
    const struct key *k = find_key(w, name);
    member_path(at, w, name);
    if (k) {
        w->ok = read_key(w, k, v, at);
    } else if (is_group(w, name)) {
        (void)snprintf(prefix, sizeof prefix, "%s%s.", w->prefix, name);
        w->ok = walk_object(w, v, prefix, at);
    } else {
        w->ok = refuse_key(w, name, at);
    }
    return w->ok;
}

static bool walk_object(const struct walk *outer, const struct json *object, const char *prefix, const char *at)
{
    struct walk w = *outer;
    if (json_kind(object) != JSON_KIND_OBJECT) return keys_refuse(w.e, at, object, "an object");
    w.prefix = prefix;
    w.at = at;
    w.ok = true;
    json_each(object, walk_member, &w);
    return w.ok;
}

static bool all_required(const struct key_table *t, uint64_t seen, const char *at, struct err *e)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->keys[i].required && !(seen & UINT64_C(1) << i))
            return err_set(e, ERR_USAGE, "%s.%s: missing, and it is required", at, t->keys[i].path);
    return true;
}

bool keys_read_seen(const struct key_table *t, void *into, const struct json *object, const char *at, bool project,
                    uint64_t *seen, struct err *e)
{
    struct walk w = {.t = t, .into = into, .project = project, .seen = seen, .e = e};
    *seen = 0;
    return walk_object(&w, object, "", at) && all_required(t, *seen, at, e);
}

bool keys_read(const struct key_table *t, void *into, const struct json *object, const char *at, bool project,
               struct err *e)
{
    uint64_t seen;
    return keys_read_seen(t, into, object, at, project, &seen, e);
}
