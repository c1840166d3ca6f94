// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Quotation marks and apostrophes. The same decision is made for straight marks and for typeset ones; only the straight
// ones are replaced. A typeset mark that only opens or only closes in the book's language does so wherever it stands.
#include <string.h>

#include "base/mem.h"
#include "out/pen.h"

enum kind { KIND_DOUBLE, KIND_SINGLE };
enum role { ROLE_OPEN, ROLE_CLOSE, ROLE_APOSTROPHE, ROLE_LEAVE };

struct mark {
    const char *text;
    size_t bytes;
    enum kind kind;
    bool straight;
};

static const struct {
    const char *text;
    enum kind kind;
} marks[] = {
    {"\"", KIND_DOUBLE}, {"'", KIND_SINGLE},  {"“", KIND_DOUBLE},  {"”", KIND_DOUBLE}, {"„", KIND_DOUBLE},
    {"«", KIND_DOUBLE},  {"»", KIND_DOUBLE},  {"‟", KIND_DOUBLE},  {"‘", KIND_SINGLE}, {"’", KIND_SINGLE},
    {"‚", KIND_SINGLE},  {"‛", KIND_SINGLE},  {"‹", KIND_SINGLE},  {"›", KIND_SINGLE}, {"「", KIND_DOUBLE},
    {"」", KIND_DOUBLE}, {"『", KIND_SINGLE}, {"』", KIND_SINGLE},
};

static bool is_one_of(const char *mark, const char *const *pair)
{
    return strstr(pair[0], mark) || strstr(pair[1], mark);
}

// Spanish has “…” for the quotation within a quotation.
static enum kind kind_in(const char *mark, enum kind otherwise, const char *const *quotes)
{
    bool outer = is_one_of(mark, quotes), inner = is_one_of(mark, quotes + LANGUAGE_OPEN_SINGLE);
    if (outer == inner) return otherwise;
    return outer ? KIND_DOUBLE : KIND_SINGLE;
}

static bool find_mark(const struct pen *p, struct mark *m)
{
    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        size_t bytes = strlen(marks[i].text);
        if (bytes > p->len || memcmp(p->text, marks[i].text, bytes) != 0) continue;
        *m = (struct mark){.text = marks[i].text, .bytes = bytes, .straight = i < 2};
        m->kind = kind_in(m->text, marks[i].kind, language_quotes(p->t->language));
        return true;
    }
    return false;
}

// ---- which way it turns ----------------------------------------------------------------------------------------------

static bool opens_before(const struct typography *t)
{
    return t->before == GLYPH_START || t->before == GLYPH_SPACE || t->before == GLYPH_OPEN ||
           (t->before == GLYPH_QUOTE && t->opened);
}

static enum role toggle(int open)
{
    return open > 0 ? ROLE_CLOSE : ROLE_OPEN;
}

static bool is_word(int g)
{
    return g == GLYPH_LETTER || g == GLYPH_DIGIT;
}

// Where blanks are no help, or stand on both sides.
static bool is_undecided(const struct typography *t, enum glyph next)
{
    bool blanks = t->before == GLYPH_SPACE && (next == GLYPH_SPACE || next == GLYPH_POINT);
    return t->before == GLYPH_WIDE || next == GLYPH_WIDE || t->before == GLYPH_DASH || blanks;
}

static enum role role_of_double(const struct typography *t, enum glyph next)
{
    if (is_undecided(t, next)) return toggle(t->open_double);
    if (opens_before(t)) return ROLE_OPEN;
    if (t->before == GLYPH_LETTER && next == GLYPH_LETTER) return ROLE_LEAVE; // צה"ל
    if (t->open_double > 0) return ROLE_CLOSE;
    if (t->before == GLYPH_DIGIT) return ROLE_LEAVE; // 6"
    return t->before == GLYPH_POINT && is_word(next) ? ROLE_OPEN : ROLE_CLOSE;
}

// 'tis, '90s
static bool is_elision(const struct pen *p, size_t bytes)
{
    const char *word = p->text + bytes;
    size_t most = p->len - bytes, letters = 0, digits = 0, unused;
    while (letters < most && glyph_at(word + letters, most - letters, &unused) == GLYPH_LETTER) letters += unused;
    if (letters > 0) return language_elides(p->t->language, word, letters);
    while (digits < most && glyph_at(word + digits, 1, &unused) == GLYPH_DIGIT) digits++;
    return digits == 2;
}

