// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// libcmark. A document is parsed to its tree, the tree is worked on, and then rendered or walked:
//
//   text ─parse▶ tree ─settle (< >, tables, line feeds)─▶ tree ─clean (html, pictures, links; polish)─▶ tree
//                      markdown_settle.c                        markdown_clean.c                          │
//                                                     XHTML ◀─ cmark_render_html ─┬───────────────────────┘
//                                            blocks of runs ◀─ walk ──────────────┘
#include "io/markdown.h"

#include <cmark.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/library.h"
#include "io/markdown_tree.h"
#include "text/xml.h"

// ---- the whole --------------------------------------------------------------------------------------------------

// Adjacent texts are joined first, so that whoever polishes sees a quotation mark between its neighbours.
static cmark_node *parse(const char *text, size_t len, int shift, const struct markdown_polish *polish)
{
    struct buf document;
    buf_init(&document, BUF_MAX_BOOK);
    xml_clean(&document, text, len);
    cmark_node *root = cmark_parse_document(document.data, document.len, CMARK_OPT_DEFAULT);
    buf_release(&document);
    if (!root) abort();
    markdown_settle(root);
    cmark_consolidate_text_nodes(root);
    markdown_clean(root, shift, polish);
    return root;
}

// Paragraphs with line breaks in them are told apart: their first line is not to be set in alone.
static bool is_at(const char *s, const char *end, const char *what)
{
    size_t n = strlen(what);
    return (size_t)(end - s) >= n && memcmp(s, what, n) == 0;
}

static void add_marking_lines(struct buf *out, const char *html)
{
    static const char plain[] = "<p>", marked[] = "<p class=\"" MARKDOWN_LINES_CLASS "\">";
    const char *end = html + strlen(html), *open = NULL;
    for (const char *s = html; (s = memchr(s, '<', (size_t)(end - s))); s++) {
        if (is_at(s, end, plain)) open = s;
        if (is_at(s, end, "</p>")) open = NULL;
        if (!open || !is_at(s, end, "<br />")) continue;
        buf_add(out, html, (size_t)(open - html));
        buf_adds(out, marked);
        html = open + strlen(plain);
        open = NULL;
    }
    buf_add(out, html, (size_t)(end - html));
}

void markdown_xhtml(struct buf *out, const char *text, size_t len, int heading_shift,
                    const struct markdown_polish *polish)
{
    cmark_node *root = parse(text, len, heading_shift, polish);
    char *html = cmark_render_html(root, CMARK_OPT_DEFAULT);
    add_marking_lines(out, html);
    free(html);
    cmark_node_free(root);
}

// ---- the walk ---------------------------------------------------------------------------------------------------

struct walk {
    const struct markdown_visitor *v;
    int emphases, strongs; // how many are open
    int quotes, depth;
};

// The number that stands before the item, kept with it for the one that follows.
static void walk_item(cmark_node *item)
{
    cmark_node *list = cmark_node_parent(item), *previous = cmark_node_previous(item);
    if (cmark_node_get_list_type(list) != CMARK_ORDERED_LIST) return;
    intptr_t number = previous ? (intptr_t)cmark_node_get_user_data(previous) + 1 : cmark_node_get_list_start(list);
    cmark_node_set_user_data(item, (void *)number);
}

static int item_number(cmark_node *item, cmark_node *paragraph)
{
    return cmark_node_first_child(item) == paragraph ? (int)(intptr_t)cmark_node_get_user_data(item)
                                                     : MARKDOWN_FURTHER;
}

static bool has_lines(cmark_node *paragraph)
{
    cmark_iter *it = cmark_iter_new(paragraph);
    bool found = false;
    while (!found && cmark_iter_next(it) != CMARK_EVENT_DONE)
        found = cmark_node_get_type(cmark_iter_get_node(it)) == CMARK_NODE_LINEBREAK;
    cmark_iter_free(it);
    return found;
}

static void walk_paragraph(struct walk *w, cmark_node *node)
{
    cmark_node *parent = cmark_node_parent(node);
    bool item = cmark_node_get_type(parent) == CMARK_NODE_ITEM;
    enum markdown_block kind = item ? MARKDOWN_ITEM : has_lines(node) ? MARKDOWN_LINES : MARKDOWN_PARAGRAPH;
    w->v->begin(w->v->arg, kind, item ? w->depth : 0, item ? item_number(parent, node) : 0, w->quotes > 0);
}

static void walk_run(struct walk *w, const char *text, unsigned style)
{
    if (w->emphases) style |= MARKDOWN_EMPHASIS;
    if (w->strongs) style |= MARKDOWN_STRONG;
    if (*text) w->v->run(w->v->arg, text, strlen(text), style);
}

static void walk_code_block(struct walk *w, cmark_node *node)
{
    w->v->begin(w->v->arg, MARKDOWN_CODE, 0, 0, w->quotes > 0);
    walk_run(w, cmark_node_get_literal(node), MARKDOWN_MONO);
    w->v->end(w->v->arg);
}

static void walk_enter(struct walk *w, cmark_node *node)
{
    const struct markdown_visitor *v = w->v;
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_PARAGRAPH:
        walk_paragraph(w, node);
        break;
    case CMARK_NODE_HEADING:
        v->begin(v->arg, MARKDOWN_HEADING, cmark_node_get_heading_level(node), 0, w->quotes > 0);
        break;
    case CMARK_NODE_CODE_BLOCK:
        walk_code_block(w, node);
        break;
    case CMARK_NODE_THEMATIC_BREAK:
        v->begin(v->arg, MARKDOWN_BREAK, 0, 0, w->quotes > 0);
        v->end(v->arg);
        break;
    case CMARK_NODE_TEXT:
        walk_run(w, cmark_node_get_literal(node), 0);
        break;
    case CMARK_NODE_CODE:
        walk_run(w, cmark_node_get_literal(node), MARKDOWN_MONO);
        break;
    case CMARK_NODE_LINEBREAK:
        walk_run(w, "\n", 0);
        break;
    case CMARK_NODE_ITEM:
        walk_item(node);
        break;
    default:
        break;
    }
}

// What holds others changes how those are written, from its beginning to its end.
static void walk_count(struct walk *w, cmark_node *node, bool enter)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_EMPH:
        w->emphases += enter ? 1 : -1;
        break;
    case CMARK_NODE_STRONG:
        w->strongs += enter ? 1 : -1;
        break;
    case CMARK_NODE_BLOCK_QUOTE:
        w->quotes += enter ? 1 : -1;
        break;
    case CMARK_NODE_LIST:
        w->depth += enter ? 1 : -1;
        break;
    case CMARK_NODE_PARAGRAPH:
    case CMARK_NODE_HEADING:
        if (!enter) w->v->end(w->v->arg);
        break;
    default:
        break;
    }
}

void markdown_walk(const char *text, size_t len, const struct markdown_polish *polish,
                   const struct markdown_visitor *v)
{
    cmark_node *root = parse(text, len, 0, polish);
    cmark_iter *it = cmark_iter_new(root);
    struct walk w = {.v = v};
    cmark_event_type event;
    while ((event = cmark_iter_next(it)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(it);
        walk_count(&w, node, event == CMARK_EVENT_ENTER);
        if (event == CMARK_EVENT_ENTER) walk_enter(&w, node);
    }
    cmark_iter_free(it);
    cmark_node_free(root);
}

void markdown_library(struct library *out)
{
    library_set(out, "cmark", CMARK_VERSION_STRING, cmark_version_string());
}
