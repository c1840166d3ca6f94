// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The bible and the recap: lines of "KEY: value", of which the known ones are kept, in the answer's order.
//
// Weak models write a key once and bullets below it ("RULES:", "- one", "- two"); each bullet is then a line of that
// key. "none" is no value. JSON is turned into such lines first (model/plan_keys_json.c).
#include "model/plan.h"

#include "base/mem.h"
#include "model/plan_keys.h"
#include "model/plan_line.h"
#include "model/plan_talk.h"
#include "text/words.h"

#include <string.h>
#include <strings.h>

enum {
    BIBLE_LINES = 40,
    BIBLE_BYTES = 400,
    BIBLE_LEAST = 3,
    RECAP_LINES = 16,
    RECAP_BYTES = 500,
    PARAGRAPH_WORDS = 8, // fewer are talk around the answer
};

static const char *const bible_keys[] = {"TITLE", "LOGLINE", "SETTING", "STYLE", "RULE", "CAST", "THREAD", "ENDING"};
static const char *const recap_keys[] = {"HAPPENED", "CHANGED", "OPEN", "CLOSED", "FACT", "DONE"};

static struct plan_span behind(struct plan_span s, size_t n)
{
    return plan_trim((struct plan_span){s.s + n, s.len - n});
}

// The value if the line is "KEY: value", "KEY 2: value", "KEYS: value" or "KEY | value".
static bool value_of(struct plan_span line, const char *key, struct plan_span *value)
{
    size_t len = strlen(key);
    int number;
    bool sign = false;
    if (line.len < len || strncasecmp(line.s, key, len) != 0) return false;
    *value = behind(line, len);
    if (line.len > len && (line.s[len] | 0x20) == 's') *value = behind(line, len + 1);
    if (plan_number(value, &number, &sign) && sign) return true;
    if (value->len >= 3 && !memcmp(value->s, "：", 3)) {
        *value = behind(*value, 3);
        return true;
    }
    if (!value->len || (*value->s != ':' && *value->s != '|')) return false;
    *value = behind(*value, 1);
    return true;
}

static const char *find_key(const char *const *keys, size_t count, struct plan_span line, struct plan_span *value)
{
    for (size_t i = 0; i < count; i++) {
        if (value_of(line, keys[i], value)) return keys[i];
    }
    return NULL;
}

static void add_line(struct buf *out, const char *key, struct plan_span value, size_t most)
{
    value = plan_shorten(value, most - strlen(key) - 2);
    buf_addf(out, "%s: %.*s\n", key, (int)value.len, value.s);
}

struct lines_wanted {
    const char *const *keys;
    size_t count, lines, bytes;
};

// Appends the known lines; how many.
static size_t read_lines(struct buf *out, const struct lines_wanted *want, const char *text, size_t len, bool cut)
{
    struct plan_lines l;
    struct plan_span value;
    const char *list = NULL; // the key that the bullets below belong to
    size_t found = 0;
    plan_lines_init(&l, text, len, cut);
    while (found < want->lines && plan_lines_next(&l)) {
        const char *key = find_key(want->keys, want->count, l.line, &value);
        if (key) {
            list = value.len ? NULL : key;
        } else if (list && l.bullet) {
            int number;
            bool sign;
            key = list;
            value = l.line;
            plan_number(&value, &number, &sign);
        } else {
            continue;
        }
        if (plan_is_none(value)) continue;
        add_line(out, key, value, want->bytes);
        found++;
    }
    plan_lines_release(&l);
    return found;
}

// From JSON, if it has so many lines; `out` is empty before, and after if it has not.
static bool read_json(struct buf *out, const struct lines_wanted *want, size_t least, const char *text, size_t len)
{
    struct buf lines;
    size_t found = 0;
    buf_init(&lines, BUF_MAX_REPLY);
    if (plan_keys_from_json(&lines, text, len, want->keys == bible_keys))
        found = read_lines(out, want, lines.data, lines.len, false);
    if (found < least) buf_clear(out);
    buf_release(&lines);
    return found >= least;
}

bool plan_read_bible(struct buf *out, const char *text, size_t len, bool cut)
{
    static const struct lines_wanted want = {bible_keys, ARRAY_LEN(bible_keys), BIBLE_LINES, BIBLE_BYTES};
    struct buf lines;
    buf_init(&lines, BUF_MAX_PIECE);
    bool found =
        read_json(&lines, &want, BIBLE_LEAST, text, len) || read_lines(&lines, &want, text, len, cut) >= BIBLE_LEAST;
    if (found) buf_add(out, lines.data, lines.len);
    buf_release(&lines);
    return found;
}

char *plan_bible_field(const char *bible, const char *key)
{
    for (size_t len = strlen(key); *bible; bible += strcspn(bible, "\n"), bible += *bible == '\n') {
        if (strncmp(bible, key, len) != 0 || bible[len] != ':') continue;
        const char *value = bible + len + 1;
        struct plan_span span = plan_unquote(plan_trim((struct plan_span){value, strcspn(value, "\n")}));
        return mem_strndup(span.s, span.len);
    }
    return NULL;
}

// The first line that is no talk: eight words and no colon at its end.
static bool add_paragraph(struct buf *out, const char *text, size_t len, bool cut)
{
    struct plan_lines l;
    struct plan_span value;
    bool found = false;
    plan_lines_init(&l, text, len, cut);
    while (!found && !plan_is_refusal(text, len) && plan_lines_next(&l)) {
        if (find_key(recap_keys, ARRAY_LEN(recap_keys), l.line, &value) || l.line.s[l.line.len - 1] == ':' ||
            plan_is_member(l.line))
            continue;
        found = words_count(l.line.s, l.line.len) >= PARAGRAPH_WORDS;
        if (found) add_line(out, "HAPPENED", l.line, RECAP_BYTES);
    }
    plan_lines_release(&l);
    return found;
}

bool plan_read_recap(struct buf *out, const char *text, size_t len, bool cut)
{
    struct lines_wanted want = {recap_keys, ARRAY_LEN(recap_keys), RECAP_LINES, RECAP_BYTES};
    struct buf lines;
    buf_init(&lines, BUF_MAX_PIECE);
    if (!read_json(&lines, &want, 1, text, len)) read_lines(&lines, &want, text, len, cut);
    bool happened = strstr(lines.data, "HAPPENED: ") != NULL;
    if (!happened) {
        buf_clear(&lines);
        happened = add_paragraph(out, text, len, cut);
        want.lines--;
        read_lines(&lines, &want, text, len, cut);
    }
    if (happened) buf_add(out, lines.data, lines.len);
    buf_release(&lines);
    return happened;
}
