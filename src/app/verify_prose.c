// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Checks of prose: see verify_prose.h.
#include "app/verify_prose.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "app/verify_doubled.h"
#include "base/err.h"
#include "base/mem.h"
#include "text/join.h"
#include "text/pattern.h"
#include "text/plain.h"
#include "text/words.h"

enum {
    LINE_MOST = 100,   // of a line that tells of its length
    JOIN_WORDS = 4,    // said again over a join
    GLUED_LETTERS = 3, // small ones before a full stop that has lost its blank
};

struct stretch {
    const char *s;
    size_t len;
    bool markup;
    verify_prose_found *found;
    void *arg;
};

static void tell(const struct stretch *t, const char *kind, size_t from, size_t len)
{
    if (len > t->len - from) len = t->len - from;
    t->found(t->arg, kind, from, len);
}

static size_t line_end(const char *s, size_t len, size_t at)
{
    const char *newline = memchr(s + at, '\n', len - at);

    return newline != NULL ? (size_t)(newline - s) : len;
}

static bool begins(const char *s, size_t len, const char *word)
{
    size_t n = strlen(word);

    return n <= len && strncasecmp(s, word, n) == 0;
}

// ---- holes -------------------------------------------------------------------------------------------------------

// What a note in brackets begins with where text should stand; the others only if they are all of the note.
static const char *const hole_begins[] = {"insert ", "continue", "your ",   "placeholder", "to be written",
                                          "todo",    "tbd",      "fill in", "rest of the", "add more"};
static const char *const hole_words[] = {
    "name",     "names",     "character",    "character name", "protagonist", "place",       "city",
    "town",     "location",  "date",         "title",          "author",      "author name", "the name",
    "his name", "her name",  "age",          "number",         "name here",   "last name",   "first name",
    "surname",  "city name", "company name", "chapter title",  "book title",  "xxx",         "...",
};

static bool is_hole(const struct stretch *t, const char *note, size_t len)
{
    for (size_t i = 0; i < ARRAY_LEN(hole_begins); i++)
        if (begins(note, len, hole_begins[i])) return true;
    for (size_t i = 0; !t->markup && i < ARRAY_LEN(hole_words); i++)
        if (strlen(hole_words[i]) == len && begins(note, len, hole_words[i])) return true;
    return false;
}

// "[Name]", but not a link: "[name](…)".
static void find_bracketed(const struct stretch *t)
{
    for (size_t at = 0; at < t->len; at++) {
        if (t->s[at] != '[') continue;
        size_t end = at + 1, line = line_end(t->s, t->len, at);
        while (end < line && t->s[end] != ']') end++;
        bool link = end + 1 < t->len && t->s[end] == ']' && t->s[end + 1] == '(';
        if (!link && is_hole(t, t->s + at + 1, end - at - 1)) tell(t, "placeholder", at, VERIFY_QUOTE_MOST);
    }
}

static void find_lorem(const struct stretch *t)
{
    const char *at = memmem(t->s, t->len, "orem ipsum", 10);

    if (at != NULL) tell(t, "placeholder", (size_t)(at - t->s), VERIFY_QUOTE_MOST);
}

// "{name}": a variable that nobody filled in.
static void find_braces(const struct stretch *t)
{
    for (size_t at = 0; !t->markup && at < t->len; at++) {
        if (t->s[at] != '{') continue;
        size_t end = at + 1;
        while (end < t->len && (isalpha((unsigned char)t->s[end]) || t->s[end] == '_' || t->s[end] == '{')) end++;
        if (end > at + 2 && end < t->len && t->s[end] == '}') tell(t, "placeholder", at, end - at + 1);
    }
}

static bool is_dots(const char *s, size_t len)
{
    size_t dots = 0, at = 0;

    while (at < len && (s[at] == '.' || s[at] == ' ')) dots += s[at++] == '.';
    if (at == len) return dots >= 3;
    return len == 3 && memcmp(s, "\xE2\x80\xA6", 3) == 0;
}

// ---- lines -------------------------------------------------------------------------------------------------------

// In small letters. Of words that mean "words": the languages whose prompts this program has.
static const char count_pattern[] =
    "^[][(){}*_~# .-]*"
    "((total |final |approximate |approx\\. )?"
    "(word ?count|words|wortzahl|wortanzahl|w(ö|oe)rter|palabras|nombre de mots|mots|liczba s(ł|l)(ó|o)w|字数|文字数)"
    " ?(:|：)[^0-9]{0,12}[0-9][0-9., ]*(words|w(ö|oe)rter|palabras|mots|s(ł|l)(ó|o)w|字)?"
    "|(approximately |approx\\. |about |~)?[0-9][0-9.,]*[ -](words|w(ö|oe)rter|palabras|mots)( total| in total)?)"
    "[][(){}*_~. -]*$";

static bool tells_length(const struct pattern *p, const char *s, size_t len)
{
    struct buf plain;

    size_t digit = 0;

    while (digit < len && !isdigit((unsigned char)s[digit])) digit++;
    if (len > LINE_MOST || digit == len) return false;
    buf_init(&plain, BUF_MAX_LINE);
    plain_add(&plain, s, len);
    bool tells = pattern_matches(p, plain.data);
    buf_release(&plain);
    return tells;
}

