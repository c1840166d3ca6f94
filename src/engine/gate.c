// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The gate's rules, in the order in which they are applied. A rule that trims moves `skip` or `end`; a rule that
// refuses sets `rule`.
#include "engine/gate.h"

#include <ctype.h>
#include <string.h>

#include "text/join.h"
#include "text/words.h"

static size_t blanks(const char *s, size_t len)
{
    size_t n = 0;
    while (n < len && isspace((unsigned char)s[n])) n++;
    return n;
}

static bool holds_newline(const char *s, size_t len)
{
    return memchr(s, '\n', len) != NULL;
}

// Most models set a heading before a chapter's text, asked or not: a first line that is marked as one, or that only
// says "Chapter 3", and is followed by another line.
static bool is_heading(const char *line, size_t len)
{
    if (len == 0 || len > 160) return false;
    if (line[0] == '#') return true;
    if (len > 4 && strncmp(line, "**", 2) == 0 && strncmp(line + len - 2, "**", 2) == 0) return true;
    static const char chapter[] = "Chapter ";
    return len < 80 && strncmp(line, chapter, sizeof(chapter) - 1) == 0 && isdigit((unsigned char)line[8]) &&
           !sentence_ends(line, len);
}

static size_t heading(const char *s, size_t len)
{
    const char *newline = memchr(s, '\n', len);
    if (!newline) return 0;
    size_t line = (size_t)(newline - s);
    while (line > 0 && isspace((unsigned char)s[line - 1])) line--;
    return is_heading(s, line) ? (size_t)(newline - s) + 1 : 0;
}

// White space, headings and a restated tail go from the head.
static void trim_head(const struct gate_in *in, struct gate_out *out)
{
    size_t lead = blanks(in->text, in->len), at = lead, n;
    while ((n = heading(in->text + at, in->len - at)) > 0) {
        at += n;
        at += blanks(in->text + at, in->len - at);
        out->trimmed = "heading";
    }
    bool newline = holds_newline(in->text, at);
    size_t overlap = join_overlap(in->before, in->before_len, in->text + at, in->len - at);
    if (overlap > 0) {
        at += overlap;
        size_t gap = blanks(in->text + at, in->len - at);
        newline = holds_newline(in->text + at, gap);
        lead = gap;
        at += gap;
        out->trimmed = "restated";
    }
    out->skip = at;
    if (in->before_len == 0)
        out->glue = "";
    else if (newline || lead == 0)
        out->glue = "\n\n";
    else
        out->glue = " ";
}

// White space and half a sentence go from the end.
static void trim_end(const struct gate_in *in, struct gate_out *out)
{
    size_t end = in->len;
    while (end > out->skip && isspace((unsigned char)in->text[end - 1])) end--;
    if (end > out->skip && (in->cut || !sentence_ends(in->text + out->skip, end - out->skip))) {
        size_t whole = sentence_whole(in->text + out->skip, end - out->skip);
        if (out->skip + whole < end) out->trimmed = "cut_sentence";
        end = out->skip + whole;
    }
    out->end = end;
}

// The book may not run far over the words asked for: an answer is cut at the last paragraph, else the last sentence,
// within what it may bring (and a little, because a sentence is not divided).
static void trim_length(const struct gate_in *in, struct gate_out *out)
{
    int slack = in->most_words / 50 + 15;
    if (in->most_words == 0 || out->words <= in->most_words + slack) return;
    const char *prose = in->text + out->skip;
    size_t most = words_head(prose, out->end - out->skip, (size_t)in->most_words + (size_t)slack);
    size_t keep = paragraph_whole(prose, most);
    if (words_count(prose, keep) + (size_t)slack < (size_t)in->most_words) keep = sentence_whole(prose, most);
    if (keep == 0) return;
    out->end = out->skip + keep;
    out->words = (int)words_count(prose, keep);
    out->trimmed = "over_length";
}

void gate_chunk(const struct gate_in *in, struct gate_out *out)
{
    memset(out, 0, sizeof(*out));
    trim_head(in, out);
    trim_end(in, out);
    out->words = (int)words_count(in->text + out->skip, out->end - out->skip);
    trim_length(in, out);
    if (out->words == 0)
        out->rule = in->len == 0 ? "empty" : "no_sentence";
    else if (out->words * 20 < in->need_words)
        out->rule = "too_short";
}
