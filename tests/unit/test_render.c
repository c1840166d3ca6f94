// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The shape of chat templates: from the renderings of models that people run, of those that re-render past turns, and of
// what must not be taken for understood; then the two routes.
#include "backend/render.h"

#include "io/json.h"

#include "canned.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

// ---- from renderings ---------------------------------------------------------------------------------------------

struct shape_case {
    const char *one, *three;          // the marks are Q, A and R
    const char *before, *open, *glue; // before NULL: no template
};

#define CHATML_OPEN "<|im_end|>\n<|im_start|>assistant\n"
#define CHATML_GLUE "<|im_end|>\n<|im_start|>user\n"
#define NO_THOUGHT  "<think>\n\n</think>\n\n"
#define NONE        NULL, NULL, NULL

static const struct shape_case shapes[] = {
    // ChatML
    {"<|im_start|>user\nQ" CHATML_OPEN, "<|im_start|>user\nQ" CHATML_OPEN "A" CHATML_GLUE "R" CHATML_OPEN,
     "<|im_start|>user\n", CHATML_OPEN, CHATML_GLUE},
    // Mistral: nothing but a blank or two
    {"<s>[INST] Q [/INST]", "<s>[INST] Q [/INST]A</s>[INST] R [/INST]", "<s>[INST] ", " [/INST]", "</s>[INST] "},
    // Gemma, with a system part of its own
    {"<bos><start_of_turn>user\nQ<end_of_turn>\n<start_of_turn>model\n",
     "<bos><start_of_turn>user\nQ<end_of_turn>\n<start_of_turn>model\nA<end_of_turn>\n<start_of_turn>user\nR"
     "<end_of_turn>\n<start_of_turn>model\n",
     "<bos><start_of_turn>user\n", "<end_of_turn>\n<start_of_turn>model\n", "<end_of_turn>\n<start_of_turn>user\n"},
    // Qwen3 with thinking off: the empty block is not in past turns
    {"<|im_start|>user\nQ" CHATML_OPEN NO_THOUGHT,
     "<|im_start|>user\nQ" CHATML_OPEN "A" CHATML_GLUE "R" CHATML_OPEN NO_THOUGHT, "<|im_start|>user\n",
     CHATML_OPEN NO_THOUGHT, CHATML_GLUE},
    {"uQm[THINK][/THINK]", "uQmAeuRm[THINK][/THINK]", "u", "m[THINK][/THINK]", "eu"},
    // or it is everywhere
    {"uQm" NO_THOUGHT, "uQm" NO_THOUGHT "AeuRm" NO_THOUGHT, "u", "m" NO_THOUGHT, "eu"},
    {"Qm", "QmAeRm", "", "m", "e"},

    // the model is left to think: what is kept of its answer is not what it saw
    {"uQm<think>\n", "uQmAeuRm<think>\n", NONE},
    {"uQm<think>\n", "uQm<think>\nAeuRm<think>\n", NONE},
    // a past turn has what the generation prompt has not
    {"uQm", "uQm<|channel|>final<|message|>AeuRm", NONE},
    {"uQm", "uQm" NO_THOUGHT "AeuRm", NONE},
    {"uQm<think>plan</think>", "uQmAeuRm<think>plan</think>", NONE},
    {"uQm" NO_THOUGHT "more", "uQmAeuRm" NO_THOUGHT "more", NONE},
    {"uQm!", "uQmAeuRm!", NONE},
    {"uQm" NO_THOUGHT, "uQnAeuRm" NO_THOUGHT, NONE},
    // something changes with the number of turns
    {"day 1 uQm", "day 2 uQmAeuRm", NONE},
    {"uQm", "xuQmAeuRm", NONE},
    {"uQm", "uQmAeuRn", NONE},
    {"uQm", "uQmAeuRmm", NONE},
    // no generation prompt, nothing between turns
    {"uQ", "uQAeuR", NONE},
    {"uQm", "uQmARm", NONE},
    // marks that are missing, doubled, in another order, or where they must not be
    {"um", "uQmAeuRm", NONE},
    {"uQQm", "uQmAeuRm", NONE},
    {"uQmQ", "uQmQAeuRmQ", NONE},
    {"uQAm", "uQmAeuRm", NONE},
    {"uQm", "uQmeuRm", NONE},
    {"uQm", "uQmAeuRmA", NONE},
    {"uQm", "uQmReuAm", NONE},
    {"uQm", "uQm", NONE},
    {"", "", NONE},
};

