// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// libcmark. A document is parsed to its tree, the tree is cleaned and polished, and then rendered or walked:
//
//   text ─parse▶ tree ─clean (html, pictures, links, polish)▶ tree ─┬─ cmark_render_html ─▶ XHTML
//                                                                  └─ walk ─▶ blocks of runs
#include "io/markdown.h"

#include <cmark.h>
#include <stdlib.h>
#include <string.h>

#include "base/library.h"
#include "base/mem.h"

enum { HEADING_MOST = 6 };

// ---- the tree ---------------------------------------------------------------------------------------------------

// XML 1.0 has no place for them, however they are escaped.
static void drop_controls(struct buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        bool noncharacter =
            c == 0xef && i + 2 < len && (unsigned char)text[i + 1] == 0xbf && (unsigned char)text[i + 2] >= 0xbe;
        if (noncharacter) i += 2;
        if (!noncharacter && (c >= 0x20 || c == '\n' || c == '\t')) buf_addc(out, text[i]);
    }
}

static bool is_safe_link(const char *url)
{
    static const char *const schemes[] = {"http://", "https://", "mailto:"};
    for (size_t i = 0; url && i < ARRAY_LEN(schemes); i++)
        if (strncmp(url, schemes[i], strlen(schemes[i])) == 0) return true;
    return false;
}

// Its children take the node's place.
static void unwrap(cmark_node *node)
{
    for (cmark_node *child = cmark_node_first_child(node), *next; child; child = next) {
        next = cmark_node_next(child);
        cmark_node_insert_before(node, child);
    }
    cmark_node_free(node);
}

static bool is_block(cmark_node *node)
{
    cmark_node_type t = cmark_node_get_type(node);
    return t >= CMARK_NODE_FIRST_BLOCK && t <= CMARK_NODE_LAST_BLOCK;
}

static bool begins_block(cmark_node *node)
{
    while (!cmark_node_previous(node)) {
        node = cmark_node_parent(node);
        if (!node || is_block(node)) return true;
    }
    return false;
}

static void polish_text(cmark_node *node, const struct markdown_polish *polish)
{
    struct buf out;
    const char *text = cmark_node_get_literal(node);
    if (!text) return;
    buf_init(&out, BUF_MAX_BOOK);
    polish->text(polish->arg, &out, text, strlen(text), begins_block(node));
    cmark_node_set_literal(node, out.data);
    buf_release(&out);
}

static void shift_heading(cmark_node *node, int shift)
{
    int level = cmark_node_get_heading_level(node) + shift;
    cmark_node_set_heading_level(node, level > HEADING_MOST ? HEADING_MOST : level);
}

static void clean_node(cmark_node *node, int shift, const struct markdown_polish *polish)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_HTML_BLOCK:
    case CMARK_NODE_HTML_INLINE:
        cmark_node_free(node);
        break;
    case CMARK_NODE_IMAGE:
        unwrap(node);
        break;
    case CMARK_NODE_LINK:
        if (!is_safe_link(cmark_node_get_url(node))) unwrap(node);
        break;
    case CMARK_NODE_HEADING:
        shift_heading(node, shift);
        break;
    case CMARK_NODE_TEXT:
        if (polish) polish_text(node, polish);
        break;
    default:
        break;
    }
}

// Adjacent texts are joined first, so that whoever polishes sees a quotation mark between its neighbours.
static cmark_node *parse(const char *text, size_t len, int shift, const struct markdown_polish *polish)
{
    struct buf clean;
    cmark_event_type event;
    buf_init(&clean, BUF_MAX_BOOK);
    drop_controls(&clean, text, len);
    cmark_node *root = cmark_parse_document(clean.data, clean.len, CMARK_OPT_VALIDATE_UTF8);
    buf_release(&clean);
    if (!root) abort();
    cmark_consolidate_text_nodes(root);
    cmark_iter *it = cmark_iter_new(root);
    while ((event = cmark_iter_next(it)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(it);
        bool leaf = !cmark_node_first_child(node) && event == CMARK_EVENT_ENTER;
        cmark_node_type t = cmark_node_get_type(node);
        bool container = t == CMARK_NODE_LINK || t == CMARK_NODE_IMAGE || t == CMARK_NODE_HEADING;
        if (container ? event == CMARK_EVENT_EXIT : leaf) clean_node(node, shift, polish);
    }
    cmark_iter_free(it);
    return root;
}

void markdown_xhtml(struct buf *out, const char *text, size_t len, int heading_shift,
                    const struct markdown_polish *polish)
{
    cmark_node *root = parse(text, len, heading_shift, polish);
    char *html = cmark_render_html(root, CMARK_OPT_DEFAULT);
    buf_adds(out, html);
    free(html);
    cmark_node_free(root);
}

// ---- the walk ---------------------------------------------------------------------------------------------------

struct walk {
    const struct markdown_visitor *v;
    unsigned style;
    int quotes, depth;
};

static int item_number(cmark_node *item)
{
    cmark_node *list = cmark_node_parent(item);
    if (cmark_node_get_list_type(list) != CMARK_ORDERED_LIST) return 0;
    int number = cmark_node_get_list_start(list);
    for (cmark_node *n = cmark_node_previous(item); n; n = cmark_node_previous(n)) number++;
    return number;
}

static void walk_paragraph(struct walk *w, cmark_node *node)
{
    cmark_node *parent = cmark_node_parent(node);
    bool item = cmark_node_get_type(parent) == CMARK_NODE_ITEM;
    w->v->begin(w->v->arg, item ? MARKDOWN_ITEM : MARKDOWN_PARAGRAPH, item ? w->depth : 0,
                item ? item_number(parent) : 0, w->quotes > 0);
}

static void walk_run(struct walk *w, cmark_node *node, unsigned style)
{
    const char *text = cmark_node_get_literal(node);
    if (text && *text) w->v->run(w->v->arg, text, strlen(text), w->style | style);
}

static void walk_code_block(struct walk *w, cmark_node *node)
{
    w->v->begin(w->v->arg, MARKDOWN_CODE, 0, 0, w->quotes > 0);
    walk_run(w, node, MARKDOWN_MONO);
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
        walk_run(w, node, 0);
        break;
    case CMARK_NODE_CODE:
        walk_run(w, node, MARKDOWN_MONO);
        break;
    case CMARK_NODE_SOFTBREAK:
        v->run(v->arg, " ", 1, w->style);
        break;
    case CMARK_NODE_LINEBREAK:
        v->run(v->arg, "\n", 1, w->style);
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
        w->style = enter ? w->style | MARKDOWN_EMPHASIS : w->style & ~(unsigned)MARKDOWN_EMPHASIS;
        break;
    case CMARK_NODE_STRONG:
        w->style = enter ? w->style | MARKDOWN_STRONG : w->style & ~(unsigned)MARKDOWN_STRONG;
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
