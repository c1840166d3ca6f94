// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Ten thousand broken replies, one after the other on one loop and one client: not one passes as a whole answer, none
// gets a byte into a message that a terminal would obey, and memory stays where it is. The replies are made from one
// good reply per way of answering: cut and split at every byte, then broken in ways drawn from a fixed seed, so that a
// number that fails can be run again alone.
//
//   good reply = opening + events with text + the event that ends it
#include "generation_fixture.h"
#include "stub.h"

enum { DRAWN = 10000, FLOODS = 39, GROWTH_MOST_KIB = 8 * 1024, REPLY_MAX = 20 * 1024 * 1024 };

// An escape sequence, a C1 control and a bell, raw and as JSON has them.
#define EVIL      "\x1b[31m\xc2\x9b\x07"
#define EVIL_JSON "\\u001b[31m\\u009b\\u0007"

struct good {
    enum dialect_kind dialect;
    bool raw;
    const char *head, *events, *end;
    const char *ended_from;     // in `end`: as soon as that was read the answer is whole
    const char *before, *after; // of a line or event
};

#define SSE_GOOD(d, events, end, from)                                                                               \
    {                                                                                                                \
        d, false, SSE_HEAD, events, end, from, "data: ", "\n\n"                                                      \
    }
#define LINES_HEAD  "HTTP/1.0 200 OK\r\nContent-Type: application/x-ndjson\r\n\r\n"
#define CHAT_EVENTS ROLE TEXT("one \xC5\x82 ") TEXT("two\\u0142\\ud83d\\ude00") TEXT(" three")
#define CHAT_END    FINISH("stop") USAGE DONE
#define CHAT_FROM   "stop\"}]}"

static const struct good goods[] = {
    SSE_GOOD(DIALECT_OPENAI, CHAT_EVENTS, CHAT_END, CHAT_FROM),
    SSE_GOOD(DIALECT_LLAMACPP, ":\n\n" THOUGHT("hm") CHAT_EVENTS, CHAT_END, CHAT_FROM),
    SSE_GOOD(DIALECT_MLX, ": keepalive 1/2\n\n" CHAT_EVENTS, CHAT_END, CHAT_FROM),
    SSE_GOOD(DIALECT_KOBOLDCPP, CHAT_EVENTS, FINISH("length") "data: [DONE]", "length\"}]}"),
    {DIALECT_LLAMACPP, true, SSE_HEAD,
     "data: {\"content\":\"one \",\"stop\":false}\n\ndata: {\"content\":\"two\",\"stop\":false}\n\n",
     "data: {\"content\":\"\",\"stop\":true,\"stop_type\":\"eos\",\"tokens_predicted\":7}\n\n",
     "\"tokens_predicted\":7}", "data: ", "\n\n"},
    {DIALECT_OLLAMA, false, LINES_HEAD,
     "{\"message\":{\"role\":\"assistant\",\"content\":\"one \"},\"done\":false}\n"
     "{\"message\":{\"role\":\"assistant\",\"content\":\"two\"},\"done\":false}\n",
     "{\"message\":{\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\",\"eval_count\":7}\n",
     "\"eval_count\":7}", "", "\n"},
    {DIALECT_OLLAMA, true, LINES_HEAD, "{\"response\":\"one \",\"done\":false}\n",
     "{\"response\":\"\",\"done\":true,\"context\":[1,2]}\n", "[1,2]}", "", "\n"},
    {DIALECT_OPENAI, false, JSON_HEAD, "",
     "{\"choices\":[{\"message\":{\"content\":\"one\"},\"finish_reason\":\"stop\"}]}", "stop\"}]}", "", "\n"},
};

// ---- the server --------------------------------------------------------------------------------------------------

struct play {
    struct buf reply;
    size_t piece; // bytes of each send; 0: all
};

static void play_reply(void *arg, int fd)
{
    const struct play *p = arg;
    size_t step = p->piece > 0 ? p->piece : p->reply.len;
    for (size_t at = 0; at < p->reply.len; at += step) {
        size_t n = p->reply.len - at < step ? p->reply.len - at : step;
        if (send(fd, p->reply.data + at, n, MSG_NOSIGNAL) < 0) return;
    }
}

// ---- the client --------------------------------------------------------------------------------------------------

struct bench {
    struct run run;
    struct stub server;
    struct play play;
    int replies;
};

