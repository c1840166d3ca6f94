// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Plain text: paragraphs with blank lines between them, and no marks but one: a line "# Title" begins a chapter, and no
// other line begins with "#". Programs that read books aloud split there.
#include "out/manuscript.h"

#include <string.h>

#include "out/typeset.h"

enum { INDENT = 4 };

struct sheet {
    struct buf *out;
    size_t indent; // of the lines of the block at hand
    bool code;
};

// A line of a paragraph must not pass for a chapter.
static void begin_line(struct sheet *s, char first)
{
    for (size_t i = 0; i < s->indent; i++) buf_addc(s->out, ' ');
    if (first == '#' && s->indent == 0) buf_addc(s->out, ' ');
}

static bool at_line(const struct buf *out)
{
    return out->len == 0 || out->data[out->len - 1] == '\n';
}

static void begin_item(struct sheet *s, int level, int number)
{
    s->indent = (size_t)INDENT * (size_t)(level > 0 ? level - 1 : 0);
    for (size_t i = 0; i < s->indent; i++) buf_addc(s->out, ' ');
    if (number > 0)
        buf_addf(s->out, "%d. ", number);
    else if (number == 0)
        buf_adds(s->out, "- ");
    s->indent += 2;
}

static void begin_block(void *arg, enum markdown_block kind, int level, int number, bool quoted)
{
    struct sheet *s = arg;
    s->code = kind == MARKDOWN_CODE;
    s->indent = s->code || quoted ? INDENT : 0;
    if (kind == MARKDOWN_ITEM) begin_item(s, level, number);
    if (kind == MARKDOWN_BREAK) buf_adds(s->out, "* * *");
}

static void add_run(void *arg, const char *text, size_t len, unsigned style)
{
    struct sheet *s = arg;
    (void)style;
    while (len > 0) {
        const char *end = memchr(text, '\n', len);
        size_t line = end ? (size_t)(end - text) + 1 : len;
        if (at_line(s->out) && *text != '\n') begin_line(s, *text);
        buf_add(s->out, text, line);
        text += line;
        len -= line;
    }
}

static void end_block(void *arg)
{
    struct sheet *s = arg;
    buf_adds(s->out, at_line(s->out) ? "\n" : "\n\n");
}

static void add_line(struct buf *out, const struct manuscript *m, const char *before, const char *text)
{
    if (!text) return;
    buf_adds(out, before);
    typeset_line(out, m, text);
    buf_addc(out, '\n');
}

static void add_chapter(struct buf *out, const struct manuscript *m, const struct manuscript_chapter *c)
{
    struct typeset t;
    struct buf text;
    struct sheet s = {.out = out};
    const struct markdown_visitor v = {begin_block, add_run, end_block, &s};
    typeset_init(&t, m);
    buf_init(&text, BUF_MAX_BOOK);
    typeset_prose(&text, m, c);
    buf_adds(out, "\n# ");
    size_t at = out->len;
    typeset_line(out, m, c->title);
    if (out->len == at) typeset_heading(out, m, c);
    buf_adds(out, "\n\n");
    markdown_walk(text.data, text.len, &t.polish, &v);
    buf_release(&text);
}

bool export_txt(const struct manuscript *m, struct buf *out, struct err *e)
{
    (void)e;
    add_line(out, m, *m->title == '#' ? " " : "", m->title);
    add_line(out, m, "", m->subtitle);
    add_line(out, m, "", m->author);
    add_line(out, m, "", m->series);
    add_line(out, m, "", m->rights);
    for (size_t i = 0; i < m->chapters_count; i++) add_chapter(out, m, &m->chapters[i]);
    if (!m->complete) add_line(out, m, "", language_word(m->language, LANGUAGE_UNFINISHED));
    while (out->len > 1 && out->data[out->len - 2] == '\n' && out->data[out->len - 1] == '\n')
        buf_cut(out, out->len - 1);
    return true;
}
