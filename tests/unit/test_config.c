// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The config: defaults, the user's file, what a project's own file may not set, and that no key is ever repeated.
#include "model/config.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

static void assert_refused(const char *text, bool project, const char *message)
{
    struct err e = ERR_INIT;
    struct config c;
    char expected[ERR_TEXT_MAX];
    (void)snprintf(expected, sizeof expected, "config 'c.json': %s", message);
    config_init(&c);
    assert_false(config_parse(&c, text, strlen(text), "c.json", project, &e));
    assert_int_equal(e.code, ERR_USAGE);
    assert_string_equal(e.text, expected);
    config_release(&c);
}

static void parse_ok(struct config *c, const char *text, bool project)
{
    struct err e = ERR_INIT;
    if (!config_parse(c, text, strlen(text), "c.json", project, &e)) fail_msg("%s", e.text);
}

static void defaults_hold(void **state)
{
    (void)state;
    struct config c;
    config_init(&c);
    parse_ok(&c, "{}", false);
    assert_string_equal(c.backend, "auto");
    assert_int_equal(c.queue_max, 100);
    assert_int_equal(c.chunk_words, 800);
    assert_int_equal(c.first_token_s, 600);
    assert_int_equal(c.stall_s, 60);
    assert_int_equal(c.total_s, 3600);
    assert_null(config_backend(&c, "auto"));
    config_release(&c);
}

static void files_add_to_one_another(void **state)
{
    (void)state;
    struct config c;
    config_init(&c);
    parse_ok(&c,
             "{ // mine\n"
             "\"backends\": [\n"
             "  {\"name\": \"gpu\", \"url\": \"http://192.168.1.5:8080\", \"api_key_env\": \"GPU_KEY\", \"model\": "
             "\"m\"},\n"
             "  {\"name\": \"own\", \"command\": [\"llama-server\", \"-m\", \"\"], \"n_ctx_tokens\": 16384}],\n"
             "\"backend\": \"gpu\", \"queue\": {\"max\": 5}, \"limits.stall_s\": 30, \"limits\": {\"total_s\": 900}}",
             false);
    parse_ok(&c, "{\"chunk.words\": 500, \"limits\": {\"stall_s\": 90}}", true);
    const struct backend_conf *gpu = config_backend(&c, "gpu"), *own = config_backend(&c, "own");
    assert_string_equal(c.backend, "gpu");
    assert_int_equal(c.queue_max, 5);
    assert_int_equal(c.chunk_words, 500);
    assert_int_equal(c.stall_s, 90);
    assert_int_equal(c.total_s, 900);
    assert_string_equal(gpu->url, "http://192.168.1.5:8080");
    assert_string_equal(gpu->dialect, "openai");
    assert_string_equal(gpu->api_key_env, "GPU_KEY");
    assert_int_equal(gpu->slots, 1);
    assert_null(gpu->command);
    assert_null(own->url);
    assert_string_equal(own->command[1], "-m");
    assert_string_equal(own->command[2], "");
    assert_null(own->command[3]);
    assert_int_equal(own->n_ctx_tokens, 16384);
    config_release(&c);
}

