// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Markdown as XHTML and as a walk: what is dropped, what is polished, and that hostile text costs no more than its length.
#include "base/mem.h"
#include "io/markdown.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <time.h>

static void assert_xhtml_shifted(const char *text, int shift, const char *expected)
{
    struct buf b;
    buf_init(&b, BUF_MAX_BOOK);
    markdown_xhtml(&b, text, strlen(text), shift, NULL);
    assert_string_equal(b.data, expected);
    buf_release(&b);
}

static void assert_xhtml(const char *text, const char *expected)
{
    assert_xhtml_shifted(text, 0, expected);
}

static void test_prose(void **state)
{
    (void)state;
    assert_xhtml("One *two* **three**.\n\nFour\nfive.\n",
                 "<p>One <em>two</em> <strong>three</strong>.</p>\n<p>Four five.</p>\n");
    assert_xhtml("a\n\n***\n\nb", "<p>a</p>\n<hr />\n<p>b</p>\n");
    assert_xhtml("hard  \nbreak & < \"q\"", "<p class=\"lines\">hard<br />\nbreak &amp; &lt; &quot;q&quot;</p>\n");
}

static void test_lines_that_are_paragraphs(void **state)
{
    (void)state;
    assert_xhtml("\"Where?\"\n\"Out.\"\nHe left.",
                 "<p>&quot;Where?&quot;</p>\n<p>&quot;Out.&quot;</p>\n<p>He left.</p>\n");
    assert_xhtml("> Where?\n> Out.\n\n> b", "<blockquote>\n<p>Where?</p>\n<p>Out.</p>\n</blockquote>\n"
                                            "<blockquote>\n<p>b</p>\n</blockquote>\n");
    assert_xhtml("- Where?\n  Out.\n- In.", "<ul>\n<li>Where? Out.</li>\n<li>In.</li>\n</ul>\n");
    assert_xhtml("a\n\n- x  \n  y", "<p>a</p>\n<ul>\n<li>x<br />\ny</li>\n</ul>\n");
    assert_xhtml("Where?\nOut.\n===", "<h1>Where? Out.</h1>\n");
    assert_xhtml("The sea,\nThe sea,\nThe rope.",
                 "<p class=\"lines\">The sea,<br />\nThe sea,<br />\nThe rope.</p>\n");
    assert_xhtml("A&#10;b.\nC.\n<br>\nD.\n`E`\nF.",
                 "<p>A\nb.</p>\n<p>C.</p>\n<p>D.</p>\n<p class=\"lines\"><code>E</code><br />\nF.</p>\n");
}

static void test_tables(void **state)
{
    (void)state;
    assert_xhtml("a\n\n| *N* | A |\n|---|:-:|\n| <b>x</b> | `y` |\n\nb",
                 "<p>a</p>\n<pre><code>| N | A |\n|---|:-:|\n| x | y |\n</code></pre>\n<p>b</p>\n");
    assert_xhtml("> |a|\n> |-|\n\n- |b|\n  |-|", "<blockquote>\n<pre><code>|a|\n|-|\n</code></pre>\n</blockquote>\n"
                                                 "<ul>\n<li>\n<pre><code>|b|\n|-|\n</code></pre>\n</li>\n</ul>\n");
    assert_xhtml("|a| b", "<p>|a| b</p>\n");
}

static void test_emphasis_goes_on_in_the_next_paragraph(void **state)
{
    (void)state;
    assert_xhtml("He read: *One.\nTwo **a.\nB.** Three.* Four.\nFive.",
                 "<p>He read: <em>One.</em></p>\n<p><em>Two <strong>a.</strong></em></p>\n"
                 "<p><em><strong>B.</strong> Three.</em> Four.</p>\n<p>Five.</p>\n");
    assert_xhtml(
        "*a *b *c *d *One.\nTwo.* c* b* a* x*",
        "<p class=\"lines\"><em>a <em>b <em>c <em>d <em>One.<br />\nTwo.</em> c</em> b</em> a</em> x</em></p>\n");
    assert_xhtml("[One.\nTwo.](http://a.b)", "<p class=\"lines\"><a href=\"http://a.b\">One.<br />\nTwo.</a></p>\n");
}

