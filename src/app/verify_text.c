// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The prose of a book: each piece for itself, the joins, and what is said again anywhere. What its owner wrote (opening
// chapters that came with the spec) is held to nothing, except where generated prose joins it.
#include "app/verify_work.h"

#include <stdlib.h>
#include <string.h>

#include "app/verify_prose.h"
#include "engine/gate_audit.h"
#include "engine/gate_rule.h"
#include "base/mem.h"
#include "text/repeats.h"
#include "text/utf8.h"

enum { TEXT_QUOTE_BYTES = 80, TEXT_SEARCH_BYTES = 40 };

static bool text_is_given(const struct verify_work *w, const struct verify_piece *p)
{
    const struct verify_chapter *c = verify_chapter_of(w, p->chapter);

    return c != NULL && c->given;
}

// `most` bytes of a text for people, on one line.
static void text_quote(struct buf *out, const char *s, size_t len)
{
    size_t most = utf8_whole(s, len < TEXT_QUOTE_BYTES ? len : TEXT_QUOTE_BYTES);

    buf_init(out, BUF_MAX_LINE);
    utf8_terminal(out, s, most, true);
    if (most < len) buf_adds(out, "…");
}

// ---- one piece ---------------------------------------------------------------------------------------------------

struct looking {
    struct verify_work *w;
    const struct verify_piece *piece;
    bool heading; // both the gate and the prose look for them
    bool hole;
};

static const char *text_meaning(const char *kind)
{
    if (strcmp(kind, "placeholder") == 0) return "there is a placeholder where text should be";
    if (strcmp(kind, "heading") == 0) return "there is a heading in the middle of the prose";
    if (strcmp(kind, "word_count") == 0) return "the text counts its own words";
    if (strcmp(kind, "glued") == 0) return "a blank is missing between two sentences";
    return "the same words stand twice in a row";
}

static void text_on_prose(void *arg, const char *kind, size_t from, size_t len)
{
    struct looking *l = arg;
    const struct verify_piece *p = l->piece;
    const char *s = l->w->text.data + p->from;
    struct buf quote;

    while (from > 0 && ((unsigned char)s[from] & 0xC0) == 0x80) from--;
    text_quote(&quote, s + from, len);
    l->heading = l->heading || strcmp(kind, "heading") == 0;
    l->hole = l->hole || strcmp(kind, "placeholder") == 0;
    verify_note(l->w, kind, p->chapter, p->seq, NULL, VERIFY_REDO, "%s: \"%s\"", text_meaning(kind), quote.data);
    buf_release(&quote);
}

static void text_on_rule(void *arg, const char *rule, const char *detail)
{
    struct looking *l = arg;
    const struct verify_piece *p = l->piece;
    bool known = (l->heading && strcmp(rule, "heading") == 0) || (l->hole && strcmp(rule, "placeholder") == 0);

    if (known) return;
    verify_note(l->w, rule, p->chapter, p->seq, NULL, VERIFY_REDO, "%s%s%s", gate_rule_text(rule),
                detail[0] != '\0' ? ": " : "", detail);
}

// Up to three characters that were broken on the way pass the gate.
static void text_find_broken(struct verify_work *w, const struct verify_piece *p, const char *s)
{
    struct buf quote;
    const char *at = memmem(s, p->len, "\xEF\xBF\xBD", 3);

    if (at == NULL) return;
    text_quote(&quote, at, p->len - (size_t)(at - s));
    verify_note(w, "control", p->chapter, p->seq, NULL, VERIFY_REDO, "a character was broken on its way: \"%s\"",
                quote.data);
    buf_release(&quote);
}

static void text_piece(struct verify_work *w, const struct verify_piece *p)
{
    const char *s = w->text.data + p->from;
    struct looking l = {.w = w, .piece = p};

    if (p->gap || p->damaged || text_is_given(w, p)) return;
    verify_prose_stretch(s, p->len, w->markup, text_on_prose, &l);
    text_find_broken(w, p, s);
    // The rules see bytes up to a NUL in places: a piece of its own.
    char *own = mem_dup(s, p->len);
    gate_audit(w->language, w->markup, own, p->len, text_on_rule, &l);
    free(own);
}

