// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// JSON of a bible or a recap becomes lines. A list becomes a line for each item; an object in the place of a list
// ({"Mara": "limps"}) a line for each member; a text in the place of a list a line for each of its own lines.
#include "model/plan_keys.h"

#include "base/mem.h"
#include "model/plan_json.h"
#include "model/plan_line.h"

#include <string.h>

struct key {
    const char *line;      // what the line begins with
    const char *names[8];  // in JSON
    bool list;             // a line for each item
    const char *separator; // between the parts of one line
};

static const struct key bible_keys[] = {
    {"TITLE", {"title", "booktitle"}, false, " "},
    {"LOGLINE", {"logline", "premise", "hook"}, false, " "},
    {"SETTING", {"setting", "world", "place"}, false, ", "},
    {"STYLE", {"style", "narration", "pointofview", "pov"}, false, " | "},
    {"RULE", {"rules", "rule", "worldrules"}, true, ", "},
    {"CAST", {"cast", "characters", "people"}, true, " | "},
    {"THREAD", {"threads", "thread", "plotthreads", "questions"}, true, ", "},
    {"ENDING", {"ending", "end", "resolution"}, false, ", "},
};
static const struct key recap_keys[] = {
    {"HAPPENED", {"happened", "summary", "events", "recap"}, false, " "},
    {"CHANGED", {"changed", "changes", "characters"}, true, ": "},
    {"OPEN", {"open", "opened", "openthreads"}, true, ", "},
    {"CLOSED", {"closed", "closedthreads"}, true, ", "},
    {"FACT", {"fact", "facts"}, true, ", "},
    {"DONE", {"done"}, true, ", "},
};

struct writer {
    struct buf *out;
    const struct key *keys;
    size_t count, found;
    const struct key *key; // of the list at hand
};

// The parts of a person in their order, then what else is there.
static void add_parts(struct buf *out, const struct json *v, const char *separator)
{
    static const char *const names[][4] = {{"name", "character", NULL},
                                           {"role", "job", NULL},
                                           {"want", "wants", "goal", NULL},
                                           {"fear", "fears", NULL},
                                           {"voice", "speech", NULL}};
    size_t start = out->len;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        size_t before = out->len;
        if (before > start) buf_adds(out, separator);
        if (!plan_json_add(out, plan_json_get(v, names[i]), ", ")) buf_cut(out, before);
    }
    if (out->len == start) plan_json_add(out, v, separator);
}

static void add_line(struct writer *w, const char *name, const struct json *v)
{
    size_t before = w->out->len;
    buf_addf(w->out, "%s: ", w->key->line);
    size_t start = w->out->len;
    bool parts = w->key->list && !strcmp(w->key->separator, " | ");
    if (*name) buf_addf(w->out, "%s%s", name, w->key->separator);
    size_t value = w->out->len;
    if (parts && json_kind(v) == JSON_KIND_OBJECT)
        add_parts(w->out, v, w->key->separator);
    else
        plan_json_add(w->out, v, w->key->separator);
    if (w->out->len == value) {
        buf_cut(w->out, before);
        return;
    }
    for (size_t i = start; i < w->out->len; i++) {
        if (w->out->data[i] == '\n') w->out->data[i] = ' ';
    }
    buf_addc(w->out, '\n');
    w->found++;
}

// A text with line feeds, where a list belongs.
static void add_text(struct writer *w, const char *text, size_t len)
{
    struct plan_lines l;
    int number;
    bool sign;
    plan_lines_init(&l, text, len, false);
    while (plan_lines_next(&l)) {
        struct plan_span s = l.line;
        if (l.bullet) plan_number(&s, &number, &sign);
        buf_addf(w->out, "%s: %.*s\n", w->key->line, (int)s.len, s.s);
        w->found++;
    }
    plan_lines_release(&l);
}

// "rule_1" and the like name nothing.
static bool is_name(const struct key *k, const char *key)
{
    return !strcmp(k->line, "CAST") || !strcmp(k->line, "CHANGED") ? strpbrk(key, "0123456789") == NULL : false;
}

static bool add_member(void *arg, const char *key, const struct json *v)
{
    struct writer *w = arg;
    add_line(w, is_name(w->key, key) ? key : "", v);
    return !w->out->full;
}

// {"name": "Mara", …} is one item, {"Mara": "limps"} one for each member.
static bool is_item(const struct json *object)
{
    static const char *const names[] = {"name", "character", "question", "rule", "fact", NULL};
    return plan_json_get(object, names) != NULL;
}

static void add_item(struct writer *w, const struct json *v)
{
    if (json_kind(v) == JSON_KIND_OBJECT && json_count(v) == 1 && !is_item(v))
        json_each(v, add_member, w);
    else
        add_line(w, "", v);
}

static void add_value(struct writer *w, const struct json *v)
{
    size_t len;
    const char *text = json_str(v, &len);
    if (text && w->key->list) {
        add_text(w, text, len);
    } else if (!w->key->list || (json_kind(v) == JSON_KIND_OBJECT && is_item(v))) {
        add_line(w, "", v);
    } else if (json_kind(v) == JSON_KIND_OBJECT) {
        json_each(v, add_member, w);
    } else {
        for (size_t i = 0; i < json_count(v) && !w->out->full; i++) add_item(w, json_at(v, i));
    }
}

static bool read_member(void *arg, const char *key, const struct json *v)
{
    struct writer *w = arg;
    for (size_t i = 0; i < w->count; i++) {
        for (const char *const *name = w->keys[i].names; *name; name++) {
            if (!plan_json_is_key(key, *name)) continue;
            w->key = &w->keys[i];
            add_value(w, v);
            return !w->out->full;
        }
    }
    return true;
}

static bool read_wrapped(void *arg, const char *key, const struct json *v)
{
    (void)key;
    if (json_kind(v) == JSON_KIND_OBJECT) json_each(v, read_member, arg);
    return true;
}

static bool take(void *arg, const struct json *object, bool sure)
{
    struct writer *w = arg;
    size_t before = w->found;
    (void)sure;
    json_each(object, read_member, w);
    if (w->found < before + 2) json_each(object, read_wrapped, w); // {"title": …, "bible": {…}}
    return w->found > before;
}

bool plan_keys_from_json(struct buf *out, const char *text, size_t len, bool bible)
{
    struct writer w = {.out = out,
                       .keys = bible ? bible_keys : recap_keys,
                       .count = bible ? ARRAY_LEN(bible_keys) : ARRAY_LEN(recap_keys)};
    const struct plan_json_want want = {.salvage = true, .take = take, .arg = &w};
    return plan_json_items(text, len, &want) > 0;
}
