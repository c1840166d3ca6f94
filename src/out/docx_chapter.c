// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A chapter's Markdown as paragraphs. Lists are paragraphs with their mark as text and an indent, which needs no
// numbering definitions and survives being pasted into anything.
#include "out/docx.h"

#include <string.h>

#include "out/typeset.h"

struct chapter {
    struct buf *out;
    const struct manuscript *m;
    bool first; // of the chapter, or after a heading or a scene break: no indent
    bool code;
    struct buf lines; // of code that is being read: Markdown ends them with a newline, Word does not
};

enum { INDENT = 720, HANGING = 360, LEVELS_MOST = 8, EXTRA_SIZE = 96 };

static void begin_item(struct chapter *c, int level, int number, bool quoted)
{
    char extra[EXTRA_SIZE], mark[EXTRA_SIZE] = "•\t";
    int left = INDENT * ((level < LEVELS_MOST ? level : LEVELS_MOST) + quoted);
    int hanging = number == MARKDOWN_FURTHER ? 0 : HANGING;
    (void)snprintf(extra, sizeof extra, "<w:ind w:left=\"%d\" w:hanging=\"%d\"/>", left, hanging);
    docx_paragraph_begin(c->out, c->m, "ListParagraph", extra);
    if (number > 0) (void)snprintf(mark, sizeof mark, "%d.\t", number);
    if (hanging) docx_run(c->out, c->m, mark, strlen(mark), 0);
}

static void begin_heading(struct chapter *c, int level)
{
    char style[] = "Heading6";
    if (level + 1 < 6) style[sizeof style - 2] = (char)('0' + level + 1);
    docx_paragraph_begin(c->out, c->m, style, NULL);
}

static void begin_paragraph(struct chapter *c, bool quoted, bool lines)
{
    // A textbook's paragraphs stand apart, a novel's are told by their indent.
    const char *apart = c->m->markup ? "<w:spacing w:after=\"160\"/>" : NULL;
    const char *style = quoted ? "Quote" : lines ? "Lines" : c->first ? "FirstParagraph" : "BodyText";
    docx_paragraph_begin(c->out, c->m, style, apart);
}

static void begin(void *arg, enum markdown_block kind, int level, int number, bool quoted)
{
    struct chapter *c = arg;
    switch (kind) {
    case MARKDOWN_PARAGRAPH:
    case MARKDOWN_LINES:
        begin_paragraph(c, quoted, kind == MARKDOWN_LINES);
        break;
    case MARKDOWN_HEADING:
        begin_heading(c, level);
        break;
    case MARKDOWN_ITEM:
        begin_item(c, level, number, quoted);
        break;
    case MARKDOWN_CODE:
        docx_paragraph_begin(c->out, c->m, "Code", NULL);
        break;
    case MARKDOWN_BREAK:
        docx_paragraph_begin(c->out, c->m, "SceneBreak", NULL);
        docx_run(c->out, c->m, "* * *", strlen("* * *"), 0);
        break;
    }
    c->code = kind == MARKDOWN_CODE;
    c->first = kind == MARKDOWN_HEADING || kind == MARKDOWN_BREAK || c->m->markup;
}

static void run(void *arg, const char *text, size_t len, unsigned style)
{
    struct chapter *c = arg;
    if (c->code)
        buf_add(&c->lines, text, len);
    else
        docx_run(c->out, c->m, text, len, style);
}

static void end(void *arg)
{
    struct chapter *c = arg;
    if (c->lines.len && c->lines.data[c->lines.len - 1] == '\n') buf_cut(&c->lines, c->lines.len - 1);
    docx_run(c->out, c->m, c->lines.data, c->lines.len, 0); // the style of the paragraph has the font
    buf_clear(&c->lines);
    docx_paragraph_end(c->out);
}

void docx_chapter(struct buf *out, const struct manuscript *m, const struct manuscript_chapter *chapter)
{
    struct chapter c = {.out = out, .m = m, .first = true};
    struct markdown_visitor visitor = {.begin = begin, .run = run, .end = end, .arg = &c};
    struct typeset t;
    struct buf markdown;
    buf_init(&c.lines, BUF_MAX_BOOK);
    buf_init(&markdown, BUF_MAX_BOOK);
    typeset_init(&t, m);
    typeset_prose(&markdown, m, chapter);
    markdown_walk(markdown.data, markdown.len, &t.polish, &visitor);
    buf_release(&markdown);
    buf_release(&c.lines);
}
