// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Finding the objects of a planning answer, and reading what is in them.
//
//   Sure! {"title": "The Weir", "chapters": [{"number": 1, …}, {"number": 2, …}, {"numb
//         ▲ first bracket that JSON follows  ◀── an item ──▶  ◀── an item ──▶  ▲ cut: no item
//                                        ▲ a list with a wanted key
#include "model/plan_json.h"

#include "base/mem.h"
#include "model/plan_line.h"

#include <inttypes.h>
#include <string.h>

enum {
    NUMBER_MOST = 9999,
    ITEMS_MOST = 4096,      // objects that are looked at in one pass
    MEND_BYTES = 64 * 1024, // a broken object beyond this is no item
    LEVELS = 3,             // wrappers around the items
};

// ---- the scanner ------------------------------------------------------------------------------------------------

struct scan {
    const char *s;
    size_t len, at;
    const char *list; // the key of the list that holds the items; NULL: they are the objects at `level` braces
    bool or_object;   // the list may be an object: {"chapters": {"1": {…}}}
    size_t level;
    bool loose;              // strings may stand in single quotes
    size_t depth, braces;    // open now
    size_t list_depth;       // of the wanted list that is open, 0: none
    size_t item, item_depth; // the item that is open, item_depth 0: none
    struct plan_span key;    // the key that was read last, if its value comes next
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// The first bracket that is no talk: a string, another bracket or its end follows it.
static size_t find_start(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (s[i] != '{' && s[i] != '[') continue;
        size_t next = i + 1;
        while (next < len && is_blank(s[next])) next++;
        if (next < len && strchr("\"'{[", s[next]) && s[next]) return i;
        i = next - 1;
    }
    return len;
}

static bool is_same_key(struct plan_span key, const char *name)
{
    for (size_t i = 0; i < key.len; i++) {
        char c = key.s[i];
        if (is_blank(c) || c == '_' || c == '-') continue;
        if (c >= 'A' && c <= 'Z') c = (char)(c | 0x20);
        if (c != *name++) return false;
    }
    return !*name;
}

bool plan_json_is_key(const char *key, const char *name)
{
    return is_same_key((struct plan_span){key, strlen(key)}, name);
}

static bool is_wanted(const struct scan *c, char bracket)
{
    return c->key.len && (bracket == '[' || c->or_object) && is_same_key(c->key, c->list);
}

static void scan_string(struct scan *c)
{
    size_t end = plan_mend_string_end(c->s, c->len, c->at), next = end + 1;
    c->key = (struct plan_span){c->s + c->at + 1, end > c->at ? end - c->at - 1 : 0};
    while (next < c->len && is_blank(c->s[next])) next++;
    bool is_key = next < c->len && c->s[next] == ':';
    if (!is_key) c->key.len = 0;
    c->at = is_key ? next + 1 : end < c->len ? end + 1 : c->len;
}

static void scan_open(struct scan *c, char bracket)
{
    c->depth++;
    if (bracket == '{') c->braces++;
    bool in_place = c->list ? c->list_depth && c->depth == c->list_depth + 1 : c->braces == c->level;
    if (!c->item_depth && bracket == '{' && in_place) {
        c->item = c->at;
        c->item_depth = c->depth;
    }
    if (c->list && !c->list_depth && is_wanted(c, bracket)) c->list_depth = c->depth;
    c->at++;
    c->key.len = 0;
}

// True: the item that was open is whole.
static bool scan_close(struct scan *c, char bracket)
{
    bool whole = c->depth && c->depth == c->item_depth;
    if (whole) c->item_depth = 0;
    if (c->depth == c->list_depth) c->list_depth = 0;
    if (c->depth) c->depth--;
    if (bracket == '}' && c->braces) c->braces--;
    c->at++;
    c->key.len = 0;
    return whole;
}

// The next whole item. At the end of the text: false, and what is left of an item that is open.
static bool scan_next(struct scan *c, struct plan_span *item)
{
    bool whole = false;
    while (c->at < c->len && !whole) {
        char byte = c->s[c->at];
        if ((byte == '"' || (byte == '\'' && c->loose)) && c->depth) {
            scan_string(c);
        } else if (byte == '{' || byte == '[') {
            scan_open(c, byte);
        } else if (byte == '}' || byte == ']') {
            whole = scan_close(c, byte);
        } else {
            if (!is_blank(byte)) c->key.len = 0;
            c->at++;
        }
    }
    *item = whole || c->item_depth ? (struct plan_span){c->s + c->item, c->at - c->item} : (struct plan_span){"", 0};
    return whole;
}

// ---- items ------------------------------------------------------------------------------------------------------

static struct json *parse(const char *s, size_t len)
{
    struct err e = ERR_INIT;
    struct json *v = json_read(s, len, &e);
    if (json_kind(v) == JSON_KIND_OBJECT) return v;
    json_free(v);
    return NULL;
}

static struct json *parse_mended(struct plan_span s)
{
    struct json *v = NULL;
    struct buf mended;
    buf_init(&mended, (size_t)3 * MEND_BYTES);
    for (int loose = 0; loose < 2 && !v; loose++) {
        buf_clear(&mended);
        plan_mend(&mended, s.s, s.len, loose);
        v = parse(mended.data, mended.len);
    }
    buf_release(&mended);
    return v;
}

