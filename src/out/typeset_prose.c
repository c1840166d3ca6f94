// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Prose as Markdown that means nothing but prose, line by line:
//
//   "  - No, he said."  a dash that is no bullet      "\- No, he said."
//   "1984. A year."     a sentence, no list of 1984   "1984\. A year."
//   "* * *", "#", "⁂"   a scene break                 "***" with blank lines around: never the line under a heading
//
// What no sentence looks like stays what it is: "## The Letter" between blank lines; "> Dear Anna," behind one, and the
// lines under it that have the mark, too; and what stands between two fences of ```, if the second is not far.
#include "out/typeset.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "text/words.h"

// Ornaments, and how many of them make a break.
static const struct {
    const char *mark;
    int least;
} ornaments[] = {
    {"*", 3}, {"-", 3}, {"_", 3}, {"~", 3}, {"=", 3}, {"+", 3}, {"—", 3}, {"–", 3}, {"─", 3}, {"═", 3}, {"•", 3},
    {"·", 3}, {"#", 1}, {"⁂", 1}, {"⸻", 1}, {"※", 1}, {"❦", 1}, {"❧", 1}, {"❖", 1}, {"✦", 1}, {"✧", 1}, {"✻", 1},
    {"✽", 1}, {"∗", 3}, {"◆", 1}, {"◇", 1}, {"○", 3}, {"●", 3}, {"□", 3}, {"■", 3}, {"★", 1}, {"☆", 1}, {"§", 1},
};

// How often the mark stands in the line, with only blanks between; 0 if anything else does.
static int count_marks(const char *s, size_t len, const char *mark)
{
    size_t n = strlen(mark);
    int marks = 0;
    for (size_t i = 0; i < len;) {
        bool blank = s[i] == ' ' || s[i] == '\t', is_mark = len - i >= n && memcmp(s + i, mark, n) == 0;
        if (!blank && !is_mark) return 0;
        if (is_mark) marks++;
        i += is_mark ? n : 1;
    }
    return marks;
}

static bool is_scene_break(const char *s, size_t len)
{
    for (size_t i = 0; i < ARRAY_LEN(ornaments); i++) {
        int marks = count_marks(s, len, ornaments[i].mark);
        if (marks > 0) return marks >= ornaments[i].least;
    }
    return false;
}

static bool is_all(const char *s, size_t len, char c)
{
    while (len && s[len - 1] == c) len--;
    return len == 0;
}

static bool is_blank_at(const char *s, size_t len, size_t at)
{
    return at >= len || s[at] == ' ' || s[at] == '\t';
}

// "12." or "12)" before a blank: the offset of its mark, or 0.
static size_t number_mark(const char *s, size_t len)
{
    size_t n = 0;
    while (n < len && isdigit((unsigned char)s[n])) n++;
    bool mark = n > 0 && n < len && (s[n] == '.' || s[n] == ')') && is_blank_at(s, len, n + 1);
    return mark ? n : 0;
}

static bool begins_block(const char *s, size_t len)
{
    switch (*s) {
    case '#':
    case '>':
        return true;
    case '*':
    case '+':
        return is_blank_at(s, len, 1);
    case '-':
        return is_blank_at(s, len, 1) || is_all(s, len, '-');
    case '=':
        return is_all(s, len, '=');
    case '`':
    case '~':
        return len >= 3 && s[1] == *s && s[2] == *s;
    case '[': // of a link, or of a definition, which prints nothing
        return memmem(s, len, "](", 2) == NULL;
    default:
        return false;
    }
}

// ---- what stays Markdown ---------------------------------------------------------------------------------------------

struct sheet {
    struct buf *out;
    const char *s, *end;  // what is still to be read
    bool blank_before;    // the line before is blank, or there is none
    bool quoted;          // … or it is one of a quotation
    const char *code_end; // where the last line between two fences ends
};

// The line at `s`, without its newline.
static size_t line_len(const char *s, const char *end)
{
    const char *newline = s < end ? memchr(s, '\n', (size_t)(end - s)) : NULL;
    return (size_t)((newline ? newline : end) - s);
}

static bool is_blank_line(const char *s, size_t len)
{
    while (len && strchr(" \t\r", s[len - 1])) len--;
    return len == 0;
}

// "## The Letter", and not "# 5 is where he lives."
static bool is_heading(const struct sheet *h, const char *s, size_t len, const char *next)
{
    size_t marks = 0;
    while (marks < len && s[marks] == '#') marks++;
    if (!h->blank_before || marks < 1 || marks > 6 || marks == len || s[marks] != ' ') return false;
    return is_blank_line(next, line_len(next, h->end)) && !sentence_ends(s + marks, len - marks);
}

static bool is_quotation(const struct sheet *h, const char *s, size_t len)
{
    return len > 0 && *s == '>' && is_blank_at(s, len, 1) && (h->blank_before || h->quoted);
}

static bool is_fence(const char *s, size_t len)
{
    return len >= 3 && memcmp(s, "```", 3) == 0 && !memchr(s + 3, '`', len - 3);
}

// Behind the line that closes the fence before `s`; NULL if it is too far away to belong to it.
static const char *fence_end(const char *s, const char *end)
{
    enum { LINES_MOST = 60 };
    for (int i = 0; i < LINES_MOST && s < end; i++) {
        size_t len = line_len(s, end);
        if (is_fence(s, len) && is_blank_line(s + 3, len - 3)) return s + len;
        s += len + 1;
    }
    return NULL;
}

static bool begins_code(struct sheet *h, const char *s, size_t len, const char *next)
{
    h->code_end = h->blank_before && is_fence(s, len) && next < h->end ? fence_end(next, h->end) : NULL;
    return h->code_end != NULL;
}

// ---- line by line ----------------------------------------------------------------------------------------------------

static void add_prose(struct buf *out, const char *s, size_t len)
{
    size_t at = number_mark(s, len);
    buf_add(out, s, at);
    if (at || (len && begins_block(s, len))) buf_addc(out, '\\');
    buf_add(out, s + at, len - at);
    buf_addc(out, '\n');
}

static void add_verbatim(struct buf *out, const char *s, size_t len)
{
    buf_add(out, s, len);
    buf_addc(out, '\n');
}

static void add_line(struct sheet *h, const char *s, size_t len, const char *next)
{
    while (len && (*s == ' ' || *s == '\t')) s++, len--; // four would begin code
    bool quotation = is_quotation(h, s, len);
    if (h->quoted && !quotation) buf_addc(h->out, '\n'); // else it would go on without the mark
    if (is_scene_break(s, len))
        buf_adds(h->out, "\n***\n\n");
    else if (quotation || is_heading(h, s, len, next) || begins_code(h, s, len, next))
        add_verbatim(h->out, s, len);
    else
        add_prose(h->out, s, len);
    h->quoted = quotation;
    h->blank_before = is_blank_line(s, len);
}

static void read_line(struct sheet *h)
{
    const char *s = h->s;
    size_t len = line_len(s, h->end);
    h->s += len + 1;
    if (h->code_end && s < h->code_end)
        add_verbatim(h->out, s, len);
    else
        add_line(h, s, len, h->s < h->end ? h->s : h->end);
}

void typeset_prose(struct buf *out, const struct manuscript *m, const struct manuscript_chapter *c)
{
    struct sheet h = {.out = out, .s = c->text.data, .end = c->text.data + c->text.len, .blank_before = true};
    if (m->markup)
        buf_add(out, h.s, c->text.len);
    else
        while (h.s < h.end) read_line(&h);
}
