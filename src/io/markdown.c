// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// libcmark. A document is parsed to its tree, the tree is cleaned and polished, and then rendered or walked:
//
//   text ─parse▶ tree ─settle (< >, tables, line feeds) ─clean (html, pictures, links, polish)▶ tree ─┬─ cmark_render_html ─▶ XHTML
//                                                                                       └─ walk ─▶ blocks of runs
#include "io/markdown.h"

#include <cmark.h>
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/library.h"
#include "base/mem.h"
#include "text/html.h"
#include "text/lines.h"
#include "text/xml.h"

enum { HEADING_MOST = 6 };

// ---- the tree ---------------------------------------------------------------------------------------------------

// What a URL may be made of (RFC 3986), less brackets: readers of books refuse those outside an address of IPv6.
static bool is_url_text(const char *s)
{
    static const char marks[] = "-._~:/?#@!$&'()*+,;=";
    for (; *s; s++) {
        bool escape = *s == '%' && isxdigit((unsigned char)s[1]) && isxdigit((unsigned char)s[2]);
        bool plain = (unsigned char)*s < 0x80 && (isalnum((unsigned char)*s) || strchr(marks, *s));
        if (!escape && !plain) return false;
    }
    return true;
}

// A name or an address with a port, up to the path.
static bool is_host(const char *s)
{
    size_t name = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");
    const char *end = s + name;
    if (!name || *s == '-' || *s == '.') return false;
    if (*end == ':') end += 1 + strspn(end + 1, "0123456789");
    return !*end || strchr("/?#", *end);
}

static bool is_safe_link(const char *url)
{
    if (!url || !is_url_text(url)) return false;
    if (strncasecmp(url, "http://", 7) == 0) return is_host(url + 7);
    if (strncasecmp(url, "https://", 8) == 0) return is_host(url + 8);
    return strncasecmp(url, "mailto:", 7) == 0 && strchr(url + 7, '@');
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

// An entity (&#1;) may stand for what no document may hold, and only the parser knows which are entities.
static void clean_literal(cmark_node *node)
{
    struct buf clean;
    const char *text = cmark_node_get_literal(node);
    buf_init(&clean, BUF_MAX_BOOK);
    xml_clean(&clean, text, strlen(text));
    cmark_node_set_literal(node, clean.data);
    buf_release(&clean);
}

static bool is_blank_text(cmark_node *node)
{
    const char *text = node && cmark_node_get_type(node) == CMARK_NODE_TEXT ? cmark_node_get_literal(node) : "x";
    return !text[strspn(text, " ")];
}

static bool is_behind_break(cmark_node *node)
{
    cmark_node *before = cmark_node_previous(node);
    if (is_blank_text(before)) before = cmark_node_previous(before);
    return before && cmark_node_get_type(before) == CMARK_NODE_LINEBREAK;
}

// Formats set their paragraphs in themselves; one that Japanese and Chinese bring along would double that. Behind a break
// that a tag has left a blank may stand.
static void drop_indent(cmark_node *node)
{
    static const char indent[] = "\u3000";
    const char *text = cmark_node_get_literal(node), *s = text;
    if (is_behind_break(node)) s += strspn(s, " ");
    while (begins_block(node) && strncmp(s, indent, strlen(indent)) == 0) s += strlen(indent);
    char *rest = s > text ? mem_strdup(s) : NULL;
    if (rest) cmark_node_set_literal(node, rest);
    free(rest);
}

static void clean_attribute(cmark_node *node, const char *(*get)(cmark_node *),
                            int (*set)(cmark_node *, const char *))
{
    struct buf clean;
    const char *text = get(node);
    if (!text || !*text) return;
    buf_init(&clean, BUF_MAX_BOOK);
    xml_clean(&clean, text, strlen(text));
    set(node, clean.data);
    buf_release(&clean);
}

static void polish_text(cmark_node *node, const struct markdown_polish *polish)
{
    struct buf out;
    const char *text = cmark_node_get_literal(node);
    buf_init(&out, BUF_MAX_BOOK);
    polish->text(polish->arg, &out, text, strlen(text), begins_block(node));
    cmark_node_set_literal(node, out.data);
    buf_release(&out);
}

// What stands between two texts decides which way a quotation mark beside it turns.
static void polish_between(cmark_node *node, const char *shown, const struct markdown_polish *polish)
{
    struct buf unused;
    if (!polish) return;
    buf_init(&unused, BUF_MAX_LINE);
    polish->text(polish->arg, &unused, shown, strlen(shown), begins_block(node));
    buf_release(&unused);
}

static bool is_blank(cmark_node *paragraph)
{
    for (cmark_node *n = cmark_node_first_child(paragraph); n; n = cmark_node_next(n))
        if (cmark_node_get_type(n) != CMARK_NODE_LINEBREAK) {
            const char *text = cmark_node_get_type(n) == CMARK_NODE_TEXT ? cmark_node_get_literal(n) : "x";
            if (text[strspn(text, " ")]) return false;
        }
    return true;
}

static void shift_heading(cmark_node *node, int shift)
{
    int level = cmark_node_get_heading_level(node) + shift;
    cmark_node_set_heading_level(node, level > HEADING_MOST ? HEADING_MOST : level);
}

static void clean_leaf(cmark_node *node, const struct markdown_polish *polish)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_HTML_INLINE:
        cmark_node_free(node);
        break;
    case CMARK_NODE_TEXT:
        clean_literal(node);
        drop_indent(node);
        if (polish) polish_text(node, polish);
        break;
    case CMARK_NODE_CODE_BLOCK:
        clean_attribute(node, cmark_node_get_fence_info, cmark_node_set_fence_info);
        clean_literal(node);
        break;
    case CMARK_NODE_CODE:
        clean_literal(node);
        polish_between(node, MARKDOWN_OBJECT, polish);
        break;
    case CMARK_NODE_LINEBREAK:
        polish_between(node, "\n", polish);
        break;
    default:
        break;
    }
}