static void bench_open(struct bench *b)
{
    buf_init(&b->play.reply, REPLY_MAX);
    b->play.piece = 0;
    b->replies = 0;
    stub_start(&b->server, play_reply, &b->play);
    run_open(&b->run, NULL, 0);
    b->run.request.url = b->server.inner.url;
}

static void bench_close(struct bench *b)
{
    run_close(&b->run);
    stub_stop(&b->server);
    buf_release(&b->play.reply);
}

static void bench_ask(struct bench *b, const struct good *g)
{
    static const struct gen_template t = {"<u>", "<a>", "</a>", false};
    buf_clear(&b->run.text);
    b->run.request.dialect = g->dialect;
    b->run.request.raw = g->raw ? &t : NULL;
    b->run.request.first_token_ms = b->run.request.stall_ms = 20000;
    timer_set(b->run.guard, 60000); // for each: there are thousands of them
    run_start(&b->run);
    loop_run(b->run.loop);
    b->replies++;
}

static bool is_obeyed(const char *s)
{
    for (const unsigned char *at = (const unsigned char *)s; *at != '\0'; at++) {
        if (*at < 0x20 || *at == 0x7F || (*at == 0xC2 && at[1] >= 0x80 && at[1] < 0xA0)) return true;
    }
    return false;
}

static void check_broken(const struct bench *b, const char *how, size_t number)
{
    const struct gen_result *r = &b->run.result;
    if (r->failure == FAIL_NONE) fail_msg("%s %zu passed as an answer: %s", how, number, b->play.reply.data);
    if (r->message[0] == '\0') fail_msg("%s %zu: %s says nothing", how, number, failure_name(r->failure));
    if (is_obeyed(r->message) || is_obeyed(r->finish)) fail_msg("%s %zu: %s", how, number, r->message);
}

// The second number of statm, in pages; 0 where there is no such file.
static long resident_kib(void)
{
    char line[200] = "", *at = line;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f == NULL) return 0;
    if (fgets(line, sizeof(line), f) == NULL) line[0] = '\0';
    (void)fclose(f);
    (void)strtol(at, &at, 10);
    return strtol(at, NULL, 10) * (sysconf(_SC_PAGESIZE) / 1024);
}

// ---- at every byte -----------------------------------------------------------------------------------------------

static void test_cut_at_every_byte(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    for (const struct good *g = goods; g < goods + ARRAY_LEN(goods); g++) {
        char *whole = mem_printf("%s%s%s", g->head, g->events, g->end);
        char *end = strstr(whole + strlen(g->head) + strlen(g->events), g->ended_from) + strlen(g->ended_from);
        for (size_t cut = 0; cut < (size_t)(end - whole); cut++) {
            buf_clear(&b.play.reply);
            buf_add(&b.play.reply, whole, cut);
            bench_ask(&b, g);
            check_broken(&b, "cut", cut);
        }
        free(whole);
    }
    bench_close(&b);
}

static void test_split_at_every_byte(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    for (const struct good *g = goods; g < goods + ARRAY_LEN(goods); g++) {
        buf_clear(&b.play.reply);
        buf_addf(&b.play.reply, "%s%s%s", g->head, g->events, g->end);
        b.play.piece = 0;
        bench_ask(&b, g);
        char *text = mem_strdup(b.run.text.data);
        assert_int_not_equal(text[0], '\0');
        for (b.play.piece = 1; b.play.piece < 60; b.play.piece++) {
            bench_ask(&b, g);
            if (b.run.result.failure != FAIL_NONE) fail_msg("pieces of %zu: %s", b.play.piece, b.run.result.message);
            assert_string_equal(b.run.text.data, text);
        }
        free(text);
    }
    bench_close(&b);
}

// ---- drawn from a seed -------------------------------------------------------------------------------------------

static uint32_t draw(uint64_t *seed, uint32_t below)
{
    *seed = *seed * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(*seed >> 33) % below;
}

// One word of the reply's end is another one; false: the reply does not have it.
struct wrong {
    const char *instead_of, *word;
};

