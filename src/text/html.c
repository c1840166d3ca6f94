// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Elements by name, and text without them. Each byte is looked at a fixed number of times, whatever the text is.
#include "text/html.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

// The index of elements of the HTML standard, with those it calls obsolete, and the roots of MathML and SVG. Sorted.
static const char *const elements[] = {
    "a",        "abbr",    "acronym",  "address",  "applet",   "area",      "article",    "aside",    "audio",
    "b",        "base",    "basefont", "bdi",      "bdo",      "bgsound",   "big",        "blink",    "blockquote",
    "body",     "br",      "button",   "canvas",   "caption",  "center",    "cite",       "code",     "col",
    "colgroup", "data",    "datalist", "dd",       "del",      "details",   "dfn",        "dialog",   "dir",
    "div",      "dl",      "dt",       "em",       "embed",    "fieldset",  "figcaption", "figure",   "font",
    "footer",   "form",    "frame",    "frameset", "h1",       "h2",        "h3",         "h4",       "h5",
    "h6",       "head",    "header",   "hgroup",   "hr",       "html",      "i",          "iframe",   "img",
    "input",    "ins",     "isindex",  "kbd",      "keygen",   "label",     "legend",     "li",       "link",
    "listing",  "main",    "map",      "mark",     "marquee",  "math",      "menu",       "menuitem", "meta",
    "meter",    "nav",     "nobr",     "noembed",  "noframes", "noscript",  "object",     "ol",       "optgroup",
    "option",   "output",  "p",        "param",    "picture",  "plaintext", "pre",        "progress", "q",
    "rb",       "rp",      "rt",       "rtc",      "ruby",     "s",         "samp",       "script",   "search",
    "section",  "select",  "slot",     "small",    "source",   "span",      "strike",     "strong",   "style",
    "sub",      "summary", "sup",      "svg",      "table",    "tbody",     "td",         "template", "textarea",
    "tfoot",    "th",      "thead",    "time",     "title",    "tr",        "track",      "tt",       "u",
    "ul",       "var",     "video",    "wbr",      "xmp",
};

// Those of them that are blocks, or cells of a table. Sorted.
static const char *const blocks[] = {
    "address", "article", "aside", "blockquote", "body",       "caption", "center", "dd",   "details", "dialog",
    "div",     "dl",      "dt",    "fieldset",   "figcaption", "figure",  "footer", "form", "h1",      "h2",
    "h3",      "h4",      "h5",    "h6",         "header",     "hgroup",  "hr",     "html", "legend",  "li",
    "listing", "main",    "menu",  "nav",        "ol",         "option",  "p",      "pre",  "section", "summary",
    "table",   "tbody",   "td",    "tfoot",      "th",         "thead",   "tr",     "ul",   "xmp",
};

enum { NAME_MOST = 16 };

static int compare(const void *key, const void *item)
{
    return strcasecmp(key, *(const char *const *)item);
}

static bool is_among(const char *const *names, size_t count, const char *s, size_t len)
{
    char name[NAME_MOST];
    if (len >= sizeof name) return false;
    memcpy(name, s, len);
    name[len] = '\0';
    return bsearch(name, names, count, sizeof *names, compare) != NULL;
}

static bool is_element(const char *s, size_t len)
{
    return is_among(elements, ARRAY_LEN(elements), s, len);
}

static bool is_break(const char *name, size_t len)
{
    return len == 2 && strncasecmp(name, "br", 2) == 0;
}

// The name in "<name" or "</name"; 0: there is none.
static size_t tag_name(const char *s, size_t len, const char **name)
{
    size_t at = len > 1 && s[1] == '/' ? 2 : 1, n = at;
    if (at >= len || *s != '<' || !isalpha((unsigned char)s[at])) return 0;
    while (n < len && (isalnum((unsigned char)s[n]) || strchr("-_:.", s[n]))) n++;
    *name = s + at;
    return n - at;
}

bool html_is_typed(const char *s, size_t len)
{
    const char *name;
    size_t n = tag_name(s, len, &name);
    return n > 0 && !is_element(name, n);
}

bool html_breaks_line(const char *s, size_t len)
{
    const char *name;
    size_t n = tag_name(s, len, &name);
    return n > 0 && (is_break(name, n) || is_among(blocks, ARRAY_LEN(blocks), name, n));
}

// ---- text without markup ---------------------------------------------------------------------------------------------

// From its begin to its end nothing of it is shown.
static const struct {
    const char *begin, *end;
} unseen[] = {{"<!--", "-->"},         {"<![CDATA[", "]]>"},  {"<?", "?>"},      {"<!", ">"},
              {"<script", "</script"}, {"<style", "</style"}, {"<svg", "</svg"}, {"<math", "</math"}};

static const char *find(const char *s, size_t len, const char *what)
{
    size_t n = strlen(what);
    for (; len >= n; s++, len--)
        if (strncasecmp(s, what, n) == 0) return s;
    return NULL;
}

// What is not closed goes on to the end.
static size_t unseen_len(const char *s, size_t len)
{
    for (size_t i = 0; i < ARRAY_LEN(unseen); i++) {
        const char *begin = unseen[i].begin, *close = unseen[i].end;
        size_t n = strlen(begin);
        if (len < n || strncasecmp(s, begin, n) != 0) continue;
        if (isalpha((unsigned char)begin[1]) && n < len && isalnum((unsigned char)s[n])) continue; // another name
        const char *end = find(s + n, len - n, close);
        return end ? (size_t)(end - s) + (*close == '<' ? 0 : strlen(close)) : len;
    }
    return 0;
}

struct strip {
    const char *s, *end;
    const char *last_close; // no '>' stands behind it
};

// The bytes of markup at the '<' at hand; 0: it is text.
static size_t markup_len(const struct strip *p)
{
    const char *name;
    size_t len = (size_t)(p->end - p->s), gone = unseen_len(p->s, len);
    if (gone) return gone;
    size_t n = tag_name(p->s, len, &name);
    if (n == 0 || !is_element(name, n) || !p->last_close || p->last_close < p->s) return 0;
    return (size_t)((const char *)memchr(p->s, '>', len) - p->s) + 1;
}

// A hard break for <br>, which ends the line that it stands on; a blank line for a block, unless a line begins anyway.
static void leave_break(struct buf *out, const char *tag, size_t len, const char *end)
{
    const char *name;
    size_t n = tag_name(tag, len, &name);
    if (n == 0 || out->len == 0 || !html_breaks_line(tag, len)) return;
    if (is_break(name, n))
        buf_adds(out, tag + len < end && tag[len] == '\n' ? "  " : "  \n");
    else if (out->data[out->len - 1] != '\n')
        buf_adds(out, "\n\n");
}

void html_strip(struct buf *out, const char *s, size_t len)
{
    struct strip p = {.s = s, .end = s + len, .last_close = mem_rchr(s, '>', len)};
    while (p.s < p.end) {
        const char *angle = memchr(p.s, '<', (size_t)(p.end - p.s)), *stop = angle ? angle : p.end;
        buf_add(out, p.s, (size_t)(stop - p.s));
        p.s = stop;
        size_t gone = angle ? markup_len(&p) : 0;
        if (angle && gone == 0) {
            buf_adds(out, "\\<");
            gone = 1;
        } else if (angle) {
            leave_break(out, p.s, gone, p.end);
        }
        p.s += gone;
    }
}
