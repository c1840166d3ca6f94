// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Undressing the lines of a planning answer.
#include "model/plan_line.h"

#include "base/mem.h"
#include "text/utf8.h"

#include <string.h>
#include <strings.h>

enum { PREFIX_BYTES = 12, LINES_MOST = 20000 };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool starts_with(struct plan_span s, const char *prefix)
{
    return s.len >= strlen(prefix) && !memcmp(s.s, prefix, strlen(prefix));
}

static struct plan_span skip(struct plan_span s, size_t n)
{
    return (struct plan_span){s.s + n, s.len - n};
}

struct plan_span plan_trim(struct plan_span s)
{
    while (s.len && is_blank(*s.s)) s = skip(s, 1);
    while (s.len && is_blank(s.s[s.len - 1])) s.len--;
    return s;
}

struct plan_span plan_unquote(struct plan_span s)
{
    static const struct {
        const char *open, *close;
    } quotes[] = {{"\"", "\""}, {"“", "”"}, {"„", "”"},   {"„", "“"},
                  {"«", "»"},   {"»", "«"}, {"「", "」"}, {"《", "》"}};
    for (size_t i = 0; i < ARRAY_LEN(quotes); i++) {
        size_t open = strlen(quotes[i].open), close = strlen(quotes[i].close);
        if (s.len <= open + close || !starts_with(s, quotes[i].open)) continue;
        if (memcmp(s.s + s.len - close, quotes[i].close, close) != 0) continue;
        return plan_trim((struct plan_span){s.s + open, s.len - open - close});
    }
    return s;
}

struct plan_span plan_shorten(struct plan_span s, size_t most)
{
    if (s.len <= most) return s;
    size_t len = most;
    while (len > most / 2 && !is_blank(s.s[len])) len--;
    if (len <= most / 2) len = utf8_whole(s.s, most);
    return plan_trim((struct plan_span){s.s, len});
}

bool plan_field(struct plan_span *s, struct plan_span *field)
{
    if (!s->s) return false;
    const char *bar = s->len ? memchr(s->s, '|', s->len) : NULL;
    size_t len = bar ? (size_t)(bar - s->s) : s->len;
    *field = plan_trim((struct plan_span){s->s, len});
    *s = bar ? skip(*s, len + 1) : (struct plan_span){NULL, 0};
    return true;
}

bool plan_number(struct plan_span *s, int *number, bool *sign)
{
    struct plan_span at = starts_with(*s, "#") ? skip(*s, 1) : *s;
    size_t digits = 0;
    *number = 0;
    for (; digits < at.len && digits < 5 && is_digit(at.s[digits]); digits++)
        *number = *number * 10 + (at.s[digits] - '0');
    if (!digits || digits > 4) return false;
    at = plan_trim(skip(at, digits));
    *sign = at.len && strchr(".):]-", *at.s);
    while (at.len && strchr(".):]-", *at.s)) at = skip(at, 1);
    *s = plan_trim(at);
    return true;
}

bool plan_word(struct plan_span s, const char *word)
{
    size_t len = strlen(word);
    return s.len >= len && !strncasecmp(s.s, word, len) && (s.len == len || !is_letter(s.s[len]));
}

bool plan_read_number(struct plan_span *s, int *number, bool *sign)
{
    struct plan_span at = *s;
    for (size_t i = 0; i < PREFIX_BYTES && at.len && !is_digit(*at.s) && *at.s != '|'; i++) at = skip(at, 1);
    if (!plan_number(&at, number, sign)) return false;
    if (starts_with(at, "章")) {
        at = plan_trim(skip(at, strlen("章")));
        *sign = true;
    }
    *s = at;
    return true;
}

int plan_number_shift(int first, int greatest, int from, int to)
{
    return first == 1 && greatest <= to - from + 1 ? from - 1 : 0;
}