static const struct wrong wrongs[] = {
    {"\"stop\"}]}", "7}]}"},
    {"\"stop\"}]}", "null}]}"},
    {"\"stop\"}]}", "[\"stop\"]}]}"},
    {"\"stop\"}]}", "{\"a\":1}}]}"},
    {"\"stop\"}]}", "true}]}"},
    {"\"stop\"}]}", "\"stop\",\"finish_reason\":\"stop\"}]}"},
    {"\"stop\"}]}", "\"stop\",\"n\":1e999}]}"},
    {"\"stop\"}]}", "\"stop\",\"n\":NaN}]}"},
    {"\"stop\"}]}", "\"stop\",\"n\":123456789012345678901234567890}]}"},
    {"\"length\"}]}", "0}]}"},
    {"\"finish_reason\"", "\"finish" EVIL_JSON "\""},
    {"\"finish_reason\":\"stop\"", "\"finish_reason\":\"error\""},
    {"[{\"index\"", "{\"index\""},
    {"\"stop\":true", "\"stop\":\"true\""},
    {"\"stop\":true", "\"stop\":1"},
    {"\"stop\":true", "\"stop\":null"},
    {"\"done\":true", "\"done\":\"true\""},
    {"\"done\":true", "\"done\":[true]"},
    {"\"done\":true", "\"done\":1e400"},
    {"\"done_reason\":\"stop\"", "\"done_reason\":\"load\""},
    {"\"done_reason\":\"stop\"", "\"error\":\"" EVIL_JSON "\""},
};

static bool break_type(struct buf *out, const struct good *g, uint64_t *seed)
{
    const struct wrong *w = &wrongs[draw(seed, ARRAY_LEN(wrongs))];
    const char *at = strstr(g->end, w->instead_of);
    if (at == NULL) return false;
    buf_addf(out, "%s%s%.*s%s%s", g->head, g->events, (int)(at - g->end), g->end, w->word,
             at + strlen(w->instead_of));
    return true;
}

// A byte that no JSON holds, anywhere in the JSON that ends the answer.
static bool break_byte(struct buf *out, const struct good *g, uint64_t *seed)
{
    static const char bytes[] = {'\0', '\x01', '\x1b', '\x7', '\x1f', '\b'};
    const char *json = strchr(g->end, '{'), *last = strstr(g->end, g->ended_from) + strlen(g->ended_from) - 1;
    const char *at = json + 1 + draw(seed, (uint32_t)(last - json));
    buf_addf(out, "%s%s", g->head, g->events);
    buf_add(out, g->end, (size_t)(at - g->end));
    buf_addc(out, bytes[draw(seed, sizeof(bytes))]);
    buf_adds(out, at);
    return true;
}

static bool break_depth(struct buf *out, const struct good *g, uint64_t *seed)
{
    uint32_t depth = 2049 + draw(seed, 2000);
    char open = draw(seed, 2) ? '[' : '{';
    buf_addf(out, "%s%s%s{\"choices\":", g->head, g->events, g->before);
    for (uint32_t i = 0; i < depth; i++) buf_adds(out, open == '[' ? "[" : "{\"a\":");
    if (draw(seed, 2)) {
        for (uint32_t i = 0; i < depth; i++) buf_addc(out, open == '[' ? ']' : '}');
        buf_addc(out, '}');
    }
    buf_adds(out, g->after);
    return true;
}

// The eight shapes of errors, inside a reply that began well.
static const char *const errors[] = {
    "{\"error\":{\"code\":500,\"message\":\"" EVIL_JSON "\",\"type\":\"" EVIL_JSON "\"}}",
    "{\"object\":\"error\",\"message\":\"" EVIL_JSON "\",\"type\":\"T\",\"code\":1e9}",
    "{\"error\":\"" EVIL_JSON "\"}",
    "{\"detail\":\"" EVIL_JSON "\"}",
    "{\"detail\":[{\"loc\":[\"" EVIL_JSON "\",\"" EVIL_JSON "\"],\"msg\":\"" EVIL_JSON "\"}]}",
    "{\"error\":{\"message\":null,\"code\":-1}}",
    "{\"error\":{\"message\":{\"deep\":[\"" EVIL_JSON "\"]},\"param\":[]}}",
    "<html><title>" EVIL "</title>",
    EVIL " plain words " EVIL,
    "{\"error\":\"exceeds the available context size (99999999999999999999 tokens) " EVIL_JSON "\"}",
};

static bool break_by_error(struct buf *out, const struct good *g, uint64_t *seed)
{
    const char *error = errors[draw(seed, ARRAY_LEN(errors))], *type = draw(seed, 2) ? "event: error\n" : "";
    if (g->before[0] == '\0') type = "";
    buf_addf(out, "%s%s%s%s%s%s", g->head, g->events, type, g->before, error, g->after);
    return true;
}

