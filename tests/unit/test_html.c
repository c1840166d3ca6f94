// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Markup, and angle brackets that are none.
#include "base/mem.h"
#include "text/html.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_typed(void **state)
{
    static const char *const typed[] = {"<enter>",  "</enter>", "<Name Here>", "<ctrl-alt-del>",         "<my-div>",
                                        "<divers>", "<quit/>",  "<think>",     "<averyveryverylongname>"};
    static const char *const markup[] = {"<a>",      "<A href='x'>", "</div>",  "<br/>",   "<h1>",  "<xmp>",
                                         "<Video >", "<!-- x -->",   "<? x ?>", "<!X>",    "<",     "</",
                                         "<3",       "< b>",         "",        "<strong", "<wbr>", "<colgroup>"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(typed); i++)
        if (!html_is_typed(typed[i], strlen(typed[i]))) fail_msg("%s", typed[i]);
    for (size_t i = 0; i < ARRAY_LEN(markup); i++)
        if (html_is_typed(markup[i], strlen(markup[i]))) fail_msg("%s", markup[i]);
}

static void assert_stripped(const char *text, const char *expected)
{
    struct buf b;
    buf_init(&b, BUF_MAX_LINE);
    html_strip(&b, text, strlen(text));
    assert_string_equal(b.data, expected);
    buf_release(&b);
}

static void test_strip(void **state)
{
    (void)state;
    assert_stripped("", "");
    assert_stripped("<div align=center>\nThe *End*\n</div>\n", "\nThe *End*\n\n");
    assert_stripped("<enter>\nHe pressed it.", "\\<enter>\nHe pressed it.");
    assert_stripped("a <b>c</b> <3 <d", "a c \\<3 \\<d");
    assert_stripped("<script>alert('<b>')</SCRIPT>after", "after");
    assert_stripped("<style\n>p{}</style><p>x", "x");
    assert_stripped("<!-- a <b> -->c<!DOCTYPE html>d<?php e ?>f<![CDATA[g]]>h", "cdfh");
    assert_stripped("a<!-- never closed <b>", "a");
    assert_stripped("<a <b> c", " c");
    assert_stripped("x > y <div", "x > y \\<div");
}

static void test_what_breaks_a_line(void **state)
{
    static const char *const yes[] = {"<br>", "<BR/>", "<p class='x'>", "</div>", "<td>", "<h6>", "<ul>", "<xmp>"};
    static const char *const no[] = {"<b>", "</em>", "<span>", "<enter>", "<!-- p -->", "p", "<", "<brx>", ""};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(yes); i++)
        if (!html_breaks_line(yes[i], strlen(yes[i]))) fail_msg("%s", yes[i]);
    for (size_t i = 0; i < ARRAY_LEN(no); i++)
        if (html_breaks_line(no[i], strlen(no[i]))) fail_msg("%s", no[i]);
    assert_stripped("<p>One.</p><p>Two.</p>", "One.\n\nTwo.\n\n");
    assert_stripped("<hr>One<br>two<br/>\nthree", "One  \ntwo  \nthree");
    assert_stripped("<tr><td>a</td><td>b</td></tr>", "a\n\nb\n\n");
}

static void test_hostile(void **state)
{
    static const char *const pieces[] = {"<a ", "<", "<div>", "<x>", "<!", "<!--", "<script>", "</script>", "<? "};
    enum { BYTES = 1 << 20 };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
        struct buf text, out;
        buf_init(&text, BUF_MAX_BOOK);
        buf_init(&out, BUF_MAX_BOOK);
        while (text.len < BYTES) buf_adds(&text, pieces[i]);
        html_strip(&out, text.data, text.len);
        assert_true(out.len <= 2 * text.len);
        buf_release(&out);
        buf_release(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_typed),
        cmocka_unit_test(test_strip),
        cmocka_unit_test(test_what_breaks_a_line),
        cmocka_unit_test(test_hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
