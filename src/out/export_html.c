// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// One HTML file that needs nothing else: no script, no font, nothing from the network, which its own policy forbids. It
// keeps the reader's font size, is light or dark as the system is, and prints with a page for each chapter.
#include "out/manuscript.h"

#include <string.h>

#include "out/typeset.h"
#include "text/base64.h"
#include "text/xml.h"

static const char style[] =
    ":root{color-scheme:light dark;--paper:#fdfcf8;--ink:#222;--faint:#6b6b6b;--line:#d8d4c8}\n"
    "@media (prefers-color-scheme:dark){:root{--paper:#17181a;--ink:#d6d3cc;--faint:#97948d;--line:#3a3a3a}}\n"
    "html{background:var(--paper);color:var(--ink);-webkit-text-size-adjust:100%;text-size-adjust:100%}\n"
    "body{max-width:34em;margin:0 auto;padding:1.5em 1.2em 4em;line-height:1.55;"
    "font-family:Charter,\"Bitstream Charter\",Georgia,Cambria,serif;overflow-wrap:break-word}\n"
    "header{min-height:60vh;display:flex;flex-direction:column;justify-content:center;text-align:center}\n"
    "header img{max-width:100%;height:auto;max-height:80vh;margin:0 auto 2em}\n"
    "h1,h2,h3,h4,h5,h6{line-height:1.25;text-wrap:balance;hyphens:none}\n"
    "h1{font-size:2.1em;margin:0 0 .3em}\n"
    "h2{font-size:1.5em;margin:0 0 1.6em;text-align:center}\n"
    ".number{display:block;font-size:.62em;font-weight:normal;color:var(--faint);margin:0 0 .4em}\n"
    "header p{margin:.3em 0}\n"
    ".subtitle{font-size:1.2em}.author{font-size:1.1em}.series,.rights,.unfinished{color:var(--faint)}\n"
    ".unfinished{text-align:center;font-style:italic}\n"
    "nav{border-block:1px solid var(--line);padding:1.5em 0;margin:0 0 3em}\n"
    "nav h2{margin:0 0 .8em}nav ol{list-style:none;margin:0;padding:0}nav li{margin:.3em 0}\n"
    "a{color:inherit}nav a{text-decoration:none}nav a:hover,nav a:focus{text-decoration:underline}\n"
    "section{margin:0 0 4em}\n"
    "section p{margin:0;text-indent:1.4em;hyphens:auto}\n"
    "h2+p,h3+p,h4+p,h5+p,h6+p,hr+p,blockquote+p,pre+p,ul+p,ol+p,li>p:first-child{text-indent:0}\n"
    "section p.lines{text-indent:0;margin:.6em 0}\n"
    ".markup p{text-indent:0;margin:.8em 0}\n"
    "hr{border:0;margin:1.6em 0;text-align:center}hr::before{content:\"* * *\";color:var(--faint)}\n"
    "blockquote{margin:1em 1.6em}\n"
    "pre{overflow-x:auto;padding:.8em;border:1px solid var(--line)}code{font-size:.9em}\n"
    ":lang(ja) p,:lang(zh) p{text-indent:1em}\n"
    "@media print{html{background:none;color:#000}body{max-width:none;padding:0;font-size:11pt}"
    "header,nav{break-after:page;min-height:0;border:0}header{height:90vh}section{break-before:page;margin:0}"
    "h2{break-after:avoid}p{orphans:2;widows:2}pre{white-space:pre-wrap}}\n";

// A line that is no Markdown, typeset and escaped.
static void add_line(struct buf *out, const struct manuscript *m, const char *text)
{
    struct buf line;
    buf_init(&line, BUF_MAX_PIECE);
    typeset_line(&line, m, text);
    xml_escape(out, line.data, line.len);
    buf_release(&line);
}

static void add_paragraph(struct buf *out, const struct manuscript *m, const char *class, const char *text)
{
    if (!text) return;
    buf_addf(out, "<p class=\"%s\">", class);
    add_line(out, m, text);
    buf_adds(out, "</p>\n");
}

static void add_meta(struct buf *out, const struct manuscript *m, const char *name, const char *text)
{
    if (!text) return;
    buf_addf(out, "<meta name=\"%s\" content=\"", name);
    add_line(out, m, text);
    buf_adds(out, "\">\n");
}