static void test_html_is_dropped(void **state)
{
    (void)state;
    assert_xhtml("a <b onclick='x'>bold</b> c<!-- no -->", "<p>a bold c</p>\n");
    assert_xhtml("<script>\nalert(1)\n</script>\n\nafter", "<p>after</p>\n");
    assert_xhtml("<b></b>\n\n> <i></i>\n<u></u>\n\nafter", "<blockquote>\n</blockquote>\n<p>after</p>\n");
    assert_xhtml("`<b>`", "<p><code>&lt;b&gt;</code></p>\n");
}

static void test_angle_brackets_that_are_no_html(void **state)
{
    (void)state;
    assert_xhtml("He typed <enter> and </Quit Now>.", "<p>He typed &lt;enter&gt; and &lt;/Quit Now&gt;.</p>\n");
    assert_xhtml("<enter>\nHe *pressed* it.\n\nb",
                 "<p class=\"lines\">&lt;enter&gt;<br />\nHe <em>pressed</em> it.</p>\n<p>b</p>\n");
    assert_xhtml("<div align=\"center\">\nThe *End*\n</div>\n\nb", "<p>The <em>End</em></p>\n<p>b</p>\n");
    // What a tag has parted stays apart.
    assert_xhtml("One.<br>Two.<br/>\nThree.<br><br>", "<p class=\"lines\">One.<br />\nTwo.<br />\nThree.</p>\n");
    assert_xhtml("One.</p> <p> Two.", "<p class=\"lines\">One.<br />\nTwo.</p>\n");
    assert_xhtml("<p>One.</p><p>Two.</p>", "<p>One.</p>\n<p>Two.</p>\n");
    assert_xhtml("<br>\nHe left.", "<p>He left.</p>\n");
    assert_xhtml("> <key>\n\n- <p>x", "<blockquote>\n<p>&lt;key&gt;</p>\n</blockquote>\n<ul>\n<li>x</li>\n</ul>\n");
    assert_xhtml("<style>\np{}\n\nq{}\n</style>", "");
    assert_xhtml("`<enter>`", "<p><code>&lt;enter&gt;</code></p>\n");
    assert_xhtml("<mail@a.b> <http://c.d>", "<p><a href=\"mailto:mail@a.b\">mail@a.b</a> "
                                            "<a href=\"http://c.d\">http://c.d</a></p>\n");
}

static void test_pictures(void **state)
{
    (void)state;
    assert_xhtml("see ![a *small* cat](cat.png \"t\")!", "<p>see a <em>small</em> cat!</p>\n");
    assert_xhtml("![](x.png)\n\nafter", "<p>after</p>\n");
    assert_xhtml("[![cat](c.png)](http://a.example/)", "<p><a href=\"http://a.example/\">cat</a></p>\n");
    assert_xhtml("![![inner](i.png)](o.png)", "<p>inner</p>\n");
}

static void assert_link(const char *url, bool stays)
{
    char *text = mem_printf("[*text*](%s)", url);
    struct buf b;
    buf_init(&b, BUF_MAX_LINE);
    markdown_xhtml(&b, text, strlen(text), 0, NULL);
    assert_int_equal(strstr(b.data, "<a href=\"") != NULL, stays);
    assert_non_null(strstr(b.data, "text"));
    buf_release(&b);
    free(text);
}