static bool break_status(struct buf *out, const struct good *g, uint64_t *seed)
{
    static const int statuses[] = {302, 400, 401, 404, 413, 418, 422, 429, 499, 500, 502, 503, 504, 524, 599, 999};
    (void)g;
    buf_addf(out, "HTTP/1.1 %d " EVIL "\r\nRetry-After: %s\r\n\r\n%s", statuses[draw(seed, ARRAY_LEN(statuses))],
             draw(seed, 2) ? "1e400" : "-9999999999999999999", errors[draw(seed, ARRAY_LEN(errors))]);
    return true;
}

static bool break_head(struct buf *out, const struct good *g, uint64_t *seed)
{
    static const char *const heads[] = {
        "",
        EVIL,
        "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1 200",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -7\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 999999999999999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: " EVIL "\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: " EVIL "\r\n\r\n" EVIL,
        HTML_HEAD "<html><title>" EVIL,
        "SSH-2.0-" EVIL "\r\n",
        "\xEF\xBB\xBF",
    };
    buf_adds(out, heads[draw(seed, ARRAY_LEN(heads))]);
    if (draw(seed, 2)) buf_adds(out, g->events);
    return true;
}

static bool break_into_noise(struct buf *out, const struct good *g, uint64_t *seed)
{
    uint32_t len = draw(seed, 3000);
    buf_adds(out, g->head);
    if (draw(seed, 2)) buf_adds(out, g->events);
    for (uint32_t i = 0; i < len; i++) buf_addc(out, (char)draw(seed, 256));
    return true;
}

static bool (*const breaks[])(struct buf *out, const struct good *g, uint64_t *seed) = {
    break_type, break_byte, break_depth, break_by_error, break_status, break_head, break_into_noise};

static bool break_drawn(struct bench *b, const struct good *g, uint64_t *seed)
{
    buf_clear(&b->play.reply);
    b->play.piece = draw(seed, 3) ? 0 : 1 + draw(seed, 100);
    return breaks[draw(seed, ARRAY_LEN(breaks))](&b->play.reply, g, seed);
}

static void ask_drawn(struct bench *b, int from, int to)
{
    for (int i = from; i < to; i++) {
        uint64_t seed = (uint64_t)i * 7919 + 17;
        const struct good *g = &goods[draw(&seed, ARRAY_LEN(goods))];
        while (!break_drawn(b, g, &seed)) {
        }
        bench_ask(b, g);
        check_broken(b, "drawn", (size_t)i);
    }
}

// ---- floods ------------------------------------------------------------------------------------------------------

static void flood(struct buf *out, const struct good *g, int i)
{
    static const char *const drops[] = {":\n\n",     "\n", " ",     "x", "data: x\n",   "data: {\"choices\":[]}\n\n",
                                        "{}\n",      "\r", "\"\\u", "[", "{\"error\":", "event: x\n",
                                        "error: {\n"};
    const char *drop = drops[(size_t)i % ARRAY_LEN(drops)];
    size_t bytes = (size_t)(i % 4 == 3 ? 10 : 2) * 1024 * 1024;
    buf_adds(out, g->head);
    if (i % 2) buf_adds(out, g->events);
    buf_adds(out, g->before);
    struct buf many;
    buf_init(&many, BUF_MAX_PIECE);
    while (many.len < BUF_MAX_LINE) buf_adds(&many, drop);
    while (out->len < bytes) buf_add(out, many.data, many.len);
    buf_release(&many);
}

static void ask_floods(struct bench *b)
{
    for (int i = 0; i < FLOODS; i++) {
        const struct good *g = &goods[(size_t)(i * 5 / 2) % ARRAY_LEN(goods)];
        buf_clear(&b->play.reply);
        b->play.piece = 0;
        flood(&b->play.reply, g, i);
        bench_ask(b, g);
        check_broken(b, "flood", (size_t)i);
    }
}

static void test_drawn(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    ask_floods(&b);
    ask_drawn(&b, 0, DRAWN / 10);
    long before_kib = resident_kib();
    ask_drawn(&b, DRAWN / 10, DRAWN);
    ask_floods(&b);
    long grown_kib = resident_kib() - before_kib;
#ifndef __SANITIZE_ADDRESS__ // which keeps what was freed
    assert_true(grown_kib <= GROWTH_MOST_KIB);
#endif
    print_message("%d replies, %ld KiB more resident\n", b.replies, grown_kib);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut_at_every_byte),
        cmocka_unit_test(test_split_at_every_byte),
        cmocka_unit_test(test_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
