// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The decoder of lines of JSON: what comes out must not depend on how the bytes came in.
#include "wire/ndjson.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

// Lines as text: "[line]". One that begins with "stop" stops the decoder.
static bool note_line(void *arg, const char *data, size_t len)
{
    buf_addc(arg, '[');
    buf_add(arg, data, len);
    buf_addc(arg, ']');
    return len < 4 || memcmp(data, "stop", 4) != 0;
}

static const struct ndjson_events events = {.line = note_line};

struct ndjson_case {
    const char *bytes, *want;
};

static const struct ndjson_case cases[] = {
    {"{\"a\":1}\n{\"b\":2}\n", "[{\"a\":1}][{\"b\":2}]"},
    {"{\"a\":1}\r\n{\"b\":2}\r\n", "[{\"a\":1}][{\"b\":2}]"},
    {"{\"a\":1}\n{\"b\":2}", "[{\"a\":1}][{\"b\":2}]"},
    {"{\"a\":1}\r\n{\"b\":2}\r", "[{\"a\":1}][{\"b\":2}]"},
    {"\n\n\r\n{}\n\n\n{}\n\r\n", "[{}][{}]"},
    {"\xEF\xBB\xBF{}\n\xEF\xBB\xBF{}\n", "[{}][\xEF\xBB\xBF{}]"},
    {"{}\nstop\n{}\n", "[{}][stop]"},
    {"{\"t\":\"za\xC5\xBC\xC3\xB3\xC5\x82\xC4\x87\"}\n", "[{\"t\":\"za\xC5\xBC\xC3\xB3\xC5\x82\xC4\x87\"}]"},
    {"a\rb\n", "[a\rb]"},
    {"\r\n", ""},
    {"\n", ""},
    {"", ""},
};

static void feed(const struct ndjson_case *c, size_t first, size_t step)
{
    struct buf got;
    struct ndjson d;
    size_t len = strlen(c->bytes);
    buf_init(&got, BUF_MAX_LINE);
    ndjson_init(&d, &events, &got);
    for (size_t at = 0, n = first; at < len; at += n, n = step) {
        if (n > len - at) n = len - at;
        char *piece = mem_strndup(c->bytes + at, n); // so that a look beyond its end is seen
        assert_true(ndjson_feed(&d, piece, n));
        free(piece);
    }
    assert_true(ndjson_end(&d));
    assert_string_equal(got.data, c->want);
    ndjson_release(&d);
    buf_release(&got);
}

static void test_any_split(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (size_t cut = 1; cut <= strlen(cases[i].bytes) + 1; cut++) {
            feed(&cases[i], cut, SIZE_MAX);
            feed(&cases[i], cut, cut);
        }
    }
}

static void test_ceiling(void **state)
{
    (void)state;
    enum { PIECE = 256 * 1024 };
    char *piece = mem_alloc(PIECE);
    memset(piece, 'x', PIECE);
    struct buf got;
    struct ndjson d;
    buf_init(&got, BUF_MAX_LINE);
    ndjson_init(&d, &events, &got);
    size_t fed = 0;
    while (ndjson_feed(&d, piece, PIECE)) fed += PIECE;
    assert_in_range(fed, NDJSON_LINE_MAX - PIECE, NDJSON_LINE_MAX);
    assert_int_equal(got.len, 0);
    ndjson_release(&d);
    buf_release(&got);
    free(piece);
}

// The ceiling holds for a line that comes in one piece too, and a line just below it is whole.
static void test_ceiling_in_one_piece(void **state)
{
    (void)state;
    char *line = mem_alloc(NDJSON_LINE_MAX + 2);
    memset(line, 'x', NDJSON_LINE_MAX + 1);
    line[NDJSON_LINE_MAX + 1] = '\n';
    struct buf got;
    struct ndjson d;
    buf_init(&got, BUF_MAX_PROMPT);
    ndjson_init(&d, &events, &got);
    assert_false(ndjson_feed(&d, line, NDJSON_LINE_MAX + 2));
    assert_true(ndjson_feed(&d, line + 1, NDJSON_LINE_MAX + 1));
    assert_int_equal(got.len, NDJSON_LINE_MAX + 2);
    ndjson_release(&d);
    buf_release(&got);
    free(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_split),
        cmocka_unit_test(test_ceiling),
        cmocka_unit_test(test_ceiling_in_one_piece),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
