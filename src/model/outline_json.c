// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The outline as JSON: one document out and in for programs, and the message that carries an edit to the engine.
//
//   {"job", "title", "plan", "first", "words", "chapters_total", "bible", "acts": […],
//    "chapters": [{"number", "act", "state", "words", "title", "pov", "summary", …}, …]}
//
// Read back, "chapters" and "bible" are what counts; chapters before "first" may be left out. "plan" tells whether the
// plan has changed since the document was written.
#include "model/outline.h"

#include "base/mem.h"
#include "io/json.h"
#include "model/keys.h"
#include "model/outline_parts.h"
#include "text/typo.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_LARGEST INT64_C(1000000000)

// ---- written -------------------------------------------------------------------------------------------------------

static const char *state_name(enum outline_state s)
{
    return s == OUTLINE_DONE ? "done" : s == OUTLINE_BEGUN ? "being written" : "to come";
}

static void add_texts(struct json *object, const struct outline_chapter *c)
{
    for (int k = 0; k < OUTLINE_FIELDS; k++) json_set_str(object, outline_field_names[k], c->texts[k]);
}

static struct json *chapter_json(const struct outline_chapter *c)
{
    struct json *o = json_new_object();
    json_set_int(o, "number", c->from);
    if (c->act > 0) json_set_int(o, "act", c->act);
    json_set_str(o, "state", state_name(c->state));
    json_set_int(o, "words", c->words);
    add_texts(o, c);
    return o;
}

static struct json *acts_json(const struct outline *o)
{
    struct json *list = json_new_array();
    for (size_t i = 0; i < o->acts_count; i++) {
        const struct outline_act *a = &o->acts[i];
        struct json *item = json_new_object();
        json_set_int(item, "number", a->number);
        json_set_int(item, "from", a->from);
        json_set_int(item, "to", a->to);
        json_set_str(item, "start", a->start);
        json_set_str(item, "turn", a->turn);
        json_set_str(item, "open", a->open);
        json_push(list, item);
    }
    return list;
}

struct json *outline_json(const struct outline *o)
{
    char hash[HASH_TEXT_SIZE];
    struct json *root = json_new_object(), *chapters = json_new_array();
    outline_hash(o, o->first, (int)o->count, hash);
    for (size_t i = 0; i < o->count; i++) json_push(chapters, chapter_json(&o->chapters[i]));
    json_set_int(root, "job", o->job);
    json_set_str(root, "title", o->title);
    json_set_str(root, "plan", hash);
    json_set_int(root, "first", o->first);
    json_set_int(root, "words", o->words_target);
    json_set_int(root, "chapters_total", o->chapters_total);
    json_set_str(root, "bible", o->bible ? o->bible : "");
    json_set(root, "acts", acts_json(o));
    json_set(root, "chapters", chapters);
    return root;
}

// ---- read ----------------------------------------------------------------------------------------------------------

struct reader {
    struct outline *edit;
    const struct outline *now;
    struct outline_faults *f;
    struct outline_chapter *c; // at hand
    int place;
};

static void refuse(struct reader *r, const char *name, const struct json *v, const char *expected)
{
    char found[KEY_FOUND_SIZE];
    outline_fault_add(r->f, r->place, "%s: found %s, expected %s", name, keys_found(found, v), expected);
}

static void refuse_key(struct reader *r, const char *name, const char *const *names, size_t count)
{
    const char *near = typo_nearest(name, names, count);
    outline_fault_add(r->f, r->place, "unknown key \"%.60s\"%s%s%s", name, near ? ", did you mean \"" : "",
                      near ? near : "", near ? "\"?" : "");
}

static bool is_whole(const struct json *v, int64_t least, int64_t most)
{
    double n = json_num(v, NAN);
    return n >= (double)least && n <= (double)most && n <= floor(n);
}

static void read_whole(struct reader *r, const char *name, const struct json *v, int64_t *out)
{
    if (is_whole(v, 0, WORDS_LARGEST))
        *out = json_int(v, 0);
    else
        refuse(r, name, v, "a whole number");
}

static void read_text(struct reader *r, enum outline_field field, const struct json *v)
{
    struct err e = ERR_INIT;
    const char *name = outline_field_names[field];
    enum key_type type = field == OUTLINE_SUMMARY ? KEY_TEXT : KEY_LINE;
    if (keys_text(v, name, type, BUF_MAX_PIECE, &e))
        outline_set(r->c, field, json_str(v, NULL), strlen(json_str(v, NULL)));
    else
        outline_fault_add(r->f, r->place, "%s", e.text);
}

