// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What a document must not hold leaves its tree: raw HTML, pictures, links that lead nowhere, characters that XML forbids,
// empty paragraphs. What stays is text in reading order, and goes through the polish.
#include "io/markdown_tree.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "text/xml.h"

enum { HEADING_MOST = 6 };

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

bool markdown_is_blank(cmark_node *node)
{
    const char *text = node && cmark_node_get_type(node) == CMARK_NODE_TEXT ? cmark_node_get_literal(node) : "x";
    return !text[strspn(text, " ")];
}

static bool is_behind_break(cmark_node *node)
{
    cmark_node *before = cmark_node_previous(node);
    if (markdown_is_blank(before)) before = cmark_node_previous(before);
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
void markdown_clean(cmark_node *root, int shift, const struct markdown_polish *polish)
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
