// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A piece of text is read once, character by character. What a mark becomes is decided by its two neighbours and by
// what is open, and for marks that are typeset already it is decided in the same way, so that a second time changes
// nothing.
#include "out/typography.h"

#include <ctype.h>
#include <string.h>

#include "out/pen.h"

void pen_passed(struct typography *t, enum glyph g)
{
    t->before = (int)g;
    t->opened = false;
    if (g != GLYPH_SPACE) t->solid = (int)g;
}

enum glyph pen_next(const struct pen *p, size_t bytes)
{
    size_t unused;
    return glyph_at(p->text + bytes, p->len - bytes, &unused);
}

bool pen_take_blanks(struct pen *p)
{
    size_t len = p->out->len;
    while (len > 0 && p->out->data[len - 1] == ' ') len--;
    if (len == p->out->len) return false;
    buf_cut(p->out, len);
    return true;
}

// Three dots; with a fourth one that ends the sentence. More are leaders, or a typing error.
static size_t pen_ellipsis(struct pen *p)
{
    size_t dots = 0;
    while (dots < p->len && p->text[dots] == '.') dots++;
    const char *ellipsis = language_ellipsis(p->t->language);
    bool twice = dots == 6 && strlen(ellipsis) > strlen("…");
    if (dots != 3 && dots != 4 && !twice) {
        buf_add(p->out, p->text, dots);
        if (dots > 0) pen_passed(p->t, GLYPH_POINT);
        return dots;
    }
    buf_adds(p->out, ellipsis);
    pen_passed(p->t, GLYPH_POINT);
    return twice ? 6 : 3;
}

static bool ends_word(const struct pen *p)
{
    enum glyph next = pen_next(p, 1);
    bool point = p->len > 1 && strchr(";:!?).,", p->text[1]);
    return point || (next != GLYPH_LETTER && next != GLYPH_DIGIT && next != GLYPH_POINT && next != GLYPH_WIDE);
}

// French ; : ! ? with their spaces.
static size_t pen_space(struct pen *p)
{
    const struct typography *t = p->t;
    const char *space = language_space_before(t->language, *p->text);
    bool word = t->before == GLYPH_LETTER || t->before == GLYPH_DIGIT || (t->before == GLYPH_QUOTE && !t->opened);
    if (!space || !ends_word(p) || !(word || pen_take_blanks(p))) return 0;
    buf_adds(p->out, space);
    buf_addc(p->out, *p->text);
    pen_passed(p->t, GLYPH_POINT);
    return 1;
}

static size_t pen_copy(struct pen *p)
{
    size_t bytes;
    enum glyph g = glyph_at(p->text, p->len, &bytes);
    buf_add(p->out, p->text, bytes);
    pen_passed(p->t, g);
    return bytes;
}

// Most of a text.
static size_t pen_run(struct pen *p)
{
    size_t n = 0;
    while (n < p->len && isalpha((unsigned char)p->text[n])) n++;
    buf_add(p->out, p->text, n);
    if (n > 0) pen_passed(p->t, GLYPH_LETTER);
    return n;
}

static size_t pen_any(struct pen *p)
{
    size_t used = pen_run(p);
    if (used == 0) used = pen_quote(p);
    if (used == 0) used = pen_dash(p);
    if (used == 0) used = pen_ellipsis(p);
    if (used == 0) used = pen_space(p);
    return used > 0 ? used : pen_copy(p);
}

void typography_init(struct typography *t, const struct language *l)
{
    *t = (struct typography){.language = l, .before = GLYPH_START, .solid = GLYPH_START};
}

void typography_polish(void *arg, struct buf *out, const char *text, size_t len, bool begins)
{
    struct typography *t = arg;
    struct pen p = {.t = t, .out = out, .text = text, .len = len};
    if (begins) typography_init(t, t->language);
    while (p.len > 0) {
        size_t used = pen_any(&p);
        p.text += used;
        p.len -= used;
    }
}
