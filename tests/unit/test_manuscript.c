// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What goes into a book: marks of gaps, covers by their own bytes, base64.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "out/manuscript.h"
#include "text/base64.h"

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

// ---- gaps --------------------------------------------------------------------------------------------------------------

static void check_gap(const char *tag, const char *expected)
{
    struct buf out;
    buf_init(&out, BUF_MAX_LINE);
    manuscript_gap_mark(&out, language_get(tag), 7, 12);
    assert_string_equal(out.data, expected);
    buf_release(&out);
}

static void test_gap_marks(void **state)
{
    (void)state;
    // The words of book.md.
    check_gap("en", "*[A part is missing here: chapter 7, part 12 could not be written.]*");
    check_gap("pl", "*[Tu brakuje fragmentu: rozdziału 7, części 12 nie udało się napisać.]*");
    check_gap("ja", "*[ここは一部が欠けています。第7章の第12部分は書けませんでした。]*");
}

// ---- covers ------------------------------------------------------------------------------------------------------------

static void add_number(struct buf *out, uint32_t n, int bytes)
{
    while (bytes-- > 0) buf_addc(out, (char)(n >> (8 * bytes)));
}

static void add_chunk(struct buf *out, const char *type, const void *data, size_t len)
{
    add_number(out, (uint32_t)len, 4);
    buf_adds(out, type);
    buf_add(out, data, len);
    add_number(out, 0, 4);
}

static struct buf png(uint32_t width, uint32_t height)
{
    struct buf out, header;
    buf_init(&out, BUF_MAX_PROMPT);
    buf_init(&header, BUF_MAX_LINE);
    add_number(&header, width, 4);
    add_number(&header, height, 4);
    buf_add(&header, "\x08\x02\0\0\0", 5);
    buf_adds(&out, "\x89PNG\r\n\x1A\n");
    add_chunk(&out, "IHDR", header.data, header.len);
    add_chunk(&out, "IDAT", "xxxx", 4);
    add_chunk(&out, "IEND", "", 0);
    buf_release(&header);
    return out;
}

static struct buf jpeg(uint32_t width, uint32_t height)
{
    struct buf out;
    buf_init(&out, BUF_MAX_PROMPT);
    buf_add(&out,
            "\xFF\xD8\xFF\xE1\0\x08"
            "\xFF\xD9\xFF\xD9"
            "ab",
            12); // a picture within has an end of its own
    buf_add(&out, "\xFF\xFF\xC2\0\x0B\x08", 6);
    add_number(&out, height, 2);
    add_number(&out, width, 2);
    buf_add(&out, "\x01\x01\x11\0", 4);
    buf_add(&out, "\xFF\xDA\0\x08\x01\x01\0\0\x3F\0", 10);
    buf_add(&out, "scan\xFF\0scan\xFF\xD9", 12);
    return out;
}

static void check_taken(struct buf picture, const char *media_type, int width, int height)
{
    struct manuscript m = {0};
    struct err e = ERR_INIT;
    if (!manuscript_set_cover(&m, picture.data, picture.len, "c.png", &e)) fail_msg("%s", e.text);
    assert_string_equal(m.cover.media_type, media_type);
    assert_int_equal(m.cover.width, width);
    assert_int_equal(m.cover.height, height);
    assert_int_equal(m.cover.data.len, picture.len);
    assert_memory_equal(m.cover.data.data, picture.data, picture.len);
    manuscript_release(&m);
    buf_release(&picture);
}

static void check_refused(const void *data, size_t len, const char *why)
{
    struct manuscript m = {0};
    struct err e = ERR_INIT;
    assert_false(manuscript_set_cover(&m, data, len, "dir/c.png", &e));
    assert_int_equal(e.code, ERR_USAGE);
    if (!strstr(e.text, why) || !strstr(e.text, "'dir/c.png'")) fail_msg("%s, not %s", e.text, why);
    assert_int_equal(m.cover.data.len, 0);
}