static bool give(const struct plan_json_want *want, struct plan_span s, bool sure)
{
    struct json *v = parse(s.s, s.len);
    if (!v && s.len <= MEND_BYTES) v = parse_mended(s);
    bool taken = v && want->take(want->arg, v, sure);
    json_free(v);
    return taken;
}

static bool give_cut(const struct plan_json_want *want, struct plan_span s, bool sure)
{
    struct buf closed;
    buf_init(&closed, BUF_MAX_REPLY);
    plan_mend_cut(&closed, s.s, s.len);
    bool taken = give(want, (struct plan_span){closed.data, closed.len}, sure);
    buf_release(&closed);
    return taken;
}

static size_t run(const struct plan_json_want *want, struct scan c, bool sure)
{
    struct plan_span item;
    size_t taken = 0, seen = 0;
    for (; seen < ITEMS_MOST && scan_next(&c, &item); seen++) taken += give(want, item, sure);
    if (want->salvage && seen < ITEMS_MOST && item.len) taken += give_cut(want, item, sure);
    return taken;
}

static size_t run_all(const struct plan_json_want *want, struct scan c)
{
    size_t taken = 0;
    for (size_t i = 0; want->lists && want->lists[i] && !taken; i++) {
        c.list = want->lists[i];
        c.or_object = i == 0;
        taken = run(want, c, true);
    }
    c.list = NULL;
    for (int sure = 0; sure < 2; sure++) {
        for (c.level = 1; c.level <= LEVELS && !taken; c.level++) taken = run(want, c, sure);
    }
    return taken;
}

size_t plan_json_items(const char *text, size_t len, const struct plan_json_want *want)
{
    size_t start = find_start(text, len);
    struct scan c = {.s = text, .len = len, .at = start};
    if (start == len) return 0;
    size_t taken = run_all(want, c);
    c.loose = true;
    if (!taken && memchr(text + start, '\'', len - start)) taken = run_all(want, c);
    return taken;
}

// ---- values -----------------------------------------------------------------------------------------------------

struct lookup {
    const char *name;
    const struct json *found;
};

static bool look(void *arg, const char *key, const struct json *v)
{
    struct lookup *l = arg;
    if (plan_json_is_key(key, l->name)) l->found = v;
    return !l->found;
}

const struct json *plan_json_get(const struct json *object, const char *const *names)
{
    struct lookup l = {.found = NULL};
    if (json_kind(object) != JSON_KIND_OBJECT) return NULL;
    for (; *names && !l.found; names++) {
        l.name = *names;
        json_each(object, look, &l);
        if (json_kind(l.found) == JSON_KIND_NULL) l.found = NULL;
    }
    return l.found;
}

static void add_folded(struct buf *out, const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        bool blank = is_blank(s[i]);
        if (blank && (!out->len || out->data[out->len - 1] == ' ')) continue;
        buf_addc(out, blank ? ' ' : s[i]);
    }
}

// A text or a number.
static bool add_scalar(struct buf *out, const struct json *v)
{
    size_t len, before = out->len;
    const char *s = json_str(v, &len);
    if (s) {
        struct plan_span text = plan_trim((struct plan_span){s, len});
        add_folded(out, text.s, text.len);
    } else if (json_kind(v) == JSON_KIND_INT) {
        buf_addf(out, "%" PRId64, json_int(v, 0));
    } else if (json_kind(v) == JSON_KIND_REAL) {
        buf_addf(out, "%g", json_num(v, 0));
    }
    return out->len > before;
}

struct joining {
    struct buf *out;
    const char *separator;
    bool (*add)(struct buf *out, const struct json *v);
    bool some;
};

static bool join_member(void *arg, const char *key, const struct json *v)
{
    struct joining *j = arg;
    size_t before = j->out->len;
    (void)key;
    if (j->some) buf_adds(j->out, j->separator);
    if (j->add(j->out, v))
        j->some = true;
    else
        buf_cut(j->out, before);
    return !j->out->full;
}

static bool join(struct joining *j, const struct json *list)
{
    if (json_kind(list) == JSON_KIND_OBJECT) json_each(list, join_member, j);
    size_t count = json_kind(list) == JSON_KIND_ARRAY ? json_count(list) : 0;
    for (size_t i = 0; i < count && join_member(j, "", json_at(list, i)); i++) {
    }
    return j->some;
}

static bool add_flat(struct buf *out, const struct json *v)
{
    struct joining j = {.out = out, .separator = ", ", .add = add_scalar};
    return add_scalar(out, v) || join(&j, v);
}

bool plan_json_add(struct buf *out, const struct json *v, const char *separator)
{
    struct joining j = {.out = out, .separator = separator, .add = add_flat};
    return add_scalar(out, v) || join(&j, v);
}

bool plan_json_number(const struct json *v, int *out)
{
    size_t len;
    bool sign;
    const char *s = json_str(v, &len);
    int64_t n = json_int(v, 0);
    if (!s) {
        *out = n > 0 && n <= NUMBER_MOST ? (int)n : 0;
        return *out > 0;
    }
    struct plan_span text = {s, len};
    return plan_read_number(&text, out, &sign);
}