static void names_each_mistake(void **state)
{
    static const struct {
        const char *text;
        bool project;
        const char *message;
    } cases[] = {
        {"[]", false, "$: found an array, expected an object"},
        {"{\"queu\": {\"max\": 1}}", false, "$.queu: unknown key, did you mean \"queue\"?"},
        {"{\"queue.mx\": 1}", false, "$.queue.mx: unknown key"},
        {"{\"queue\": {\"max\": 0}}", false, "$.queue.max: found 0, expected a whole number from 1 to 100000"},
        {"{\"queue\": {\"max\": 1}, \"queue.max\": 2}", false,
         "$.queue.max: given twice, once nested and once dotted"},
        {"{\"chunk.words\": 100}", false, "$.chunk.words: found 100, expected a whole number from 200 to 2000"},
        {"{\"backends\": {}}", false,
         "$.backends: found an object, expected a list of objects with \"name\" and \"url\""},
        {"{\"backends\": [{\"name\": \"a\"}]}", false, "$.backends[0]: expected \"url\" or \"command\""},
        {"{\"backends\": [{\"url\": \"http://a\"}]}", false, "$.backends[0].name: missing, and it is required"},
        {"{\"backends\": [{\"name\": \"sim\", \"url\": \"http://a\"}]}", false,
         "$.backends[0].name: found \"sim\", which has a meaning of its own, expected another name"},
        {"{\"backends\": [{\"name\": \"a\", \"url\": \"http://a\"}, {\"name\": \"a\", \"url\": \"http://b\"}]}",
         false, "$.backends[1].name: found \"a\" a second time"},
        {"{\"backends\": [{\"name\": \"a\", \"url\": \"http://a\", \"slots\": 2}]}", false,
         "$.backends[0].slots: found 2, expected 1, for now"},
        {"{\"backends\": [{\"name\": \"a\", \"url\": \"http://a\", \"dialect\": \"ollama\"}]}", false,
         "$.backends[0].dialect: found \"ollama\", expected \"openai\", for now"},
        {"{\"backends\": [{\"name\": \"a\", \"command\": \"llama-server\"}]}", false,
         "$.backends[0].command: found \"llama-server\", expected a list of words such as "
         "[\"llama-server\", \"-m\", \"model.gguf\"]"},
        {"{\"backends\": [{\"name\": \"a\", \"command\": [\"x\", 7]}]}", false,
         "$.backends[0].command[1]: found 7, expected one line of at most 4096 bytes"},
        {"{\"backends\": []}", true, "$.backends: only your own config file may set this"},
        {"{\"backend\": \"http://evil\"}", true, "$.backend: only your own config file may set this"},
        {"{\"queue\": {\"max\": 3}}", true, "$.queue.max: only your own config file may set this"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) assert_refused(cases[i].text, cases[i].project, cases[i].message);
}

static void a_pasted_key_is_not_repeated(void **state)
{
    static const char *const texts[] = {
        "{\"backends\": [{\"name\": \"a\", \"url\": \"http://a\", \"api_key\": \"sk-SECRET\"}]}",
        "{\"backends\": [{\"name\": \"a\", \"url\": \"http://a\", \"api_key_env\": \"sk-SECRET\"}]}",
        "{\"backends\": [{\"name\": \"a\", \"url\": \"http://me:SECRET@a\"}]}",
        "{\"backends\": [{\"name\": \"a\", \"url\": \"http://a/?key=SECRET\"}]}",
        "{\"backend\": \"me:SECRET@host\"}",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct err e = ERR_INIT;
        struct config c;
        config_init(&c);
        assert_false(config_parse(&c, texts[i], strlen(texts[i]), "c.json", false, &e));
        assert_null(strstr(e.text, "SECRET"));
        config_release(&c);
    }
}

static void urls(void **state)
{
    static const char *const good[] = {"http://localhost",      "https://a.b-c_d.example:443/v1/",
                                       "http://127.0.0.1:8080", "http://[::1]:1/x",
                                       "HTTP://HOST/a%20b",     "http://a/@x",
                                       "http://a:65535"};
    static const char *const bad[] = {
        "",           "localhost",      "ftp://a",    "http://",     "http:///x",   "http://a b",   "http://a:0",
        "http://a:x", "http://a:70000", "http://a?x", "http://a/#x", "http://u@a",  "http://u:p@a", "http://[::1",
        "http://[]",  "http://a:",      "http://ä",   "http://a\n/", "file:///etc", "http://a\\b",  "http://a:1:2",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        struct err e = ERR_INIT;
        if (!url_check(good[i], &e)) fail_msg("%s: %s", good[i], e.text);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct err e = ERR_INIT;
        if (url_check(bad[i], &e)) fail_msg("%s was let pass", bad[i]);
        assert_int_equal(e.code, ERR_USAGE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_hold),
        cmocka_unit_test(files_add_to_one_another),
        cmocka_unit_test(names_each_mistake),
        cmocka_unit_test(a_pasted_key_is_not_repeated),
        cmocka_unit_test(urls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
