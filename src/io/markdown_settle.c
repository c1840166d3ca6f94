// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What CommonMark leaves open is decided in the tree: whether angle brackets are a tag or were typed, whether lines with
// bars are a table, and what each line feed within a paragraph means, as the whole text tells (text/lines.h).
#include "io/markdown_tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "text/html.h"
#include "text/lines.h"

// ---- angle brackets ---------------------------------------------------------------------------------------------

// A block of HTML goes on to the next blank line, and what is prose in it is kept: it is read once more without markup.
static void read_again(cmark_node *block)
{
    struct buf text;
    const char *html = cmark_node_get_literal(block);
    buf_init(&text, BUF_MAX_BOOK);
    html_strip(&text, html, strlen(html));
    cmark_node *root = cmark_parse_document(text.data, text.len, CMARK_OPT_DEFAULT);
    buf_release(&text);
    if (!root) abort();
    for (cmark_node *n; (n = cmark_node_first_child(root));) cmark_node_insert_before(block, n);
    cmark_node_free(root);
    cmark_node_free(block);
}

static void become_text(cmark_node *typed)
{
    cmark_node *text = cmark_node_new(CMARK_NODE_TEXT);
    cmark_node_set_literal(text, cmark_node_get_literal(typed));
    cmark_node_replace(typed, text);
    cmark_node_free(typed);
}

static void keep_line(cmark_node *node)
{
    cmark_node *line_break = cmark_node_new(CMARK_NODE_LINEBREAK);
    cmark_node_replace(node, line_break);
    cmark_node_free(node);
}

static bool breaks(cmark_node *node)
{
    if (markdown_is_blank(node)) node = cmark_node_previous(node);
    cmark_node_type type = node ? cmark_node_get_type(node) : CMARK_NODE_LINEBREAK;
    return type == CMARK_NODE_LINEBREAK || type == CMARK_NODE_SOFTBREAK;
}

// "One.<br>Two.": the words beside a tag that goes are not glued.
static void settle_tag(cmark_node *tag)
{
    const char *literal = cmark_node_get_literal(tag);
    size_t len = strlen(literal);
    if (html_is_typed(literal, len))
        become_text(tag);
    else if (html_breaks_line(literal, len) && !breaks(cmark_node_previous(tag)))
        keep_line(tag);
}

static void settle_angles(cmark_node *root)
{
    cmark_iter *it = cmark_iter_new(root);
    while (cmark_iter_next(it) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(it), *before = cmark_node_previous(node);
        cmark_node_type type = cmark_node_get_type(node);
        if (type == CMARK_NODE_HTML_BLOCK)
            read_again(node);
        else if (type == CMARK_NODE_HTML_INLINE)
            settle_tag(node);
        else if (type == CMARK_NODE_SOFTBREAK && before && cmark_node_get_type(before) == CMARK_NODE_LINEBREAK)
            cmark_node_free(node); // the tag before it has broken the line
    }
    cmark_iter_free(it);
}

// ---- line feeds -------------------------------------------------------------------------------------------------

// The line feeds within the paragraphs of prose, and the text that tells what they mean (text/lines.h): the paragraphs
// with blank lines between them.
struct feeds {
    cmark_node **nodes;
    size_t count, cap;
    struct buf text;
    size_t line; // where the line at hand begins in `text`
};

static bool is_prose(cmark_node *paragraph)
{
    return cmark_node_get_type(cmark_node_parent(paragraph)) != CMARK_NODE_ITEM;
}

// A line that shows nothing (<br> alone) is judged as one that is set in and is a whole sentence: it parts paragraphs.
#define SHOWS_NOTHING "\u3000."

static void end_line(struct feeds *f, const char *end)
{
    if (!f->text.data[f->line + strspn(f->text.data + f->line, " \t\r")]) buf_adds(&f->text, SHOWS_NOTHING);
    buf_adds(&f->text, end);
    f->line = f->text.len;
}

static void add_feed(struct feeds *f, cmark_node *node)
{
    mem_grow(&f->nodes, &f->cap, f->count + 1, sizeof(cmark_node *));
    f->nodes[f->count++] = node;
    end_line(f, "\n");
}

static void add_literal(struct feeds *f, const char *text)
{
    for (; *text; text++) buf_addc(&f->text, *text == '\n' ? ' ' : *text);
}

static void note_inline(struct feeds *f, cmark_node *node)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_TEXT:
    case CMARK_NODE_CODE:
        add_literal(f, cmark_node_get_literal(node));
        break;
    case CMARK_NODE_SOFTBREAK:
        add_feed(f, node);
        break;
    case CMARK_NODE_LINEBREAK:
        end_line(f, "\n\n");
        break;
    default:
        break;
    }
}

static void blank_soft_break(cmark_node *node)
{
    cmark_node *blank = cmark_node_new(CMARK_NODE_TEXT);
    cmark_node_set_literal(blank, " ");
    cmark_node_replace(node, blank);
    cmark_node_free(node);
}

