// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Mending JSON that a model wrote. Nothing is understood here but strings, brackets and commas; whether the result is
// JSON is for the parser to say.
#include "model/plan_json.h"

#include "base/mem.h"

#include <string.h>

enum { CUT_DEPTH = 32 };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t skip_blanks(const char *s, size_t len, size_t at)
{
    while (at < len && is_blank(s[at])) at++;
    return at;
}

static bool starts_value(const char *s, size_t len, size_t at)
{
    static const char *const words[] = {"true", "false", "null", "True", "False", "None"};
    if (at >= len || strchr("\"'{[-}]0123456789", s[at])) return true;
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        size_t n = strlen(words[i]);
        if (len - at >= n && !memcmp(s + at, words[i], n) && (at + n == len || !is_letter(s[at + n]))) return true;
    }
    return false;
}

// Whether the quote at s[at] closes a string: what JSON has behind one follows, or a line feed and the next string
// (the comma between them was forgotten).
static bool closes(const char *s, size_t len, size_t at)
{
    size_t next = skip_blanks(s, len, at + 1);
    if (next == len || strchr(":}]", s[next])) return true;
    if (s[next] == ',') return starts_value(s, len, skip_blanks(s, len, next + 1));
    return s[next] == s[at] && memchr(s + at, '\n', next - at) != NULL;
}

size_t plan_mend_string_end(const char *s, size_t len, size_t at)
{
    for (size_t i = at + 1; i < len; i++) {
        if (s[i] == '\\')
            i++;
        else if (s[i] == s[at] && closes(s, len, i))
            return i;
    }
    return len;
}

// One escape, s[0] being the backslash. How many bytes it has.
static size_t add_escape(struct buf *out, const char *s, size_t len)
{
    if (len < 2 || s[1] == '\'') return 1;
    if (len >= 6 && !memcmp(s, "\\u0000", 6)) return 6; // no text holds it
    if (!strchr("\"\\/bfnrtu", s[1])) {
        buf_adds(out, "\\\\");
        return 1;
    }
    buf_add(out, s, 2);
    return 2;
}

static void add_string(struct buf *out, const char *s, size_t len)
{
    buf_addc(out, '"');
    for (size_t i = 0; i < len; i++) {
        if (s[i] == '\\') {
            i += add_escape(out, s + i, len - i) - 1;
        } else if ((unsigned char)s[i] < ' ') {
            buf_addc(out, ' ');
        } else {
            if (s[i] == '"') buf_addc(out, '\\');
            buf_addc(out, s[i]);
        }
    }
    buf_addc(out, '"');
}

// A word outside of strings; how many bytes it has.
static size_t add_word(struct buf *out, const char *s, size_t len, bool loose)
{
    static const char *const python[][2] = {{"None", "null"}, {"True", "true"}, {"False", "false"}};
    size_t n = 0;
    while (n < len && is_letter(s[n])) n++;
    for (size_t i = 0; loose && i < ARRAY_LEN(python); i++) {
        if (strlen(python[i][0]) != n || memcmp(python[i][0], s, n) != 0) continue;
        buf_adds(out, python[i][1]);
        return n;
    }
    buf_add(out, s, n);
    return n;
}

static bool is_quote(char c, bool loose)
{
    return c == '"' || (loose && c == '\'');
}

// Behind a value that ends at `at`: the comma that was forgotten.
static void add_comma(struct buf *out, const char *s, size_t len, size_t at, bool loose)
{
    at = skip_blanks(s, len, at);
    if (at < len && (s[at] == '{' || s[at] == '[' || is_quote(s[at], loose))) buf_addc(out, ',');
}

static bool is_last_comma(const char *s, size_t len, size_t at)
{
    if (s[at] != ',') return false;
    size_t next = skip_blanks(s, len, at + 1);
    return next < len && strchr(",}]", s[next]);
}

void plan_mend(struct buf *out, const char *s, size_t len, bool loose)
{
    for (size_t i = 0; i < len;) {
        if (is_quote(s[i], loose)) {
            size_t end = plan_mend_string_end(s, len, i);
            add_string(out, s + i + 1, end - i - 1);
            i = end < len ? end + 1 : len;
            add_comma(out, s, len, i, loose);
        } else if (is_letter(s[i])) {
            i += add_word(out, s + i, len - i, loose);
        } else if (is_last_comma(s, len, i)) {
            i++;
        } else {
            buf_addc(out, s[i++]);
            if (s[i - 1] == '}' || s[i - 1] == ']') add_comma(out, s, len, i, loose);
        }
    }
}

struct open_brackets {
    char closers[CUT_DEPTH];
    size_t depth;
    size_t safe, safe_depth; // what is whole: s[0..safe), and what is open behind it
};

static void note_safe(struct open_brackets *b, size_t at)
{
    b->safe = at;
    b->safe_depth = b->depth;
}

// False: too deep, or closed more than was open.
static bool note_bracket(struct open_brackets *b, char c, size_t at)
{
    if (c == '{' || c == '[') {
        if (b->depth == CUT_DEPTH) return false;
        b->closers[b->depth++] = c == '{' ? '}' : ']';
    } else {
        if (!b->depth || b->closers[b->depth - 1] != c) return false;
        b->depth--;
    }
    note_safe(b, at + 1);
    return true;
}

void plan_mend_cut(struct buf *out, const char *s, size_t len)
{
    struct open_brackets b = {.depth = 0};
    for (size_t i = 0; i < len; i++) {
        if (s[i] == '"') {
            i = plan_mend_string_end(s, len, i);
        } else if (s[i] == ',') {
            note_safe(&b, i);
        } else if (strchr("{}[]", s[i]) && s[i] && !note_bracket(&b, s[i], i)) {
            break;
        }
    }
    buf_add(out, s, b.safe);
    while (b.safe_depth) buf_addc(out, b.closers[--b.safe_depth]);
}
