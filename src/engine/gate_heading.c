// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Headings, rules and code fences at the head. Most models set a heading before a chapter's text, asked or not: a line
// that is marked as one, or that says "Chapter 3" in the book's language or in English, and is followed by another line.
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "engine/gate_rules.h"
#include "text/words.h"

enum { LINE_MOST = 240, TITLE_CHARACTERS = 60, TITLE_WORDS = 8 };

static bool is_wrapped(const char *s, size_t len, const char *mark)
{
    size_t n = strlen(mark);
    return len > 2 * n && memcmp(s, mark, n) == 0 && memcmp(s + len - n, mark, n) == 0;
}

// "***", "---", "* * *": at the head there is nothing that it could part.
static bool is_rule(const char *s, size_t len)
{
    size_t marks = 0;
    for (size_t i = 0; i < len; i++) {
        if (strchr("*-_=~# ", s[i]) == NULL) return false;
        if (s[i] != ' ') marks++;
    }
    return marks >= 3;
}

static bool says_chapter(const struct gate_in *in, const char *s, size_t len)
{
    const struct language *l = in->language ? in->language : language_get("en");
    return len > 0 && !sentence_ends(s, len) && gate_matches(l, LANGUAGE_HEADING, s, len);
}

// Where headings belong to the text, only one that repeats the chapter's own goes.
static bool is_heading(const struct gate_in *in, const char *s, size_t len)
{
    if (len == 0 || len > LINE_MOST) return false;
    if (says_chapter(in, s, len)) return true;
    return !in->markup && (s[0] == '#' || is_wrapped(s, len, "**") || is_wrapped(s, len, "__") || is_rule(s, len));
}

// A title on a line of its own under "Chapter 3": short, no sentence, no date, and set apart.
static size_t title_under(const struct gate_in *in, const char *s, size_t len)
{
    size_t lead = gate_blanks(s, len), whole = gate_line(s + lead, len - lead), line = gate_trim(s + lead, whole);
    const char *title = s + lead, *behind = title + whole;
    size_t gap = gate_blanks(behind, len - lead - whole);
    bool apart = gap > 1 && memchr(behind + 1, '\n', gap - 1) != NULL;
    if (in->markup || !apart || line == 0 || gate_first(title, line, TITLE_CHARACTERS) < line) return 0;
    if (memchr(title, '"', line) || sentence_ends(title, line) || strchr(",:;-", title[line - 1])) return 0;
    for (size_t i = 0; i < line; i++)
        if (title[i] >= '0' && title[i] <= '9') return 0;
    if (strncmp(title, "—", 3) == 0 || strncmp(title, "–", 3) == 0) return 0;
    return words_count(title, line) <= TITLE_WORDS ? lead + whole + 1 : 0;
}

// Whether the line is only "Chapter 3" or "第三章", without a title behind the number.
static bool has_no_title(const char *s, size_t len)
{
    static const char wide_blank[] = "　";
    bool one_word = !memchr(s, ' ', len) && !memmem(s, len, wide_blank, sizeof(wide_blank) - 1);
    return one_word || words_count(s, len) <= 2;
}

size_t gate_heading(const struct gate_in *in, const char *s, size_t len)
{
    size_t whole = gate_line(s, len), line = gate_trim(s, whole);
    if (whole == len || !is_heading(in, s, line)) return 0;
    size_t n = whole + 1;
    if (says_chapter(in, s, line) && has_no_title(s, line)) n += title_under(in, s + n, len - n);
    return n;
}

size_t gate_fence(const char *s, size_t len)
{
    static const char *const names[] = {"", "markdown", "md", "text", "txt", "plaintext", "story"};
    size_t whole = gate_line(s, len), line = gate_trim(s, whole);
    if (whole == len || line < 3 || strncmp(s, "```", 3) != 0) return 0;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strlen(names[i]) == line - 3 && strncasecmp(s + 3, names[i], line - 3) == 0) return whole + 1;
    return 0;
}
