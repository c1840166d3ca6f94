// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Talk about the text at its head and end, and conclusions, by the patterns of the language. They are tried on these
// parts of an answer, never on the rest, because a story may say anything:
//
//   opener   the first 160 characters of the first line, if another line follows and it ends like a sentence or with a
//            colon; a note in brackets there is talk also by `meta`
//   meta     whole lines within the last 220 characters, and a note in brackets that ends the text
//   closer   the last 60 words, if the last paragraph has no more
//
// What people say in the story was taken out before, and the marks around a line too.
#include <string.h>

#include "base/mem.h"
#include "engine/gate_rules.h"
#include "text/words.h"

enum {
    OPENER_CHARACTERS = 160,
    OPENER_LINE_MOST = 900, // bytes of a line that may go as a whole
    META_CHARACTERS = 220,
    META_LINE_MOST = 600, // characters of a line that begins as talk
    META_LINES_MOST = 12,
    CLOSER_WORDS = 60,
    CLOSER_KEEP_PERCENT = 85, // of the words that are needed must stay
};

static bool ends_with_one_of(const char *s, size_t len, const char *const *ends, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t n = strlen(ends[i]);
        if (n <= len && memcmp(s + len - n, ends[i], n) == 0) return true;
    }
    return false;
}

static bool is_bracketed(const char *s, size_t len)
{
    static const char *const open[] = {"(", "[", "*(", "*[", "（", "【", "［"};
    static const char *const close[] = {")", "]", ")*", "]*", "）", "】", "］"};
    bool opens = false;
    for (size_t i = 0; i < ARRAY_LEN(open); i++)
        if (len > strlen(open[i]) && memcmp(s, open[i], strlen(open[i])) == 0) opens = true;
    return opens && ends_with_one_of(s, len, close, ARRAY_LEN(close));
}

size_t gate_chat(const struct gate_in *in, const char *s, size_t len)
{
    static const char *const ends[] = {":", ".", "!", "…", "：", "。", "！", "—"};
    size_t whole = gate_line(s, len), line = gate_trim(s, whole);
    if (whole == len || line == 0 || line > OPENER_LINE_MOST) return 0;
    if (is_bracketed(s, line) && gate_matches(in->language, LANGUAGE_META, s, line)) return whole + 1;
    size_t end = line;
    while (end > 0 && strchr("*_ ", s[end - 1])) end--;
    if (!is_bracketed(s, line) && !ends_with_one_of(s, end, ends, ARRAY_LEN(ends))) return 0;
    bool talk = gate_matches_head(in->language, LANGUAGE_OPENER, s, line, OPENER_CHARACTERS);
    return talk ? whole + 1 : 0;
}

// Where the last line begins.
static size_t last_line(const char *s, size_t len)
{
    const char *newline = mem_rchr(s, '\n', len);
    return newline ? (size_t)(newline - s) + 1 : 0;
}

static bool is_ornament(const char *s, size_t len)
{
    return len > 0 && gate_bare(&s, len) == 0;
}

// A note in brackets that ends the text, in its last line: where it begins, or len.
static size_t last_note(const char *s, size_t len)
{
    static const struct {
        const char *open, *close;
    } kinds[] = {{"(", ")"}, {"[", "]"}, {"（", "）"}, {"【", "】"}};
    size_t from = last_line(s, len), end = len;
    while (end > from && strchr("*_.", s[end - 1])) end--;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (!ends_with_one_of(s, end, &kinds[i].close, 1)) continue;
        for (size_t at = end - strlen(kinds[i].close); at > from; at--)
            if (memcmp(s + at - 1, kinds[i].open, strlen(kinds[i].open)) == 0) return at - 1;
    }
    return len;
}

// The length without one line or note of talk at the end; len if there is none.
static size_t without_last(const struct gate_in *in, const char *s, size_t len)
{
    size_t line = last_line(s, len), note = last_note(s, len), window = gate_last(s, len, META_CHARACTERS);
    size_t most = gate_last(s, len, META_LINE_MOST);
    // A longer line is talk only if it begins as such.
    if (line >= most && gate_matches_head(in->language, LANGUAGE_META, s + line, len - line, META_CHARACTERS))
        return line;
    if (note < len && note >= window && gate_matches(in->language, LANGUAGE_META, s + note, len - note)) {
        while (note > 0 && strchr("*_", s[note - 1])) note--;
        return note;
    }
    return len;
}

// A fence that closes, left behind by one at the head or by nothing.
static size_t without_fence(const struct gate_in *in, const char *s, size_t len)
{
    size_t line = last_line(s, len);
    return !in->markup && len - line == 3 && strncmp(s + line, "```", 3) == 0 ? line : len;
}

size_t gate_meta(const struct gate_in *in, const char *s, size_t len)
{
    len = gate_trim(s, len);
    for (int lines = 0; lines < META_LINES_MOST && len > 0; lines++) {
        size_t end = without_fence(in, s, len);
        if (end == len) end = without_last(in, s, len);
        if (end == len) break;
        len = gate_trim(s, end);
        size_t line = last_line(s, len); // a rule that parted it from the story
        if (!in->markup && is_ornament(s + line, len - line)) len = gate_trim(s, line);
    }
    return len;
}

size_t gate_closer(const struct gate_in *in, const char *s, size_t len)
{
    size_t before = paragraph_whole(s, len), from = before + gate_blanks(s + before, len - before);
    if (in->last_of_book || before == 0) return len;
    if (!gate_matches(in->language, LANGUAGE_CLOSER, s + from, len - from))
        return len; // nearly always: before counting
    if (words_count(s + from, len - from) > CLOSER_WORDS) return len;
    return words_count(s, before) * 100 < (size_t)in->need_words * CLOSER_KEEP_PERCENT ? len : before;
}
