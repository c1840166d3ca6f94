// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Hyphens that stand for a dash:
//
//   at the beginning of a paragraph    "- Yes", "-- Yes", "--Yes"     what somebody says
//   between words                      "one - two", "one -- two", "one--two"
//   where somebody breaks off          "I was--", "I was --"
//
// Ranges and differences of numbers, options (" --help") and longer runs of hyphens stay as they are.
#include <string.h>

#include "out/pen.h"

static size_t blanks_at(const struct pen *p, size_t from)
{
    size_t n = from;
    while (n < p->len && p->text[n] == ' ') n++;
    return n - from;
}

static void add_core(struct pen *p, const char *dash)
{
    size_t lead = strspn(dash, " "), len = strlen(dash);
    while (len > lead && dash[len - 1] == ' ') len--;
    buf_add(p->out, dash + lead, len - lead);
    pen_passed(p->t, GLYPH_DASH);
}

static size_t add_speech(struct pen *p, size_t hyphens)
{
    const char *speech = language_speech(p->t->language);
    size_t len = strlen(speech), unused;
    buf_adds(p->out, speech);
    pen_passed(p->t, GLYPH_DASH);
    // A blank or a no-break space may be a part of it.
    bool spaced = len > 3 && glyph_at(speech + len - (speech[len - 1] == ' ' ? 1 : 2), 2, &unused) == GLYPH_SPACE;
    if (spaced) pen_passed(p->t, GLYPH_SPACE);
    return hyphens + blanks_at(p, hyphens);
}

// `apart`: nothing that a blank would have to part it from stands before it.
static size_t add_between(struct pen *p, size_t hyphens, bool apart)
{
    const char *dash = language_dash(p->t->language);
    size_t blanks = blanks_at(p, hyphens);
    bool spaced = dash[0] == ' ', last = hyphens + blanks == p->len;
    if (!spaced) (void)pen_take_blanks(p);
    if (spaced && !apart) buf_addc(p->out, ' ');
    add_core(p, dash);
    if (!spaced && !last) return hyphens + blanks;
    enum glyph next = pen_next(p, hyphens);
    if (spaced && (next == GLYPH_LETTER || next == GLYPH_DIGIT || next == GLYPH_WIDE)) {
        buf_addc(p->out, ' ');
        pen_passed(p->t, GLYPH_SPACE);
    }
    return hyphens;
}

static bool is_between_numbers(const struct pen *p, size_t hyphens)
{
    return p->t->solid == GLYPH_DIGIT && pen_next(p, hyphens + blanks_at(p, hyphens)) == GLYPH_DIGIT;
}

static bool begins_speech(const struct pen *p, size_t hyphens, enum glyph next)
{
    if (p->t->solid != GLYPH_START || next == GLYPH_END || next == GLYPH_START) return false;
    return next == GLYPH_SPACE ? pen_next(p, hyphens + blanks_at(p, hyphens)) != GLYPH_END : hyphens > 1;
}

size_t pen_dash(struct pen *p)
{
    size_t hyphens = 0;
    while (hyphens < p->len && p->text[hyphens] == '-') hyphens++;
    if (hyphens == 0) return 0;
    enum glyph next = pen_next(p, hyphens);
    bool blank_before = p->t->before == GLYPH_SPACE, is_word = next == GLYPH_LETTER || next == GLYPH_DIGIT;
    if (hyphens <= 3 && begins_speech(p, hyphens, next)) return add_speech(p, hyphens);
    bool dash = hyphens == 1 ? blank_before && next == GLYPH_SPACE : hyphens <= 3 && !(blank_before && is_word);
    if (dash && p->t->before != GLYPH_START && !is_between_numbers(p, hyphens))
        return add_between(p, hyphens, blank_before || p->t->before == GLYPH_OPEN || p->t->opened);
    buf_add(p->out, p->text, hyphens);
    pen_passed(p->t, GLYPH_DASH);
    return hyphens;
}
