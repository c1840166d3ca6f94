// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The formats without a package: what each makes of a small book, and that the same book gives the same bytes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "model/spec.h"
#include "out/manuscript.h"

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static struct manuscript book(const char *tag, const char *title, const char *text)
{
    struct manuscript m = {.uuid = mem_strdup("0-0"),
                           .title = mem_strdup(title),
                           .language = language_get(tag),
                           .complete = true,
                           .chapters = mem_calloc(1, sizeof(*m.chapters)),
                           .chapters_count = 1};
    m.chapters[0] =
        (struct manuscript_chapter){.number = 3, .title = mem_strdup("Mara's \"Door\""), .complete = true};
    buf_init(&m.chapters[0].text, BUF_MAX_BOOK);
    buf_adds(&m.chapters[0].text, text);
    return m;
}

static char *written(const struct manuscript *m, enum export_format f)
{
    struct err e = ERR_INIT;
    struct buf out, again;
    buf_init(&out, BUF_MAX_BOOK);
    buf_init(&again, BUF_MAX_BOOK);
    if (!export_write(m, f, &out, &e) || !export_write(m, f, &again, &e)) fail_msg("%s", e.text);
    assert_int_equal(out.len, again.len);
    assert_memory_equal(out.data, again.data, out.len);
    buf_release(&again);
    return out.data;
}

static void check(struct manuscript m, enum export_format f, const char *expected)
{
    char *text = written(&m, f);
    assert_string_equal(text, expected);
    free(text);
    manuscript_release(&m);
}

static void test_markdown_is_the_text_itself(void **state)
{
    struct manuscript m = book("en", "Salt", "\"Go,\" he *said*.\n\n---\n\n- No.");
    (void)state;
    check(m, EXPORT_MD, "# Salt\n\n## Mara's \"Door\"\n\n\"Go,\" he *said*.\n\n---\n\n- No.\n");
    m = book("de", "Salz", "Ja.");
    m.author = mem_strdup("A. B.");
    m.subtitle = mem_strdup("Roman");
    m.complete = false;
    check(m, EXPORT_MD,
          "# Salz\n\n*Roman*\n\nA. B.\n\n## Mara's \"Door\"\n\nJa.\n\n*Dieses Buch ist nicht vollendet.*\n");
}

static void test_text_has_one_mark_for_chapters(void **state)
{
    struct manuscript m =
        book("en", "# Salt", "\"Go,\" he *said*\nand **went**.  \n# one\n\n***\n\n\\# no chapter\n\n- No.");
    (void)state;
    m.author = mem_strdup("A. B.");
    check(m, EXPORT_TXT,
          " # Salt\nA. B.\n\n# Mara’s “Door”\n\n“Go,” he said and went.\n # one\n\n* * *\n\n # no chapter\n\n—No.\n");
}

static void test_text_of_a_textbook(void **state)
{
    struct manuscript m =
        book("en", "Salt", "# Part\n\n- one\n- two\n  1. three\n\n  more\n\n> quoted\n\n```\n# x\n y\n```\n");
    (void)state;
    m.markup = true;
    check(m, EXPORT_TXT,
          "Salt\n\n# Mara’s “Door”\n\nPart\n\n- one\n\n- two\n\n    1. three\n\n  more\n\n    quoted\n\n    # x\n    "
          " y\n");
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part)) fail_msg("no %s in\n%s", part, text);
}

static void test_html_is_one_file_of_its_own(void **state)
{
    struct manuscript m =
        book("ar", "ملح & \"<b>\"", "قال: \"نعم\" <script>alert(1)</script> ![pic](http://x/y.png).");
    (void)state;
    m.description = mem_strdup("A \"blurb\" & more");
    m.rights = mem_strdup("© <me>");
    buf_init(&m.cover.data, BUF_MAX_LINE);
    buf_adds(&m.cover.data, "foobar");
    m.cover.media_type = "image/png";
    m.cover.width = 2;
    m.cover.height = 3;
    char *html = written(&m, EXPORT_HTML);
    assert_has(html, "<html lang=\"ar\" dir=\"rtl\">");
    assert_has(html, "<meta charset=\"utf-8\">");
    assert_has(html, "<title>ملح &amp; «&lt;b&gt;»</title>");
    assert_has(html, "content=\"A «blurb» &amp; more\"");
    assert_has(html, "<p class=\"rights\">© &lt;me&gt;</p>");
    assert_has(html, "width=\"2\" height=\"3\" src=\"data:image/png;base64,Zm9vYmFy\"");
    assert_has(html, "<section id=\"chapter-3\">\n<h2><span class=\"number\">الفصل 3</span> Mara’s «Door»</h2>");
    assert_has(html, "<p>قال: «نعم»");
    assert_has(html, "prefers-color-scheme:dark");
    assert_has(html, "@media print");
    assert_null(strstr(html, "<script"));
    assert_null(strstr(html, "http://x"));
    assert_null(strstr(html, "class=\"unfinished\""));
    free(html);
    manuscript_release(&m);
}

static void test_an_unfinished_book_says_so(void **state)
{
    static const enum export_format formats[] = {EXPORT_MD, EXPORT_TXT, EXPORT_HTML};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        struct manuscript m = book("pl", "Sól", "Tak.");
        m.complete = false;
        char *text = written(&m, formats[i]);
        assert_has(text, "Ta książka nie jest ukończona.");
        free(text);
        manuscript_release(&m);
    }
}

static void test_names_of_formats(void **state)
{
    enum export_format f;
    (void)state;
    for (int i = 0; i < EXPORT_FORMATS; i++) {
        assert_true(export_from_name(export_name((enum export_format)i), &f));
        assert_int_equal(f, i);
        assert_int_equal(export_is_text(f), f < EXPORT_EPUB);
        assert_string_equal(spec_formats[i], export_name(f)); // the bits of a spec are these numbers
    }
    assert_string_equal(spec_formats[EXPORT_FORMATS], "archive"); // of rows, not of a manuscript
    assert_null(spec_formats[EXPORT_FORMATS + 1]);
    assert_false(export_from_name("pdf", &f));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_markdown_is_the_text_itself), cmocka_unit_test(test_text_has_one_mark_for_chapters),
        cmocka_unit_test(test_text_of_a_textbook),          cmocka_unit_test(test_html_is_one_file_of_its_own),
        cmocka_unit_test(test_an_unfinished_book_says_so),  cmocka_unit_test(test_names_of_formats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
