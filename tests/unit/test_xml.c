// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What may stand in XML, and what is dropped or escaped.
#include "text/xml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_clean(const char *text, const char *expected)
{
    struct buf b;
    buf_init(&b, BUF_MAX_PIECE);
    xml_clean(&b, text, strlen(text));
    assert_string_equal(b.data, expected);
    buf_release(&b);
}

static void assert_escaped(const char *text, size_t len, const char *expected)
{
    struct buf b;
    buf_init(&b, BUF_MAX_PIECE);
    xml_escape(&b, text, len);
    assert_string_equal(b.data, expected);
    buf_release(&b);
}

static void test_allowed(void **state)
{
    (void)state;
    assert_clean("plain & <b> \"q\"\ttab\nline", "plain & <b> \"q\"\ttab\nline");
    assert_clean("Zażółć 日本 \xF0\x9F\x93\x96", "Zażółć 日本 \xF0\x9F\x93\x96");
}

static void test_dropped(void **state)
{
    (void)state;
    assert_clean("a\x01\x02\x1F\x7Fz\r\n", "az\n");
    assert_clean("a\xC2\x80\xC2\x9Fz\xC2\xA0", "az\xC2\xA0"); // C1; a no-break space stays
    assert_clean("a\xEF\xBF\xBE\xEF\xBF\xBFz", "az");         // U+FFFE, U+FFFF
    assert_clean("a\xF0\x9F\xBF\xBE\xEF\xB7\x90z", "az");     // U+1FFFE, U+FDD0
    assert_escaped("nul\0in it", 9, "nulin it");
}

static void test_invalid_bytes_are_seen(void **state)
{
    (void)state;
    assert_clean("a\xFFz", "a\xEF\xBF\xBDz");
    assert_clean("a\xED\xA0\x80z", "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz"); // a surrogate
    assert_clean("cut\xE2\x80", "cut\xEF\xBF\xBD\xEF\xBF\xBD");
}

static void test_escaped(void **state)
{
    static const char text[] = "<a href=\"x\" b='y'>&amp;</a>]]>";
    (void)state;
    assert_escaped(text, strlen(text), "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;]]&gt;");
}

static void test_elements(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, BUF_MAX_LINE);
    xml_element(&b, "p class=\"a\"", "x < y");
    xml_element(&b, "p", NULL);
    xml_element(&b, "p", "");
    assert_string_equal(b.data, "<p class=\"a\">x &lt; y</p>\n");
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_allowed),
        cmocka_unit_test(test_dropped),
        cmocka_unit_test(test_invalid_bytes_are_seen),
        cmocka_unit_test(test_escaped),
        cmocka_unit_test(test_elements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
