// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Titles, headings and dates of a manuscript, as EPUB and DOCX print them. The prose is in typeset_prose.c.
#include "out/typeset.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "text/xml.h"

void typeset_init(struct typeset *t, const struct manuscript *m)
{
    typography_init(&t->typography, m->language);
    t->polish = (struct markdown_polish){.text = typography_polish, .arg = &t->typography};
}

void typeset_line(struct buf *out, const struct manuscript *m, const char *line)
{
    struct typeset t;
    if (!line) return;
    typeset_init(&t, m);
    t.polish.text(t.polish.arg, out, line, strlen(line), true);
}

// ---- what stands over a chapter -----------------------------------------------------------------------------------

// Languages that write the word behind the number, and a sign before it.
static const char *sign_before(const char *word)
{
    if (strcmp(word, "章") == 0) return "第";
    if (strcmp(word, "장") == 0) return "제";
    return NULL;
}

static void add_label(struct buf *out, const struct manuscript *m, int number)
{
    const char *word = language_chapter(m->language), *sign = sign_before(word);
    if (sign)
        buf_addf(out, "%s%d%s", sign, number, word);
    else
        buf_addf(out, "%s %d", word, number);
}

static bool begins_with(const char *folded, const char *label)
{
    char *start = language_fold(label, strlen(label));
    size_t len = strlen(start);
    bool yes = strncmp(folded, start, len) == 0 && !isdigit((unsigned char)folded[len]);
    free(start);
    return yes;
}

static bool says_number(const struct manuscript *m, const char *title, const char *label)
{
    char *folded = language_fold(title, strlen(title));
    bool yes = begins_with(folded, label) || language_matches(m->language, LANGUAGE_HEADING, folded);
    free(folded);
    return yes;
}

static bool has_text(const char *s)
{
    struct buf b;
    buf_init(&b, BUF_MAX_BOOK);
    if (s) xml_clean(&b, s, strlen(s));
    bool yes = b.data[strspn(b.data, " \t\n")] != '\0';
    buf_release(&b);
    return yes;
}

void typeset_number(struct buf *out, const struct manuscript *m, const struct manuscript_chapter *c)
{
    struct buf label;
    buf_init(&label, BUF_MAX_LINE);
    add_label(&label, m, c->number);
    if (!has_text(c->title) || !says_number(m, c->title, label.data)) buf_add(out, label.data, label.len);
    buf_release(&label);
}

void typeset_heading(struct buf *out, const struct manuscript *m, const struct manuscript_chapter *c)
{
    size_t before = out->len;
    typeset_number(out, m, c);
    if (!has_text(c->title)) return;
    if (out->len > before) buf_adds(out, sign_before(language_chapter(m->language)) ? "　" : ". ");
    typeset_line(out, m, c->title);
}

void typeset_title(struct buf *out, const struct manuscript *m)
{
    if (has_text(m->title))
        typeset_line(out, m, m->title);
    else
        buf_adds(out, m->uuid);
}

// ---- language and date --------------------------------------------------------------------------------------------

enum { ALPHA = 1, DIGIT = 2 };

// The bytes of the subtag at `s` if it has `least` to `most` characters of the kinds, else 0.
static size_t subtag(const char *s, size_t least, size_t most, int kinds)
{
    size_t n = 0;
    while ((kinds & ALPHA && isalpha((unsigned char)s[n])) || (kinds & DIGIT && isdigit((unsigned char)s[n]))) n++;
    return n >= least && n <= most && (s[n] == '\0' || s[n] == '-') ? n : 0;
}

// Steps over "-subtag" if there is one.
static const char *optional(const char *s, size_t least, size_t most, int kinds)
{
    size_t n = *s == '-' ? subtag(s + 1, least, most, kinds) : 0;
    return n ? s + 1 + n : s;
}

// langtag = 2*3ALPHA ["-" 4ALPHA] ["-" (2ALPHA / 3DIGIT)] ["-" 5*8alphanum]   (RFC 5646, what books use of it)
static bool is_tag(const char *tag)
{
    size_t n = subtag(tag, 2, 3, ALPHA);
    if (!n) return false;
    const char *s = optional(tag + n, 4, 4, ALPHA), *region = optional(s, 2, 2, ALPHA);
    if (region == s) region = optional(s, 3, 3, DIGIT);
    return *optional(region, 5, 8, ALPHA | DIGIT) == '\0';
}

const char *typeset_language(const struct manuscript *m)
{
    const char *tag = language_tag(m->language);
    return is_tag(tag) ? tag : "und";
}

void typeset_date(char out[TYPESET_DATE_SIZE], const struct manuscript *m)
{
    static const int64_t last_s = 253402300799; // of the year 9999, the last that XML writes with four digits
    struct tm t;
    time_t when = (time_t)(m->modified_s < 0 ? 0 : m->modified_s > last_s ? last_s : m->modified_s);
    if (!gmtime_r(&when, &t) || !strftime(out, TYPESET_DATE_SIZE, "%Y-%m-%dT%H:%M:%SZ", &t)) abort();
}
