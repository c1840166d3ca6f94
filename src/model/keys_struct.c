// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A struct that a table of keys describes, apart from reading: its defaults, its release, and writing it as JSON.
#include "model/keys.h"

#include "base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { GROUP_NAME_SIZE = 48 };

static void *place(void *into, const struct key *k)
{
    return (char *)into + k->offset;
}

static const void *place_of(const void *from, const struct key *k)
{
    return (const char *)from + k->offset;
}

static bool is_text(const struct key *k)
{
    return k->type == KEY_LINE || k->type == KEY_TEXT;
}

void keys_init(const struct key_table *t, void *into)
{
    for (size_t i = 0; i < t->count; i++) {
        const struct key *k = &t->keys[i];
        if (is_text(k)) *(char **)place(into, k) = mem_strdup_opt(k->otherwise_text);
        if (k->type == KEY_INT) *(int *)place(into, k) = (int)k->otherwise;
        if (k->type == KEY_INT64) *(int64_t *)place(into, k) = (int64_t)k->otherwise;
        if (k->type == KEY_REAL) *(double *)place(into, k) = k->otherwise;
    }
}

void keys_release(const struct key_table *t, void *into)
{
    for (size_t i = 0; i < t->count; i++) {
        if (!is_text(&t->keys[i])) continue;
        char **text = place(into, &t->keys[i]);
        free(*text);
        *text = NULL;
    }
}

static bool is_given(const struct key *k, double n)
{
    return n >= k->least && n <= k->most && !(n >= k->otherwise && n <= k->otherwise);
}

static void write_text(const struct key *k, const char *text, struct json *object, const char *name)
{
    if (!text || (k->otherwise_text && strcmp(text, k->otherwise_text) == 0)) return;
    json_set_str(object, name, text);
}

static void write_whole(const struct key *k, int64_t n, struct json *object, const char *name)
{
    if (is_given(k, (double)n)) json_set_int(object, name, n);
}

static void write_value(const struct key *k, const void *from, struct json *object, const char *name)
{
    const void *p = place_of(from, k);
    switch (k->type) {
    case KEY_IGNORED:
        break;
    case KEY_LINE:
    case KEY_TEXT:
        write_text(k, *(char *const *)p, object, name);
        break;
    case KEY_INT:
        write_whole(k, *(const int *)p, object, name);
        break;
    case KEY_INT64:
        write_whole(k, *(const int64_t *)p, object, name);
        break;
    case KEY_REAL:
        if (is_given(k, *(const double *)p)) json_set_num(object, name, *(const double *)p);
        break;
    case KEY_OWN:
        if (k->write) k->write(from, object, name);
        break;
    }
}

// Keys of one group stand together in the table: `from` is the first, and the first behind it is returned.
static size_t write_group(const struct key_table *t, const void *from, struct json *object, size_t i)
{
    const char *path = t->keys[i].path;
    size_t len = strcspn(path, ".") + 1;
    struct json *group = json_new_object();
    size_t next = i;
    for (; next < t->count && strncmp(t->keys[next].path, path, len) == 0; next++)
        write_value(&t->keys[next], from, group, t->keys[next].path + len);
    if (json_count(group) == 0) {
        json_free(group);
        return next;
    }
    char name[GROUP_NAME_SIZE];
    (void)snprintf(name, sizeof name, "%.*s", (int)(len - 1), path);
    json_set(object, name, group);
    return next;
}

void keys_write(const struct key_table *t, const void *from, struct json *object)
{
    for (size_t i = 0; i < t->count;) {
        if (strchr(t->keys[i].path, '.')) {
            i = write_group(t, from, object, i);
            continue;
        }
        write_value(&t->keys[i], from, object, t->keys[i].path);
        i++;
    }
}