static void test_links(void **state)
{
    static const char *const unsafe[] = {
        "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "/local",  "#anchor",     "http://",
        "http:///path",        "http://[x]/",      "http://a b/",        "mailto:", "https://-a/", "<http://a.b/%zz>",
        "JaVaScRiPt:x",        "http://a.b:80x/",  "ftp://a.b/"};
    static const char *const safe[] = {"http://a.b", "HTTPS://a.b:80/c?d=%20&e#f", "mailto:a@b.c"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(unsafe); i++) assert_link(unsafe[i], false);
    for (size_t i = 0; i < ARRAY_LEN(safe); i++) assert_link(safe[i], true);
    assert_xhtml("[]()[](http://a.b/)", "<p><a href=\"http://a.b/\"></a></p>\n");
}

static void test_headings_are_shifted(void **state)
{
    (void)state;
    assert_xhtml_shifted("# a\n\n##### b\n\n###### c", 1, "<h2>a</h2>\n<h6>b</h6>\n<h6>c</h6>\n");
    assert_xhtml_shifted("#\n\ntext", 2, "<h3></h3>\n<p>text</p>\n");
}

static void test_characters(void **state)
{
    (void)state;
    assert_xhtml("a\x01\x1B[0mb\x7F", "<p>a[0mb</p>\n");
    assert_xhtml("a&#1;&#x1b;&#xFFFE;&#xFFFF;b&#x1FFFE;c", "<p>a\xEF\xBF\xBD\xEF\xBF\xBD"
                                                           "bc</p>\n");
    assert_xhtml("`&#1;`", "<p><code>&amp;#1;</code></p>\n");
    assert_xhtml("[t](http://a.b \"&#1;x\")", "<p><a href=\"http://a.b\" title=\"x\">t</a></p>\n");
    assert_xhtml("``` &#1;c\nx\n```", "<pre><code class=\"language-c\">x\n</code></pre>\n");
    assert_xhtml("a\xFFz \xED\xA0\x80", "<p>a\xEF\xBF\xBDz \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD</p>\n");
    assert_xhtml("cut \xE2\x80", "<p>cut \xEF\xBF\xBD\xEF\xBF\xBD</p>\n");
}

static void test_empty(void **state)
{
    (void)state;
    assert_xhtml("", "");
    assert_xhtml("\n \n", "");
    assert_xhtml("[only]: http://a.b/\n", "");
}

// ---- polish -----------------------------------------------------------------------------------------------------

static void bracket(void *arg, struct buf *out, const char *text, size_t len, bool begins)
{
    (*(int *)arg)++;
    buf_addf(out, "%s%.*s]", begins ? "{" : "[", (int)len, text);
}

static void assert_polished(const char *text, const char *expected)
{
    int calls = 0;
    struct markdown_polish polish = {bracket, &calls};
    struct buf b;
    buf_init(&b, BUF_MAX_LINE);
    markdown_xhtml(&b, text, strlen(text), 0, &polish);
    assert_string_equal(b.data, expected);
    assert_true(calls > 0);
    buf_release(&b);
}

static void test_polish(void **state)
{
    (void)state;
    assert_polished("\"a\" b\nc", "<p>{&quot;a&quot; b c]</p>\n"); // one piece, though cmark made several
    assert_polished("*\"a* b\"", "<p><em>{&quot;a]</em>[ b&quot;]</p>\n");
    assert_polished("***a***", "<p><em><strong>{a]</strong></em></p>\n");
    assert_polished("a  \nb", "<p class=\"lines\">{a]<br />\n[b]</p>\n");
    assert_polished("a `\"c\"` d", "<p>{a ]<code>&quot;c&quot;</code>[ d]</p>\n");
    assert_polished("<i>a</i>\n\n    code\n\n- b\n",
                    "<p>{a]</p>\n<pre><code>code\n</code></pre>\n<ul>\n<li>{b]</li>\n</ul>\n");
    assert_polished("![x](y) ![z](w)", "<p>{x][ ][z]</p>\n");
    assert_polished("[l](unsafe:x)m", "<p>{l][m]</p>\n");
    assert_polished("# h\n\n> q", "<h1>{h]</h1>\n<blockquote>\n<p>{q]</p>\n</blockquote>\n");
}