static void test_shapes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
        const struct shape_case *c = &shapes[i];
        struct gen_template *t = gen_template_from(c->one, c->three, "Q", "A", "R");
        if ((t != NULL) != (c->before != NULL)) fail_msg("case %zu: '%s'", i, c->three);
        if (t != NULL) {
            assert_string_equal(t->before, c->before);
            assert_string_equal(t->open, c->open);
            assert_string_equal(t->glue, c->glue);
            char past[200];
            (void)snprintf(past, sizeof(past), "Q%sA", c->open);
            if (t->reopens != (strstr(c->three, past) == NULL)) fail_msg("case %zu: reopens", i);
        }
        gen_template_free(t);
    }
}

// ---- the routes --------------------------------------------------------------------------------------------------

struct renderer {
    struct loop *loop;
    struct http *http;
    struct canned *server;
    struct timer *guard;
    struct render *render;
    struct render_options options;
    struct gen_template *got;
    int answers;
};

static void renderer_guard(void *arg)
{
    (void)arg;
    fail_msg("the loop did not end");
}

static void renderer_done(void *arg, struct gen_template *t)
{
    struct renderer *r = arg;
    r->got = t;
    r->answers++;
    render_cancel(r->render); // it is over: nothing happens
    loop_stop(r->loop);
}

static void renderer_open(struct renderer *r, enum dialect_kind d, const struct canned_reply *replies, int count)
{
    memset(r, 0, sizeof(*r));
    r->loop = loop_new();
    r->http = http_new(r->loop);
    r->server = canned_start(replies, count);
    r->guard = timer_new(r->loop, renderer_guard, NULL);
    timer_set(r->guard, 60000);
    r->options = (struct render_options){.dialect = d,
                                         .url = r->server->url,
                                         .bearer = "sesame",
                                         .model = "tiny",
                                         .thinking_off = true,
                                         .n_ctx_tokens = 4096};
}

static void renderer_run(struct renderer *r)
{
    r->render = render_start(r->loop, r->http, &r->options, renderer_done, r);
    loop_run(r->loop);
    assert_int_equal(r->answers, 1);
}

static void renderer_close(struct renderer *r)
{
    http_free(r->http);
    timer_free(r->guard);
    loop_free(r->loop);
    canned_stop(r->server);
    gen_template_free(r->got);
}

#define OK     "HTTP/1.0 200 OK\r\n\r\n"
#define U1     "Kw7question1Zx"
#define ANSWER "Kw7answer2Zx"
#define U2     "Kw7question3Zx"
#define ONE    "<u>" U1 "<a>"
#define THREE  "<u>" U1 "<a>" ANSWER "<e><u>" U2 "<a>"

static const struct {
    enum dialect_kind dialect;
    const char *replies[2], *path;
} routes[] = {
    {DIALECT_LLAMACPP, {OK "{\"prompt\":\"" ONE "\"}", OK "{\"prompt\":\"" THREE "\"}"}, "POST /apply-template "},
    {DIALECT_OLLAMA,
     {OK "{\"model\":\"tiny\",\"_debug_info\":{\"rendered_template\":\"" ONE "\"}}",
      OK "{\"model\":\"tiny\",\"_debug_info\":{\"rendered_template\":\"" THREE "\"}}"},
     "POST /api/chat "},
};