// They go behind the summary, as the plan keeps them.
static void read_beats(struct reader *r, const struct json *v)
{
    struct buf all;
    buf_init(&all, BUF_MAX_PIECE);
    if (json_kind(v) != JSON_KIND_ARRAY) refuse(r, "beats", v, "a list of texts");
    buf_adds(&all, r->c->texts[OUTLINE_SUMMARY]);
    for (size_t i = 0; i < json_count(v) && json_kind(v) == JSON_KIND_ARRAY; i++) {
        const char *beat = json_str(json_at(v, i), NULL);
        if (!beat)
            refuse(r, "beats", json_at(v, i), "a text");
        else
            buf_addf(&all, "%s%s", all.len > 0 ? "; " : "", beat);
    }
    outline_set(r->c, OUTLINE_SUMMARY, all.data, all.len);
    buf_release(&all);
}

static const char *const chapter_keys[] = {"number",  "act",   "state",   "words", "title",  "pov",
                                           "summary", "beats", "purpose", "opens", "closes", "ends_on"};

static bool take_chapter_key(void *arg, const char *name, const struct json *v)
{
    struct reader *r = arg;
    int64_t n = 0;
    for (int k = 0; k < OUTLINE_FIELDS; k++)
        if (strcmp(name, outline_field_names[k]) == 0) {
            read_text(r, (enum outline_field)k, v);
            return true;
        }
    if (strcmp(name, "number") == 0 || strcmp(name, "act") == 0 || strcmp(name, "words") == 0) {
        read_whole(r, name, v, &n);
        if (*name == 'n') r->c->from = (int)n;
        if (*name == 'a') r->c->act = (int)n;
        if (*name == 'w') r->c->words = n;
    } else if (strcmp(name, "state") != 0 && strcmp(name, "beats") != 0)
        refuse_key(r, name, chapter_keys, ARRAY_LEN(chapter_keys));
    return true;
}

static void drop_last(struct outline *edit)
{
    struct outline_chapter *c = &edit->chapters[--edit->count];
    for (int k = 0; k < OUTLINE_FIELDS; k++) free(c->texts[k]);
}

// Chapters that have begun may stand in the list, as they are.
static void check_begun(struct reader *r)
{
    const struct outline_chapter *was = outline_find(r->now, r->c->from);
    if (r->c->from == 0 || r->c->from >= r->now->first || !was) return;
    if (!outline_same_texts(r->c, was))
        outline_fault_add(r->f, r->place, "chapter %d has begun and cannot be changed any more", r->c->from);
    drop_last(r->edit);
}

static void read_chapter(struct reader *r, const struct json *v)
{
    const struct json *number = json_get(v, "number");
    if (json_kind(v) != JSON_KIND_OBJECT) {
        outline_fault_add(r->f, r->place, "found %s, expected an object", json_kind_name(json_kind(v)));
        return;
    }
    r->c = outline_add(r->edit);
    r->c->place = r->place;
    // What is not said of a chapter that is there stays as it is.
    const struct outline_chapter *was =
        is_whole(number, 1, WORDS_LARGEST) ? outline_find(r->now, (int)json_int(number, 0)) : NULL;
    for (int k = 0; was && k < OUTLINE_FIELDS; k++)
        outline_set(r->c, (enum outline_field)k, was->texts[k], strlen(was->texts[k]));
    json_each(v, take_chapter_key, r);
    if (json_get(v, "beats")) read_beats(r, json_get(v, "beats"));
    check_begun(r);
}

static void read_chapters(struct reader *r, const struct json *list)
{
    if (json_kind(list) != JSON_KIND_ARRAY) {
        refuse(r, "$.chapters", list, "a list of chapters");
        return;
    }
    for (size_t i = 0; i < json_count(list); i++) {
        r->place = -(int)i - 1;
        read_chapter(r, json_at(list, i));
    }
    r->place = 0;
}

static void read_bible(struct reader *r, const struct json *v)
{
    const char *text = json_str(v, NULL);
    if (!v) return;
    if (!text) {
        refuse(r, "$.bible", v, "a text of lines such as \"CAST: …\"");
        return;
    }
    if (strcmp(text, r->now->bible ? r->now->bible : "") == 0) return;
    for (const char *at = text; *at; at += strspn(at, "\n")) {
        size_t len = strcspn(at, "\n");
        outline_bible_line(at, len, 0, r->f);
        at += len;
    }
    r->edit->bible = mem_strdup(text);
}

static bool take_root_key(void *arg, const char *name, const struct json *v)
{
    static const char *const names[] = {"job",   "title", "plan",    "first", "words", "chapters_total",
                                        "bible", "acts",  "chapters"};
    (void)v;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strcmp(name, names[i]) == 0) return true;
    refuse_key(arg, name, names, ARRAY_LEN(names));
    return true;
}