static void collect(void *arg, struct buf *out, const char *text, size_t len, bool begins)
{
    buf_addf(arg, "%s%.*s|", begins ? "^" : "", (int)len, text);
    buf_add(out, text, len);
}

static void test_polish_hears_what_stands_between(void **state)
{
    struct buf heard, b;
    struct markdown_polish polish = {collect, &heard};
    (void)state;
    buf_init(&heard, BUF_MAX_LINE);
    buf_init(&b, BUF_MAX_LINE);
    markdown_xhtml(&b, "a\\\n\"b\"", 6, 0, &polish);
    assert_string_equal(heard.data, "^a|\n|\"b\"|");
    buf_clear(&heard);
    markdown_xhtml(&b, "`c`\"d\"", 6, 0, &polish);
    assert_string_equal(heard.data, "^" MARKDOWN_OBJECT "|\"d\"|");
    buf_release(&heard);
    buf_release(&b);
}

// ---- the walk ---------------------------------------------------------------------------------------------------

static void note_begin(void *arg, enum markdown_block kind, int level, int number, bool quoted)
{
    static const char *const names[] = {"p", "lines", "h", "item", "code", "break"};
    buf_addf(arg, "%s%s %d %d:", quoted ? ">" : "", names[kind], level, number);
}

static void note_run(void *arg, const char *text, size_t len, unsigned style)
{
    buf_addf(arg, "(%s%s%s%.*s)", style & MARKDOWN_EMPHASIS ? "/" : "", style & MARKDOWN_STRONG ? "*" : "",
             style & MARKDOWN_MONO ? "#" : "", (int)len, text);
}

static void note_end(void *arg)
{
    buf_addc(arg, ';');
}

static void assert_walk(const char *text, const char *expected)
{
    struct buf b;
    struct markdown_visitor v = {note_begin, note_run, note_end, &b};
    buf_init(&b, BUF_MAX_BOOK);
    markdown_walk(text, strlen(text), NULL, &v);
    assert_string_equal(b.data, expected);
    buf_release(&b);
}

static void test_an_indent_of_its_own_goes(void **state)
{
    (void)state;
    assert_xhtml("　「外だ」\n　彼は　黙った。\n\n　*外*",
                 "<p>「外だ」</p>\n<p>彼は　黙った。</p>\n<p><em>外</em></p>\n");
    assert_walk("　外。\n\n　", "p 0 0:(外。);");
}

static void test_walk_blocks(void **state)
{
    (void)state;
    assert_walk("a\nb\n\nc", "p 0 0:(a b);p 0 0:(c);");
    assert_walk("## a\n\n***\n\nb", "h 2 0:(a);break 0 0:;p 0 0:(b);");
    assert_walk("```x\none\n  two\n```", "code 0 0:(#one\n  two\n);");
    assert_walk("> a\n> > b\n\nc", ">p 0 0:(a);>p 0 0:(b);p 0 0:(c);");
    assert_walk("<b></b>\n\n[t](http://a.b) ![p](q)", "p 0 0:(t)( )(p);");
}

static void test_walk_lists(void **state)
{
    (void)state;
    assert_walk("- a\n- b\n  1. c\n  2. d\n", "item 1 0:(a);item 1 0:(b);item 2 1:(c);item 2 2:(d);");
    assert_walk("7. a\n\n   more\n8. b", "item 1 7:(a);item 1 -1:(more);item 1 8:(b);");
    assert_walk("> - a", ">item 1 0:(a);");
    assert_walk("- # h\n\n  p\n-\n", "h 1 0:(h);item 1 -1:(p);");
}

static void test_walk_styles(void **state)
{
    (void)state;
    assert_walk("*a **b** c* d", "p 0 0:(/a )(/*b)(/ c)( d);");
    assert_walk("*a *b* c* d", "p 0 0:(/a )(/b)(/ c)( d);"); // the inner one's end does not end the outer one
    assert_walk("**`x`**  \ny", "lines 0 0:(*#x)(\n)(y);");
}

