// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Changing one key in the text of a config file, so that its comments and its order stay. The text has been read as a
// document before, so that every bracket and quotation mark is known to have its other half; here only places are found:
//
//   {  // mine
//      "limits": { "stall_s": 60 },      "limits.stall_s": member, value, and the comma on one side
//      ▲ member    ▲ member   ▲▲ value
#include "model/config.h"

#include "document.h"

#include <string.h>

struct place {
    size_t member, value, end; // of the name's first mark, of the value, and behind it
    size_t comma_before;       // 0: it is the first member
    size_t next;               // the comma or bracket behind it
};

struct scan {
    const char *text;
    size_t len, at;
};

static void skip_space(struct scan *s)
{
    if (s->at == 0 && s->len >= 3 && memcmp(s->text, "\xEF\xBB\xBF", 3) == 0) s->at = 3;
    while (s->at < s->len) {
        if (strchr(" \t\r\n", s->text[s->at]) && s->text[s->at]) {
            s->at++;
        } else if (s->text[s->at] == '/') {
            const char *end = memchr(s->text + s->at, '\n', s->len - s->at);
            s->at = end ? (size_t)(end - s->text) : s->len;
        } else {
            break;
        }
    }
}

static void skip_string(struct scan *s)
{
    for (s->at++; s->at < s->len && s->text[s->at] != '"'; s->at++)
        if (s->text[s->at] == '\\') s->at++;
    s->at++;
}

static void skip_value(struct scan *s)
{
    int depth = 0;
    do {
        skip_space(s);
        if (s->at >= s->len) return;
        char c = s->text[s->at];
        if (c == '"') {
            skip_string(s);
            continue;
        }
        if (c == '{' || c == '[') depth++;
        if (c == '}' || c == ']') depth--;
        s->at++;
        if (depth == 0 && !strchr("}]", c))
            while (s->at < s->len && !strchr(" \t\r\n,}]/", s->text[s->at])) s->at++;
    } while (depth > 0);
}

static bool is_name(const struct scan *s, size_t from, size_t to, const char *name, size_t name_len)
{
    return to - from == name_len + 2 && memcmp(s->text + from + 1, name, name_len) == 0;
}

// `s` stands on the object's bracket. The key may be written as one name, or as groups within groups.
static bool find(struct scan *s, const char *key, struct place *p)
{
    size_t comma = 0;
    s->at++;
    for (;;) {
        skip_space(s);
        if (s->at >= s->len || s->text[s->at] == '}') return false;
        size_t member = s->at;
        skip_string(s);
        size_t name_end = s->at, group = strcspn(key, ".");
        skip_space(s);
        s->at++; // the colon
        skip_space(s);
        size_t value = s->at;
        if (key[group] == '.' && is_name(s, member, name_end, key, group)) {
            struct scan inner = *s;
            if (s->text[value] == '{' && find(&inner, key + group + 1, p)) return true;
        }
        skip_value(s);
        size_t end = s->at;
        skip_space(s);
        if (is_name(s, member, name_end, key, strlen(key))) {
            *p = (struct place){member, value, end, comma, s->at};
            return true;
        }
        if (s->at >= s->len || s->text[s->at] != ',') return false;
        comma = s->at++;
    }
}

static void replace(struct buf *out, const char *text, size_t len, size_t from, size_t to, const char *with)
{
    buf_add(out, text, from);
    buf_adds(out, with);
    buf_add(out, text + to, len - to);
}

// With one of its commas, and with the line if nothing else stands there.
static void take_out(struct buf *out, const char *text, size_t len, const struct place *p)
{
    size_t from = p->member, to = p->end;
    if (text[p->next] == ',')
        to = p->next + 1;
    else if (p->comma_before > 0)
        from = p->comma_before;
    size_t line = from, rest = to;
    while (line > 0 && strchr(" \t", text[line - 1])) line--;
    while (rest < len && strchr(" \t\r", text[rest])) rest++;
    bool whole_line = line > 0 && text[line - 1] == '\n' && rest < len && text[rest] == '\n';
    replace(out, text, len, whole_line ? line : from, whole_line ? rest + 1 : rest, "");
}

static void put_in(struct buf *out, const char *text, size_t len, size_t bracket, const char *key, const char *value)
{
    struct scan behind = {text, len, bracket + 1};
    skip_space(&behind);
    if (text[behind.at] == '}') {
        buf_add(out, text, bracket + 1);
        buf_addf(out, "\n  \"%s\": %s", key, value);
        if (behind.at == bracket + 1) buf_addc(out, '\n');
        buf_add(out, text + bracket + 1, len - bracket - 1);
        return;
    }
    buf_add(out, text, behind.at);
    buf_addf(out, "\"%s\": %s,\n  ", key, value);
    buf_add(out, text + behind.at, len - behind.at);
}

bool config_edit(struct buf *out, const char *text, size_t len, const char *key, const char *value, struct err *e)
{
    struct place p;
    struct scan s = {text, len, 0};
    skip_space(&s);
    if (s.at >= len) {
        buf_add(out, text, len);
        if (value) buf_addf(out, "{\n  \"%s\": %s\n}\n", key, value);
        return true;
    }
    struct json *v = document_read(text, len, e);
    bool is_object = json_kind(v) == JSON_KIND_OBJECT;
    json_free(v);
    if (!v) return false;
    if (!is_object) return err_set(e, ERR_USAGE, "found no JSON object");
    size_t bracket = s.at;
    bool found = find(&s, key, &p);
    if (found && value)
        replace(out, text, len, p.value, p.end, value);
    else if (found)
        take_out(out, text, len, &p);
    else if (value)
        put_in(out, text, len, bracket, key, value);
    else
        buf_add(out, text, len);
    return true;
}