static void test_whole_pictures_are_taken(void **state)
{
    (void)state;
    check_taken(png(1600, 2560), "image/png", 1600, 2560);
    check_taken(jpeg(1400, 2100), "image/jpeg", 1400, 2100);
    check_taken(png(1, 10000), "image/png", 1, 10000);
}

// Whatever is missing at the end of a picture.
static void check_cut(struct buf picture)
{
    for (size_t len = 3; len < picture.len; len++) {
        char *copy = mem_strndup("", 0);
        copy = mem_realloc_array(copy, len, 1);
        memcpy(copy, picture.data, len); // NOLINT(bugprone-not-null-terminated-result): bytes
        struct manuscript m = {0};
        struct err e = ERR_INIT;
        if (manuscript_set_cover(&m, copy, len, "c", &e)) fail_msg("%zu of %zu bytes were taken", len, picture.len);
        free(copy);
    }
    buf_release(&picture);
}

static void test_pictures_that_were_cut_are_refused(void **state)
{
    struct buf whole = png(10, 10);
    (void)state;
    check_refused(whole.data, whole.len - 1, "a PNG that is cut short");
    whole.data[11] = 14; // the header's length
    check_refused(whole.data, whole.len, "a PNG that is cut short or damaged");
    buf_release(&whole);
    check_cut(png(10, 10));
    check_cut(jpeg(10, 10));
}

static void test_other_files_are_refused(void **state)
{
    struct buf wide = png(10001, 5), none = jpeg(0, 5), flat = png(5, 0);
    char *big = mem_calloc(1, MANUSCRIPT_COVER_BYTES + 1);
    (void)state;
    check_refused("GIF89a", 6, "found a GIF picture, expected a JPEG or PNG picture");
    check_refused("RIFFxxxxWEBP", 12, "a WebP picture");
    check_refused("<svg xmlns", 10, "an SVG drawing");
    check_refused("", 0, "an empty file");
    check_refused("hello", 5, "something else");
    check_refused(wide.data, wide.len, "10001 x 5 pixels");
    check_refused(flat.data, flat.len, "5 x 0 pixels");
    check_refused(none.data, none.len, "a JPEG that is cut short or damaged");
    check_refused(big, MANUSCRIPT_COVER_BYTES + 1, "found 5000001 bytes, expected at most 5000000");
    buf_release(&wide);
    buf_release(&none);
    buf_release(&flat);
    free(big);
}

// ---- base64 ------------------------------------------------------------------------------------------------------------

static void check_base64(const void *data, size_t len, const char *expected)
{
    struct buf text, back;
    buf_init(&text, BUF_MAX_LINE);
    buf_init(&back, BUF_MAX_LINE);
    base64_write(&text, data, len);
    assert_string_equal(text.data, expected);
    assert_true(base64_read(&back, text.data, text.len));
    assert_int_equal(back.len, len);
    assert_memory_equal(back.data, data, len);
    buf_release(&text);
    buf_release(&back);
}

static void test_base64(void **state)
{
    static const char *const broken[] = {"Zg=", "Z===", "Zm9vY", "Zm 9", "Zg==Zg==", "====", "Zm9\n"};
    (void)state;
    check_base64("", 0, "");
    check_base64("f", 1, "Zg==");
    check_base64("fo", 2, "Zm8=");
    check_base64("foobar", 6, "Zm9vYmFy");
    check_base64("\0\xFF\xFE\0", 4, "AP/+AA==");
    for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
        struct buf out;
        buf_init(&out, BUF_MAX_LINE);
        if (base64_read(&out, broken[i], strlen(broken[i]))) fail_msg("%s was taken", broken[i]);
        buf_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gap_marks),
        cmocka_unit_test(test_whole_pictures_are_taken),
        cmocka_unit_test(test_pictures_that_were_cut_are_refused),
        cmocka_unit_test(test_other_files_are_refused),
        cmocka_unit_test(test_base64),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