// A tag at its end has left one.
static void drop_last_break(cmark_node *paragraph)
{
    cmark_node *last = cmark_node_last_child(paragraph);
    if (last && cmark_node_get_type(last) == CMARK_NODE_LINEBREAK) cmark_node_free(last);
}

static void clean_container(cmark_node *node, int shift)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_IMAGE:
        unwrap(node);
        break;
    case CMARK_NODE_LINK:
        clean_attribute(node, cmark_node_get_title, cmark_node_set_title);
        if (!is_safe_link(cmark_node_get_url(node))) unwrap(node);
        break;
    case CMARK_NODE_HEADING:
        shift_heading(node, shift);
        break;
    case CMARK_NODE_PARAGRAPH: // of html or an unnamed picture alone
        drop_last_break(node);
        if (is_blank(node)) cmark_node_free(node);
        break;
    default:
        break;
    }
}

static bool is_leaf(cmark_node *node)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_THEMATIC_BREAK:
    case CMARK_NODE_CODE_BLOCK:
    case CMARK_NODE_TEXT:
    case CMARK_NODE_SOFTBREAK:
    case CMARK_NODE_LINEBREAK:
    case CMARK_NODE_CODE:
    case CMARK_NODE_HTML_INLINE:
        return true;
    default:
        return false;
    }
}

// An iterator has computed its next node before it hands one out, and that one lies behind a leaf that is entered and
// behind a container that is left: at these two moments the node may go.
static void clean(cmark_node *root, int shift, const struct markdown_polish *polish)
{
    cmark_iter *it = cmark_iter_new(root);
    cmark_event_type event;
    while ((event = cmark_iter_next(it)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(it);
        if (is_leaf(node))
            clean_leaf(node, polish);
        else if (event == CMARK_EVENT_EXIT)
            clean_container(node, shift);
    }
    cmark_iter_free(it);
}

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
    if (is_blank_text(node)) node = cmark_node_previous(node);
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
    settle_angles(root);
    settle_tables(root);
    settle_soft_breaks(root);
    cmark_consolidate_text_nodes(root);
    clean(root, shift, polish);
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
    cmark_event_type event;
    bool found = false;
    while (!found && (event = cmark_iter_next(it)) != CMARK_EVENT_DONE)
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