static void add_head(struct buf *out, const struct manuscript *m)
{
    buf_adds(out, "<!DOCTYPE html>\n<html lang=\"");
    buf_addf(out, "%s\" dir=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n", typeset_language(m),
             language_rtl(m->language) ? "rtl" : "ltr");
    buf_adds(out, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                  "style-src 'unsafe-inline'; img-src data:\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    add_line(out, m, m->title);
    buf_adds(out, "</title>\n");
    add_meta(out, m, "author", m->author);
    add_meta(out, m, "description", m->description);
    buf_addf(out, "<style>\n%s</style>\n</head>\n", style);
}

// The title stands below it.
static void add_cover(struct buf *out, const struct manuscript *m)
{
    const struct manuscript_cover *c = &m->cover;
    if (c->data.len == 0) return;
    buf_addf(out, "<img alt=\"\" width=\"%d\" height=\"%d\" src=\"data:%s;base64,", c->width, c->height,
             c->media_type);
    base64_write(out, c->data.data, c->data.len);
    buf_adds(out, "\">\n");
}

static void add_title_page(struct buf *out, const struct manuscript *m)
{
    buf_adds(out, "<header>\n");
    add_cover(out, m);
    buf_adds(out, "<h1>");
    add_line(out, m, m->title);
    buf_adds(out, "</h1>\n");
    add_paragraph(out, m, "subtitle", m->subtitle);
    add_paragraph(out, m, "author", m->author);
    add_paragraph(out, m, "series", m->series);
    add_paragraph(out, m, "rights", m->rights);
    if (!m->complete) add_paragraph(out, m, "unfinished", language_word(m->language, LANGUAGE_UNFINISHED));
    buf_adds(out, "</header>\n");
}

static void add_contents(struct buf *out, const struct manuscript *m)
{
    struct buf heading;
    buf_init(&heading, BUF_MAX_PIECE);
    buf_adds(out, "<nav aria-labelledby=\"contents\">\n<h2 id=\"contents\">");
    add_line(out, m, language_word(m->language, LANGUAGE_CONTENTS));
    buf_adds(out, "</h2>\n<ol>\n");
    for (size_t i = 0; i < m->chapters_count; i++) {
        buf_clear(&heading);
        typeset_heading(&heading, m, &m->chapters[i]);
        buf_addf(out, "<li><a href=\"#chapter-%d\">", m->chapters[i].number);
        xml_escape(out, heading.data, heading.len);
        buf_adds(out, "</a></li>\n");
    }
    buf_adds(out, "</ol>\n</nav>\n");
    buf_release(&heading);
}

// "Chapter 3" over the title, unless the title says it.
static void add_heading(struct buf *out, const struct manuscript *m, const struct manuscript_chapter *c)
{
    struct buf number;
    buf_init(&number, BUF_MAX_LINE);
    typeset_number(&number, m, c);
    buf_adds(out, "<h2>");
    if (number.len > 0) buf_adds(out, "<span class=\"number\">");
    xml_escape(out, number.data, number.len);
    if (number.len > 0) buf_adds(out, "</span> ");
    add_line(out, m, c->title);
    buf_adds(out, "</h2>\n");
    buf_release(&number);
}

static void add_chapter(struct buf *out, const struct manuscript *m, const struct manuscript_chapter *c)
{
    struct typeset t;
    struct buf text;
    typeset_init(&t, m);
    buf_init(&text, BUF_MAX_BOOK);
    typeset_prose(&text, m, c);
    buf_addf(out, "<section id=\"chapter-%d\">\n", c->number);
    add_heading(out, m, c);
    markdown_xhtml(out, text.data, text.len, 2, &t.polish);
    buf_release(&text);
    buf_adds(out, "</section>\n");
}

bool export_html(const struct manuscript *m, struct buf *out, struct err *e)
{
    (void)e;
    add_head(out, m);
    buf_adds(out, "<body>\n");
    add_title_page(out, m);
    if (m->chapters_count > 1) add_contents(out, m);
    buf_addf(out, "<main%s>\n", m->markup ? " class=\"markup\"" : "");
    for (size_t i = 0; i < m->chapters_count; i++) add_chapter(out, m, &m->chapters[i]);
    if (!m->complete) add_paragraph(out, m, "unfinished", language_word(m->language, LANGUAGE_UNFINISHED));
    buf_adds(out, "</main>\n</body>\n</html>\n");
    return true;
}