static bool is_marked_heading(const char *s, size_t len)
{
    size_t marks = 0;

    while (marks < len && s[marks] == '#') marks++;
    return marks > 0 && marks <= 6 && marks < len && s[marks] == ' ';
}

static void look_at_line(const struct stretch *t, const struct pattern *count, size_t at, size_t len)
{
    const char *s = t->s + at;

    if (tells_length(count, s, len)) tell(t, "word_count", at, len);
    if (t->markup) return;
    if (is_marked_heading(s, len)) tell(t, "heading", at, len < VERIFY_QUOTE_MOST ? len : VERIFY_QUOTE_MOST);
    if (is_dots(s, len)) tell(t, "placeholder", at, len);
    bool todo = len >= 5 && (memcmp(s, "TODO:", 5) == 0 || memcmp(s, "TODO ", 5) == 0);
    if (todo || memmem(s, len, " TODO:", 6) != NULL) tell(t, "placeholder", at, VERIFY_QUOTE_MOST);
}

static void find_lines(const struct stretch *t)
{
    struct err e = ERR_INIT;
    struct pattern *count = pattern_new(count_pattern, &e);

    for (size_t at = 0, end; count != NULL && at < t->len; at = end + 1) {
        end = line_end(t->s, t->len, at);
        size_t from = at, to = end;
        while (from < to && isspace((unsigned char)t->s[from])) from++;
        while (to > from && isspace((unsigned char)t->s[to - 1])) to--;
        if (to > from) look_at_line(t, count, from, to - from);
    }
    pattern_free(count);
}

// ---- words that lost the blank between them ----------------------------------------------------------------------

// "He was done.The"
static bool is_glued(const char *s, size_t len, size_t stop)
{
    size_t letters = 0;

    if (stop + 2 >= len || !isupper((unsigned char)s[stop + 1]) || !islower((unsigned char)s[stop + 2])) return false;
    while (letters < stop && islower((unsigned char)s[stop - 1 - letters])) letters++;
    if (letters < GLUED_LETTERS || letters == stop) return false;
    size_t end = stop + 2;
    while (end < len && isalpha((unsigned char)s[end])) end++;
    if (end + 1 < len && s[end] == '.' && islower((unsigned char)s[end + 1])) return false; // "www.Example.org"
    unsigned char before = (unsigned char)s[stop - 1 - letters]; // of a word, not of a path
    return before == ' ' || before == '\n' || isupper(before) || before == '-' || before >= 0x80;
}

static void find_glued(const struct stretch *t)
{
    for (size_t at = 0; !t->markup && at < t->len; at++) {
        if (t->s[at] != '.' && t->s[at] != '!' && t->s[at] != '?') continue;
        if (is_glued(t->s, t->len, at)) tell(t, "glued", at < 20 ? 0 : at - 20, 40);
    }
}

void verify_prose_stretch(const char *s, size_t len, bool markup, verify_prose_found *found, void *arg)
{
    const struct stretch t = {.s = s, .len = len, .markup = markup, .found = found, .arg = arg};

    find_bracketed(&t);
    find_lorem(&t);
    find_braces(&t);
    find_lines(&t);
    find_glued(&t);
    if (!markup) verify_doubled(s, len, found, arg);
}

// ---- joins -------------------------------------------------------------------------------------------------------

static size_t trim(const char *s, size_t len)
{
    while (len > 0 && isspace((unsigned char)s[len - 1])) len--;
    return len;
}

// A letter, a digit or a comma is no end; a dash, a colon or a mark of emphasis may be one. (General punctuation is E2 80,
// that of Chinese and Japanese E3 80 and EF BC.)
bool verify_prose_is_cut(const char *s, size_t len)
{
    len = trim(s, len);
    if (len == 0 || sentence_ends(s, len)) return false;
    unsigned char last = (unsigned char)s[len - 1];
    if (last < 0x80) return isalnum(last) || last == ',';
    size_t head = len - 1;
    while (head > 0 && ((unsigned char)s[head] & 0xC0) == 0x80) head--;
    unsigned char lead = (unsigned char)s[head], second = (unsigned char)s[head + 1];
    bool sign =
        (lead == 0xE2 && second == 0x80) || (lead == 0xE3 && second == 0x80) || (lead == 0xEF && second == 0xBC);
    return !sign && lead != 0xC2;
}

static bool is_said_again(const char *before, size_t before_len, const char *next, size_t next_len, bool chapter)
{
    size_t overlap = join_overlap(before, before_len, next, next_len), words = words_count(next, overlap);

    return words >= JOIN_WORDS || (!chapter && words >= 2 && sentence_ends(next, overlap));
}

const char *verify_prose_join(const char *before, size_t before_len, const char *glue, const char *next,
                              size_t next_len, bool chapter)
{
    before_len = trim(before, before_len);
    if (before_len == 0 || next_len == 0) return NULL;
    if (is_said_again(before, before_len, next, next_len, chapter)) return "doubled";
    if ((chapter || strchr(glue, '\n') != NULL) && verify_prose_is_cut(before, before_len)) return "truncated";
    bool glued = !chapter && *glue == '\0' && join_separator(before, before_len, next, next_len, false)[0] != '\0';
    return glued ? "glued" : NULL;
}