static void test_routes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
        const struct canned_reply replies[] = {{routes[i].replies[0], CANNED_CLOSE, false},
                                               {routes[i].replies[1], CANNED_CLOSE, false}};
        struct renderer r;
        renderer_open(&r, routes[i].dialect, replies, 2);
        renderer_run(&r);
        assert_non_null(r.got);
        assert_string_equal(r.got->before, "<u>");
        assert_string_equal(r.got->open, "<a>");
        assert_string_equal(r.got->glue, "<e><u>");
        assert_int_equal(r.server->requests, 2);
        const char *last = r.server->last.data;
        assert_int_equal(strncmp(last, routes[i].path, strlen(routes[i].path)), 0);
        assert_non_null(strstr(last, "Authorization: Bearer sesame\r\n"));
        const char *u1 = strstr(last, U1), *a = strstr(last, ANSWER), *u2 = strstr(last, U2);
        assert_true(u1 != NULL && a > u1 && u2 > a);
        if (routes[i].dialect == DIALECT_OLLAMA) {
            assert_non_null(strstr(last, "\"num_ctx\":4096"));
            assert_non_null(strstr(last, "\"_debug_render_only\":true"));
        }
        renderer_close(&r);
    }
}

static void test_routes_that_fail(void **state)
{
    (void)state;
    static const struct {
        enum dialect_kind dialect;
        const char *replies[2];
        int requests;
    } cases[] = {
        {DIALECT_LLAMACPP, {"HTTP/1.0 404 X\r\n\r\nno", ""}, 1},
        {DIALECT_LLAMACPP, {OK "{\"prompt\":7}", ""}, 1},
        {DIALECT_LLAMACPP, {OK "<html>", ""}, 1},
        {DIALECT_LLAMACPP, {OK "{\"prompt\":\"" ONE "\"}", "HTTP/1.0 500 X\r\n\r\n{\"prompt\":\"" THREE "\"}"}, 2},
        {DIALECT_LLAMACPP, {OK "{\"prompt\":\"" ONE "\"}", OK "{\"prompt\":\"" ONE "\"}"}, 2},
        // one that generates instead of rendering
        {DIALECT_OLLAMA, {OK "{\"message\":{\"content\":\"Hello\"},\"done\":true}", ""}, 1},
        {DIALECT_VLLM, {"", ""}, 0},
        {DIALECT_OPENAI, {"", ""}, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct canned_reply replies[] = {{cases[i].replies[0], CANNED_CLOSE, false},
                                               {cases[i].replies[1], CANNED_CLOSE, false}};
        struct renderer r;
        renderer_open(&r, cases[i].dialect, replies, 2);
        renderer_run(&r);
        assert_null(r.got);
        assert_int_equal(r.server->requests, cases[i].requests);
        renderer_close(&r);
    }
}

static void test_no_answer(void **state)
{
    (void)state;
    static const struct canned_reply replies[] = {{OK "{\"prompt\":\"" ONE "\"}", CANNED_CLOSE, false},
                                                  {"", CANNED_HOLD, false}};
    struct renderer r;
    renderer_open(&r, DIALECT_LLAMACPP, replies, 2);
    renderer_run(&r);
    assert_null(r.got);
    renderer_close(&r);
}

static void test_cancel(void **state)
{
    (void)state;
    struct renderer r;
    renderer_open(&r, DIALECT_LLAMACPP, NULL, 0);
    render_cancel(render_start(r.loop, r.http, &r.options, renderer_done, &r));
    r.options.dialect = DIALECT_OPENAI;
    render_cancel(render_start(r.loop, r.http, &r.options, renderer_done, &r));
    render_cancel(NULL);
    gen_template_free(NULL);
    assert_int_equal(r.answers, 0);
    renderer_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),    cmocka_unit_test(test_routes), cmocka_unit_test(test_routes_that_fail),
        cmocka_unit_test(test_no_answer), cmocka_unit_test(test_cancel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
