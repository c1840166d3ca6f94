// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Generations on servers that take their time: which signs of life count for what. A server here keeps a beat, and
// stops as soon as the client leaves.
#include "generation_fixture.h"
#include "stub.h"

#include <poll.h>

// What is sent, and so many ms after the piece before; the last one is repeated until the client leaves, or ends the
// reply if it is empty.
struct beat {
    int wait_ms;
    const char *bytes;
};

struct paced_case {
    const char *name;
    enum dialect_kind dialect;
    enum failure failure;
    int64_t first_token_ms, stall_ms, silence_ms;
    struct beat beats[12];
    const char *text;
};

// True: the client has left.
static bool has_left(int fd, int wait_ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return poll(&p, 1, wait_ms) != 0;
}

static bool has_pings(const struct paced_case *c)
{
    for (const struct beat *at = c->beats; at->bytes != NULL; at++)
        if (at->bytes[0] == ':') return true;
    return false;
}

static void play(void *arg, int fd)
{
    const struct paced_case *c = arg;
    const struct beat *at = c->beats;
    while (!has_left(fd, at->wait_ms) && at->bytes[0] != '\0') {
        if (send(fd, at->bytes, strlen(at->bytes), MSG_NOSIGNAL) < 0) return;
        if (at[1].bytes != NULL) at++;
    }
}

#define READ_SO_FAR(n)                                                                                               \
    "data: "                                                                                                         \
    "{\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":null}}],\"prompt_progress\":{\"total\":9000,"      \
    "\"cache\":0,\"processed\":" n ",\"time_ms\":1}}\n\n"

static const struct paced_case cases[] = {
    {"pings, and never a text", DIALECT_OPENAI, FAIL_WEDGED, 150, 2000, 1000, {{0, SSE_HEAD}, {10, ":\n\n"}}, ""},
    {"a text, and then pings",
     DIALECT_LLAMACPP,
     FAIL_WEDGED,
     2000,
     150,
     0,
     {{0, SSE_HEAD TEXT("a")}, {10, ":\n\n"}},
     "a"},
    {"empty events are pings too",
     DIALECT_VLLM,
     FAIL_WEDGED,
     2000,
     150,
     0,
     {{0, SSE_HEAD TEXT("a")}, {10, ROLE}},
     "a"},
    {"pings are no silence", DIALECT_OPENAI, FAIL_WEDGED, 400, 2000, 200, {{0, SSE_HEAD}, {10, ":\n\n"}}, ""},
    // 5 beats of 100 ms are more than the limit of 400 ms
    {"thinking keeps it alive",
     DIALECT_LLAMACPP,
     FAIL_NONE,
     400,
     400,
     0,
     {{0, SSE_HEAD},
      {100, THOUGHT("a")},
      {100, THOUGHT("b")},
      {100, THOUGHT("c")},
      {100, THOUGHT("d")},
      {100, TEXT("e")},
      {100, FINISH("stop")},
      {0, ""}},
     "e"},
    {"so does a prompt that is being read (llama.cpp)",
     DIALECT_LLAMACPP,
     FAIL_NONE,
     400,
     2000,
     0,
     {{0, SSE_HEAD},
      {100, READ_SO_FAR("0")},
      {100, READ_SO_FAR("2048")},
      {100, READ_SO_FAR("4096")},
      {100, READ_SO_FAR("6144")},
      {100, TEXT("e")},
      {100, FINISH("stop")},
      {0, ""}},
     "e"},
    {"and its comments (MLX)",
     DIALECT_MLX,
     FAIL_NONE,
     400,
     2000,
     0,
     {{0, SSE_HEAD},
      {100, ": keepalive 0/9000\n\n"},
      {100, ": keepalive 2048/9000\n\n"},
      {100, ": keepalive 4096/9000\n\n"},
      {100, ": keepalive 6144/9000\n\n"},
      {100, TEXT("e")},
      {100, FINISH("stop")},
      {0, ""}},
     "e"},
    {"one that gets stuck while it reads",
     DIALECT_MLX,
     FAIL_WEDGED,
     150,
     2000,
     0,
     {{0, SSE_HEAD}, {60, ": keepalive 2048/9000\n\n"}, {10, ": keepalive 2048/9000\n\n"}},
     ""},
};

static void test_signs_of_life(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct run r;
        struct stub s;
        stub_start(&s, play, (void *)(uintptr_t)&cases[i]);
        run_open(&r, NULL, 0);
        r.request.url = s.inner.url;
        r.request.dialect = cases[i].dialect;
        r.request.first_token_ms = cases[i].first_token_ms;
        r.request.stall_ms = cases[i].stall_ms;
        r.request.silence_ms = cases[i].silence_ms;
        run_start(&r);
        loop_run(r.loop);
        if (r.result.failure != cases[i].failure) fail_msg("%s: %s", cases[i].name, failure_name(r.result.failure));
        assert_string_equal(r.text.data, cases[i].text);
        if (r.result.pings != has_pings(&cases[i])) fail_msg("%s: pings", cases[i].name);
        run_close(&r);
        stub_stop(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_signs_of_life)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