// A table, which CommonMark does not know, is shown as it was set: in columns.
static void become_table(cmark_node *paragraph)
{
    struct feeds f = {0};
    cmark_event_type event;
    buf_init(&f.text, BUF_MAX_BOOK);
    cmark_iter *it = cmark_iter_new(paragraph);
    while ((event = cmark_iter_next(it)) != CMARK_EVENT_DONE)
        if (event == CMARK_EVENT_ENTER) note_inline(&f, cmark_iter_get_node(it));
    cmark_iter_free(it);
    if (lines_are_table(f.text.data, f.text.len)) {
        cmark_node *code = cmark_node_new(CMARK_NODE_CODE_BLOCK);
        buf_addc(&f.text, '\n');
        cmark_node_set_literal(code, f.text.data);
        cmark_node_replace(paragraph, code);
        cmark_node_free(paragraph);
    }
    free(f.nodes);
    buf_release(&f.text);
}

static bool begins_with_bar(cmark_node *paragraph)
{
    cmark_node *first = cmark_node_first_child(paragraph);
    return first && cmark_node_get_type(first) == CMARK_NODE_TEXT && *cmark_node_get_literal(first) == '|';
}

static void settle_tables(cmark_node *root)
{
    cmark_iter *it = cmark_iter_new(root);
    cmark_event_type event;
    while ((event = cmark_iter_next(it)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(it);
        if (event == CMARK_EVENT_EXIT && cmark_node_get_type(node) == CMARK_NODE_PARAGRAPH && begins_with_bar(node))
            become_table(node);
    }
    cmark_iter_free(it);
}

// Outside of prose (a heading, a list's item) a line's end is a blank at once.
static void find_feeds(struct feeds *f, cmark_node *root)
{
    cmark_iter *it = cmark_iter_new(root);
    cmark_event_type event;
    bool prose = false;
    while ((event = cmark_iter_next(it)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(it);
        if (cmark_node_get_type(node) == CMARK_NODE_PARAGRAPH) {
            prose = event == CMARK_EVENT_ENTER && is_prose(node);
            if (event == CMARK_EVENT_EXIT && is_prose(node)) end_line(f, "\n\n");
        } else if (prose) {
            note_inline(f, node);
        } else if (cmark_node_get_type(node) == CMARK_NODE_SOFTBREAK) {
            blank_soft_break(node);
        }
    }
    cmark_iter_free(it);
}

// Whether only (not too deep) emphasis lies between the node and its paragraph.
static bool may_split(cmark_node *node)
{
    enum { EMPHASES_MOST = 4 };
    cmark_node *up = cmark_node_parent(node);
    for (int i = 0; i < EMPHASES_MOST &&
                    (cmark_node_get_type(up) == CMARK_NODE_EMPH || cmark_node_get_type(up) == CMARK_NODE_STRONG);
         i++)
        up = cmark_node_parent(up);
    return cmark_node_get_type(up) == CMARK_NODE_PARAGRAPH;
}

// What follows the node goes into a new paragraph, and what is emphasised on both sides into a new emphasis there.
static void split(cmark_node *node)
{
    cmark_node *at = node, *parent;
    do {
        parent = cmark_node_parent(at);
        cmark_node *rest = cmark_node_new(cmark_node_get_type(parent));
        for (cmark_node *n; (n = cmark_node_next(at));) cmark_node_append_child(rest, n);
        cmark_node_insert_after(parent, rest);
        at = parent;
    } while (cmark_node_get_type(parent) != CMARK_NODE_PARAGRAPH);
    cmark_node_free(node);
}

// The last first: so a split moves no more than what stands before the next one.
static void settle_feeds(const struct feeds *f, const enum lines_break *breaks, size_t count)
{
    for (size_t i = f->count; i-- > 0;) {
        enum lines_break what = i < count ? breaks[i] : LINES_JOIN;
        if (what == LINES_JOIN)
            blank_soft_break(f->nodes[i]);
        else if (what == LINES_APART && may_split(f->nodes[i]))
            split(f->nodes[i]);
        else
            keep_line(f->nodes[i]);
    }
}

static void settle_soft_breaks(cmark_node *root)
{
    struct feeds f = {0};
    buf_init(&f.text, BUF_MAX_BOOK);
    find_feeds(&f, root);
    enum lines_break *breaks = mem_calloc(f.count + 1, sizeof(*breaks));
    size_t count = f.count ? lines_judge(breaks, f.count, f.text.data, f.text.len) : 0;
    settle_feeds(&f, breaks, count);
    free(breaks);
    free(f.nodes);
    buf_release(&f.text);
}

void markdown_settle(cmark_node *root)
{
    settle_angles(root);
    settle_tables(root);
    settle_soft_breaks(root);
}