bool plan_label(struct plan_span *s, const char *label)
{
    size_t len = strlen(label);
    if (s->len <= len || strncasecmp(s->s, label, len) != 0) return false;
    struct plan_span rest = plan_trim(skip(*s, len));
    size_t sign = starts_with(rest, "：") ? strlen("：") : starts_with(rest, ":") || starts_with(rest, "|");
    if (!sign) return false;
    *s = plan_trim(skip(rest, sign));
    return true;
}

bool plan_is_none(struct plan_span s)
{
    static const char *const nothing[] = {"none", "none.", "n/a", "-", "–", "—", "nothing", "nothing."};
    for (size_t i = 0; i < ARRAY_LEN(nothing); i++) {
        if (s.len == strlen(nothing[i]) && !strncasecmp(s.s, nothing[i], s.len)) return true;
    }
    return !s.len;
}

bool plan_is_member(struct plan_span s)
{
    while (s.len && strchr("{[ ", *s.s)) s = skip(s, 1);
    const char *end = s.len && *s.s == '"' ? memchr(s.s + 1, '"', s.len - 1) : NULL;
    if (!end) return false;
    struct plan_span rest = plan_trim(skip(s, (size_t)(end - s.s) + 1));
    return rest.len && *rest.s == ':';
}

char *plan_dup(struct plan_span s, size_t most)
{
    s = plan_shorten(plan_trim(s), most);
    return mem_strndup(s.s, s.len);
}

void plan_lines_init(struct plan_lines *l, const char *text, size_t len, bool cut)
{
    *l = (struct plan_lines){.rest = text, .len = len, .cut = cut};
    buf_init(&l->text, BUF_MAX_PIECE);
}

void plan_lines_release(struct plan_lines *l)
{
    buf_release(&l->text);
}

// Takes bullets, headings, quote marks and the pipe of a table row off the front.
static struct plan_span undress_head(struct plan_span s, bool *bullet)
{
    static const char *const marks[] = {"- ", "* ", "+ ", "•", "– ", "— ", "#", ">", "|", "["};
    *bullet = false;
    for (size_t i = 0; i < ARRAY_LEN(marks);) {
        if (!starts_with(s, marks[i])) {
            i++;
            continue;
        }
        *bullet = *bullet || i < 6;
        s = plan_trim(skip(s, strlen(marks[i])));
        i = 0;
    }
    struct plan_span numbered = s;
    int number;
    bool sign = false;
    if (plan_number(&numbered, &number, &sign) && sign) *bullet = true;
    return s;
}

// Takes what marks bold and code out of the line, wherever it stands.
static void add_plain(struct buf *out, struct plan_span s)
{
    while (s.len) {
        size_t n = starts_with(s, "**") || starts_with(s, "__") ? 2 : 1;
        if (n == 1 && *s.s != '`') buf_addc(out, *s.s);
        s = skip(s, n);
    }
}

static void undress(struct plan_lines *l, struct plan_span s)
{
    buf_clear(&l->text);
    if (starts_with(s, "```") || starts_with(s, "~~~")) return;
    add_plain(&l->text, s);
    l->line = undress_head(plan_trim((struct plan_span){l->text.data, l->text.len}), &l->bullet);
    while (l->line.len && strchr("|", l->line.s[l->line.len - 1])) {
        l->line.len--;
        l->line = plan_trim(l->line);
    }
}

bool plan_lines_next(struct plan_lines *l)
{
    while (l->len && l->seen < LINES_MOST) {
        const char *end = memchr(l->rest, '\n', l->len);
        if (!end && l->cut) return false;
        size_t len = end ? (size_t)(end - l->rest) : l->len;
        struct plan_span raw = plan_trim((struct plan_span){l->rest, len});
        l->rest += len + (end ? 1 : 0);
        l->len -= len + (end ? 1 : 0);
        if (!raw.len) continue;
        l->seen++;
        l->line = (struct plan_span){"", 0};
        undress(l, raw);
        if (l->line.len) return true;
    }
    return false;
}