// What is only shown must not be taken for something that was changed.
static void check_shown(struct reader *r, const struct json *root)
{
    char hash[HASH_TEXT_SIZE];
    const char *plan = json_str(json_get(root, "plan"), NULL);
    struct json *acts = acts_json(r->now);
    struct buf is, was;
    buf_init(&is, BUF_MAX_PROMPT);
    buf_init(&was, BUF_MAX_PROMPT);
    outline_hash(r->now, r->now->first, (int)r->now->count, hash);
    if (plan && strcmp(plan, hash) != 0)
        outline_fault_add(r->f, 0, "$.plan: the plan has changed since this was written; write it anew");
    if (json_get(root, "acts")) (void)json_write(json_get(root, "acts"), &is, 0);
    (void)json_write(acts, &was, 0);
    if (is.len > 0 && strcmp(is.data, was.data) != 0)
        outline_fault_add(r->f, 0,
                          "$.acts: found other acts, expected those that stand: only chapters can be changed");
    buf_release(&is);
    buf_release(&was);
    json_free(acts);
}

bool outline_json_read(struct outline *edit, const struct outline *now, const char *text, size_t len,
                       struct outline_faults *f)
{
    struct err e = ERR_INIT;
    struct reader r = {.edit = edit, .now = now, .f = f};
    outline_init(edit);
    struct json *root = json_read(text, len, &e);
    if (!root)
        outline_fault_add(f, 0, "%s", e.text);
    else if (json_kind(root) != JSON_KIND_OBJECT)
        refuse(&r, "$", root, "an object");
    else {
        json_each(root, take_root_key, &r);
        check_shown(&r, root);
        read_bible(&r, json_get(root, "bible"));
        read_chapters(&r, json_get(root, "chapters"));
    }
    json_free(root);
    if (f->count > 0 || !outline_check(edit, now, f)) return false;
    outline_weigh(edit, now);
    return true;
}

// ---- the message ---------------------------------------------------------------------------------------------------

struct json *outline_message(const struct outline *edit, const struct outline *now)
{
    char hash[HASH_TEXT_SIZE];
    struct json *root = json_new_object(), *chapters = json_new_array();
    outline_hash(now, now->first, (int)now->count, hash);
    for (size_t i = 0; i < edit->count; i++) {
        const struct outline_chapter *c = &edit->chapters[i];
        struct json *item = json_new_object();
        json_set_int(item, "from", c->from);
        json_set_int(item, "act", c->act);
        json_set_num(item, "weight", c->weight);
        add_texts(item, c);
        json_push(chapters, item);
    }
    json_set_int(root, "first", now->first);
    json_set_int(root, "last", (int64_t)now->count);
    json_set_str(root, "plan", hash);
    if (edit->bible) json_set_str(root, "bible", edit->bible);
    json_set(root, "chapters", chapters);
    return root;
}

static bool read_item(struct outline *edit, const struct json *item, struct err *e)
{
    struct outline_chapter *c = outline_add(edit);
    c->place = -(int)edit->count;
    c->from = (int)json_int(json_get(item, "from"), 0);
    c->act = (int)json_int(json_get(item, "act"), 0);
    c->weight = json_num(json_get(item, "weight"), 0);
    for (int k = 0; k < OUTLINE_FIELDS; k++) {
        const char *text = json_str(json_get(item, outline_field_names[k]), NULL);
        if (text) outline_set(c, (enum outline_field)k, text, strlen(text));
    }
    return (c->weight > 0 && c->weight < 1e6) ||
           err_set(e, ERR_USAGE, "the message's chapter %zu has no weight", edit->count);
}

bool outline_wish_read(struct outline_wish *w, const struct json *message, struct err *e)
{
    const struct json *list = json_get(message, "chapters");
    const char *hash = json_str(json_get(message, "plan"), NULL), *bible = json_str(json_get(message, "bible"), NULL);
    *w = (struct outline_wish){.first = (int)json_int(json_get(message, "first"), 0),
                               .last = (int)json_int(json_get(message, "last"), -1)};
    outline_init(&w->edit);
    if (w->first < 1 || w->last < w->first - 1 || !hash || json_kind(list) != JSON_KIND_ARRAY)
        return err_set(e, ERR_USAGE, "the message holds no outline");
    (void)snprintf(w->hash, sizeof(w->hash), "%.16s", hash);
    w->edit.bible = mem_strdup_opt(bible);
    for (size_t i = 0; i < json_count(list); i++)
        if (!read_item(&w->edit, json_at(list, i), e)) return false;
    return true;
}

void outline_wish_release(struct outline_wish *w)
{
    outline_release(&w->edit);
}
