// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The decoder of server-sent events: what comes out must not depend on how the bytes came in.
#include "wire/sse.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

// Events as text: "[type|data]", comments as "#text;".
static bool note_event(void *arg, const char *type, const char *data, size_t len)
{
    buf_addf(arg, "[%s|", type);
    buf_add(arg, data, len);
    buf_adds(arg, "]");
    return len < 4 || memcmp(data, "stop", 4) != 0;
}

static void note_comment(void *arg, const char *text, size_t len)
{
    buf_addc(arg, '#');
    buf_add(arg, text, len);
    buf_addc(arg, ';');
}

static const struct sse_events events = {.event = note_event, .comment = note_comment};

struct sse_case {
    const char *bytes, *want;
};

static const struct sse_case cases[] = {
    {"data: a\n\ndata: b\n\n", "[|a][|b]"},
    {"data: a\r\n\r\ndata: b\r\n\r\n", "[|a][|b]"},
    {"data: a\r\rdata: b\r\r", "[|a][|b]"},
    {"data:a\n\ndata:  b\n\n", "[|a][| b]"},
    {"data: one\ndata: two\n\n", "[|one\ntwo]"},
    {"data: one\r\ndata: two\r\n\r\n", "[|one\ntwo]"},
    {"data\n\n", "[|]"},
    {"event: error\ndata: x\n\ndata: y\n\n", "[error|x][|y]"},
    {"event: error\n\ndata: y\n\n", "[|y]"},
    {":\n\n: keepalive 1/2\n\ndata: a\n\n", "#;# keepalive 1/2;[|a]"},
    {":\r\n\r\n:a:b\r\rdata: a\r\n:c", "#;#a:b;#c;[|a]"},
    {"data: one\n: between\ndata: two\n\n", "# between;[|one\ntwo]"},
    {"\xEF\xBB\xBF"
     "data: a\n\n",
     "[|a]"},
    {"\xEF\xBB\xBF: a\n\xEF\xBB\xBF"
     "data: b\n\ndata: \xEF\xBB\xBF\n\n",
     "# a;[|\xEF\xBB\xBF]"},
    {"id: 7\nretry: 9\nnonsense\ndata: a\n\n", "[|a]"},
    {"error: {\"code\":500}\n\ndata: [DONE]\n\n", "[error|{\"code\":500}][|[DONE]]"},
    {"data: a\n\ndata: [DONE]", "[|a][|[DONE]]"},
    {"data: a\n", "[|a]"},
    {"data: a\n\ndata: stop\n\ndata: b\n\n", "[|a][|stop]"},
    {"error: stop\ndata: b\n\n", "[error|stop]"},
    {"\n\n\r\n\r", ""},
    {"data: za\xC5\xBC\xC3\xB3\xC5\x82\xC4\x87\n\n", "[|za\xC5\xBC\xC3\xB3\xC5\x82\xC4\x87]"},
    {"", ""},
};

static void feed_in_two(const struct sse_case *c, size_t cut)
{
    struct buf got;
    struct sse d;
    buf_init(&got, BUF_MAX_LINE);
    sse_init(&d, &events, &got);
    assert_true(sse_feed(&d, c->bytes, cut));
    assert_true(sse_feed(&d, c->bytes + cut, strlen(c->bytes) - cut));
    assert_true(sse_end(&d));
    assert_string_equal(got.data, c->want);
    sse_release(&d);
    buf_release(&got);
}

static void feed_bytewise(const struct sse_case *c)
{
    struct buf got;
    struct sse d;
    buf_init(&got, BUF_MAX_LINE);
    sse_init(&d, &events, &got);
    for (size_t i = 0; i < strlen(c->bytes); i++) {
        char one[2] = {c->bytes[i], 'X'}; // what lies behind the length must not be read
        assert_true(sse_feed(&d, one, 1));
    }
    assert_true(sse_end(&d));
    assert_string_equal(got.data, c->want);
    sse_release(&d);
    buf_release(&got);
}

static void test_any_split(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (size_t cut = 0; cut <= strlen(cases[i].bytes); cut++) feed_in_two(&cases[i], cut);
        feed_bytewise(&cases[i]);
    }
}

static void test_ceilings(void **state)
{
    (void)state;
    enum { PIECE = 64 * 1024 };
    char *piece = mem_alloc(PIECE);
    memset(piece, 'x', PIECE);
    struct buf got;
    struct sse d;
    buf_init(&got, BUF_MAX_LINE);

    sse_init(&d, &events, &got); // a line without an end
    size_t fed = 0;
    while (sse_feed(&d, piece, PIECE)) fed += PIECE;
    assert_in_range(fed, SSE_LINE_MAX - PIECE, SSE_LINE_MAX);
    sse_release(&d);

    sse_init(&d, &events, &got);               // an event without an end
    memcpy(piece, "data: ", strlen("data: ")); // NOLINT(bugprone-not-null-terminated-result)
    piece[PIECE - 1] = '\n';
    for (fed = 0; sse_feed(&d, piece, PIECE);) fed += PIECE;
    assert_in_range(fed, SSE_EVENT_MAX - PIECE, SSE_EVENT_MAX + PIECE);
    assert_int_equal(got.len, 0);
    sse_release(&d);
    buf_release(&got);
    free(piece);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_split),
        cmocka_unit_test(test_ceilings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