// ---- hostile text -----------------------------------------------------------------------------------------------

enum { MEGABYTE = 1 << 20 };
enum {
    HOSTILE_MS = 30000
}; // a hundredth is usual, and ten times that under a sanitizer; what grows with the square of the length takes minutes

static void count_run(void *arg, const char *text, size_t len, unsigned style)
{
    (void)text;
    (void)style;
    *(size_t *)arg += len;
}

static void ignore_begin(void *arg, enum markdown_block kind, int level, int number, bool quoted)
{
    (void)arg, (void)kind, (void)level, (void)number, (void)quoted;
}

static void ignore_end(void *arg)
{
    (void)arg;
}

static void same(void *arg, struct buf *out, const char *text, size_t len, bool begins)
{
    (void)arg;
    (void)begins;
    buf_add(out, text, len);
}

static void assert_bounded(const char *piece, size_t total)
{
    struct buf text, b;
    size_t n = 0;
    struct markdown_polish polish = {same, NULL};
    struct markdown_visitor v = {ignore_begin, count_run, ignore_end, &n};
    buf_init(&text, BUF_MAX_BOOK);
    buf_init(&b, BUF_MAX_BOOK);
    while (text.len < total) buf_adds(&text, piece);
    clock_t before = clock(); // of the processor: others may need the machine too
    markdown_xhtml(&b, text.data, text.len, 1, &polish);
    markdown_walk(text.data, text.len, &polish, &v);
    int64_t took = (int64_t)(clock() - before) * 1000 / CLOCKS_PER_SEC;
    if (took > HOSTILE_MS) print_error("'%s' for %zu bytes: %d ms\n", piece, total, (int)took);
    assert_true(took <= HOSTILE_MS);
    buf_release(&text);
    buf_release(&b);
}

static void test_hostile(void **state)
{
    static const char *const pieces[] = {
        "*",       "_",     "`",     "[",       "![",       "![[]()", "](",       "[a](",  "<",       "<!--",
        "&",       "\\",    "> ",    "*a ",     "*a_ ",     "*a**a ", "a**b",     "[a][b", "- ",      "1. a\n",
        "- a\n\n", "# a\n", "```\n", "a\n",     "<?",       "<!A ",   "<a ",      "&#1;",  "\"a\" ",  "a  \n",
        "**x* ",   "[![",   "\t",    "* * *\n", "[a]: b\n", ">a\n",   "A.\n",     "*A.\n", "*a\nA. ", "[A.\n",
        "> A.\n",  "Aa\n",  "“A”\n", "「A」\n", "...\n",    "|",      "|a\n|-\n",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++) assert_bounded(pieces[i], 50000);
    assert_bounded("The rain had not stopped for *nine* days, \"she said\".\n\n", MEGABYTE);
    assert_bounded("1. a\n", MEGABYTE);
    assert_bounded("word ", MEGABYTE);
    assert_bounded("A.\n", MEGABYTE);
    assert_bounded("<div>\na\n", MEGABYTE);
    assert_bounded("<typed>\n", MEGABYTE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prose),
        cmocka_unit_test(test_lines_that_are_paragraphs),
        cmocka_unit_test(test_an_indent_of_its_own_goes),
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_emphasis_goes_on_in_the_next_paragraph),
        cmocka_unit_test(test_html_is_dropped),
        cmocka_unit_test(test_angle_brackets_that_are_no_html),
        cmocka_unit_test(test_pictures),
        cmocka_unit_test(test_links),
        cmocka_unit_test(test_headings_are_shifted),
        cmocka_unit_test(test_characters),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_polish),
        cmocka_unit_test(test_polish_hears_what_stands_between),
        cmocka_unit_test(test_walk_blocks),
        cmocka_unit_test(test_walk_lists),
        cmocka_unit_test(test_walk_styles),
        cmocka_unit_test(test_hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