static enum role role_of_single(const struct pen *p, size_t bytes, enum glyph next)
{
    const struct typography *t = p->t;
    if (t->before == GLYPH_DIGIT && next == GLYPH_DIGIT) return ROLE_LEAVE; // 5'10
    if (is_word(t->before) && is_word((int)next)) return ROLE_APOSTROPHE;
    if (opens_before(t) && is_elision(p, bytes)) return ROLE_APOSTROPHE;
    if (t->before == GLYPH_SPACE && next == GLYPH_SPACE) return t->open_single > 0 ? ROLE_CLOSE : ROLE_LEAVE;
    if (is_undecided(t, next)) return toggle(t->open_single);
    if (opens_before(t)) return ROLE_OPEN;
    if (t->open_single > 0) return ROLE_CLOSE;
    if (t->before == GLYPH_DIGIT) return ROLE_LEAVE; // 6'
    if (t->before == GLYPH_LETTER) return ROLE_APOSTROPHE;
    return t->before == GLYPH_POINT && is_word((int)next) ? ROLE_OPEN : ROLE_CLOSE;
}

static bool is_mark(const struct mark *m, const char *of_language)
{
    return strstr(of_language, m->text) != NULL;
}

// What the language itself says of a typeset mark. An apostrophe looks like a closing mark.
static bool role_by_look(const struct mark *m, const char *const *quotes, enum role *r)
{
    int open = m->kind == KIND_DOUBLE ? LANGUAGE_OPEN_DOUBLE : LANGUAGE_OPEN_SINGLE;
    bool opens = is_mark(m, quotes[open]), closes = is_mark(m, quotes[open + 1]);
    if (m->straight || opens == closes || strcmp(m->text, "’") == 0) return false;
    *r = opens ? ROLE_OPEN : ROLE_CLOSE;
    return true;
}

static enum role role_of(const struct pen *p, const struct mark *m, const char *const *quotes)
{
    enum role r;
    enum glyph next = pen_next(p, m->bytes);
    if (role_by_look(m, quotes, &r)) return r;
    return m->kind == KIND_DOUBLE ? role_of_double(p->t, next) : role_of_single(p, m->bytes, next);
}

// ---- what is printed -------------------------------------------------------------------------------------------------

static const char *mark_of(enum kind kind, enum role r, const char *const *quotes)
{
    int open = kind == KIND_DOUBLE ? LANGUAGE_OPEN_DOUBLE : LANGUAGE_OPEN_SINGLE;
    if (r == ROLE_APOSTROPHE) return "’";
    return r == ROLE_OPEN ? quotes[open] : r == ROLE_CLOSE ? quotes[open + 1] : NULL;
}

// « Oui » with blanks that may break a line gets those that may not.
static size_t print_spaced(struct pen *p, const struct mark *m, enum role r, const char *ours)
{
    bool known = m->straight || is_mark(m, ours);
    bool follows = r == ROLE_OPEN && m->bytes < p->len && p->text[m->bytes] == ' ';
    bool blank = known && (r == ROLE_OPEN ? follows : pen_take_blanks(p));
    bool spaced = m->straight || blank;
    buf_adds(p->out, spaced ? ours : m->text);
    return m->bytes + (spaced && follows ? 1 : 0);
}

static size_t print(struct pen *p, const struct mark *m, enum role r)
{
    const char *ours = mark_of(m->kind, r, language_quotes(p->t->language));
    if (ours && strstr(ours, "\u202F")) return print_spaced(p, m, r, ours);
    buf_adds(p->out, m->straight && ours ? ours : m->text);
    return m->bytes;
}

static void count(struct typography *t, enum kind kind, enum role r)
{
    int *open = kind == KIND_DOUBLE ? &t->open_double : &t->open_single;
    pen_passed(t, r == ROLE_APOSTROPHE ? GLYPH_LETTER : r == ROLE_LEAVE ? GLYPH_POINT : GLYPH_QUOTE);
    t->opened = r == ROLE_OPEN;
    if (r == ROLE_OPEN) ++*open;
    if (r == ROLE_CLOSE && *open > 0) --*open;
}

static bool ends_in_space(const struct buf *out)
{
    static const char space[] = "\u202F";
    size_t len = sizeof(space) - 1;
    return out->len >= len && memcmp(out->data + out->len - len, space, len) == 0;
}

size_t pen_quote(struct pen *p)
{
    struct mark m;
    if (!find_mark(p, &m)) return 0;
    enum role r = role_of(p, &m, language_quotes(p->t->language));
    size_t used = print(p, &m, r);
    count(p->t, m.kind, r);
    if (r == ROLE_OPEN && ends_in_space(p->out)) pen_passed(p->t, GLYPH_SPACE);
    return used;
}