// ---- joins -------------------------------------------------------------------------------------------------------

static void text_tell_join(struct verify_work *w, const struct verify_piece *before, const struct verify_piece *next,
                           const char *kind)
{
    const char *s = w->text.data;
    bool cut = strcmp(kind, "truncated") == 0;
    const struct verify_piece *at = cut ? before : next;
    size_t tail = before->len < TEXT_QUOTE_BYTES ? 0 : before->len - TEXT_QUOTE_BYTES + 1;
    struct buf quote;

    while (tail > 0 && tail < before->len && ((unsigned char)s[before->from + tail] & 0xC0) == 0x80) tail++;
    if (cut)
        text_quote(&quote, s + before->from + tail, before->len - tail);
    else
        text_quote(&quote, s + next->from, next->len);
    verify_note(w, kind, at->chapter, at->seq, NULL, VERIFY_REDO, "%s: \"%s\"",
                cut                          ? "it ends in the middle of a sentence"
                : strcmp(kind, "glued") == 0 ? "it begins without a blank behind the part before it"
                                             : "it begins with what the part before it ends with",
                quote.data);
    buf_release(&quote);
}

static void text_join(struct verify_work *w, const struct verify_piece *a, const struct verify_piece *b)
{
    const char *s = w->text.data;
    bool chapter = a->chapter != b->chapter;

    if (a->gap || b->gap || a->damaged || b->damaged || (text_is_given(w, a) && text_is_given(w, b))) return;
    const char *kind = verify_prose_join(s + a->from, a->len, b->glue, s + b->from, b->len, chapter);
    bool excused = kind != NULL && strcmp(kind, "truncated") == 0 && (w->markup || text_is_given(w, a));
    if (kind != NULL && !excused) text_tell_join(w, a, b, kind);
}

// The end of the book, and of what is there of one that is not finished.
static void text_last(struct verify_work *w)
{
    const struct verify_piece *p = w->pieces_count > 0 ? &w->pieces[w->pieces_count - 1] : NULL;

    if (p == NULL || !w->finished || w->markup || p->gap || p->damaged || text_is_given(w, p)) return;
    if (verify_prose_is_cut(w->text.data + p->from, p->len)) text_tell_join(w, p, p, "truncated");
}

// ---- the whole ---------------------------------------------------------------------------------------------------

static const struct verify_piece *text_piece_at(const struct verify_work *w, size_t at)
{
    size_t low = 0, high = w->pieces_count;

    while (low + 1 < high) {
        size_t middle = (low + high) / 2;
        if (w->pieces[middle].from <= at)
            low = middle;
        else
            high = middle;
    }
    return &w->pieces[low];
}

static void text_on_repeat(void *arg, size_t from, size_t to)
{
    struct verify_work *w = arg;
    const char *s = w->text.data;
    const struct verify_piece *p = text_piece_at(w, from);
    size_t len = to - from < TEXT_SEARCH_BYTES ? to - from : TEXT_SEARCH_BYTES;
    const char *first = memmem(s, from, s + from, len);
    struct buf quote, where;

    if (text_is_given(w, p)) return;
    text_quote(&quote, s + from, to - from);
    buf_init(&where, BUF_MAX_LINE);
    if (first != NULL) {
        const struct verify_piece *q = text_piece_at(w, (size_t)(first - s));
        buf_addf(&where, " (chapter %d, part %d)", q->chapter, q->seq);
    }
    verify_note(w, "repeated", p->chapter, p->seq, NULL, VERIFY_REDO, "it says again what stands earlier%s: \"%s\"",
                where.data, quote.data);
    buf_release(&where);
    buf_release(&quote);
}

void verify_text(struct verify_work *w)
{
    for (size_t i = 0; i < w->pieces_count; i++) {
        text_piece(w, &w->pieces[i]);
        if (i > 0) text_join(w, &w->pieces[i - 1], &w->pieces[i]);
    }
    text_last(w);
    if (w->pieces_count > 0) repeats_find(w->text.data, w->text.len, text_on_repeat, w);
}
