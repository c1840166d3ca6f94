// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The config: defaults, the user's file, what a project's own file may not set, and that no key is ever repeated.
#include "model/config.h"

#include "base/mem.h"
#include "model/dialects.h"

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
    assert_int_equal(c.first_token_s, 0); // learnt
    assert_int_equal(c.stall_s, 0);
    assert_int_equal(c.total_s, 0);
    assert_null(c.models_allow);
    assert_null(c.on_wait);
    assert_int_equal(c.fallback_count, 0);
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
    assert_int_equal(gpu->dialect, DIALECT_UNKNOWN);
    assert_null(gpu->api_key_file);
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
        {"{\"backends\": [{\"name\": \"a\", \"url\": \"http://a\", \"slots\": 17}]}", false,
         "$.backends[0].slots: found 17, expected a whole number from 1 to 16"},
        {"{\"backends\": [{\"name\": \"a\", \"url\": \"http://a\", \"dialect\": \"olama\"}]}", false,
         "$.backends[0].dialect: found \"olama\", did you mean \"ollama\"?"},
        {"{\"backends\": [{\"name\": \"a\", \"url\": \"http://a\", \"dialect\": \"grpc\"}]}", false,
         "$.backends[0].dialect: found \"grpc\", expected one of openai, llamacpp, ollama, vllm, mlx, lmstudio, "
         "koboldcpp, sglang"},
        {"{\"backends\": [{\"name\": \"a\", \"url\": \"http://a\", \"dialect\": 3}]}", false,
         "$.backends[0].dialect: found 3, expected one of openai, llamacpp, ollama, vllm, mlx, lmstudio, koboldcpp, "
         "sglang"},
        {"{\"backends\": [{\"name\": \"a\", \"url\": \"http://a\", \"api_key_env\": \"K\", \"api_key_file\": "
         "\"/k\"}]}",
         false, "$.backends[0]: found both \"api_key_env\" and \"api_key_file\", expected one of them"},
        {"{\"backends\": [{\"name\": \"a\", \"command\": []}]}", false,
         "$.backends[0].command: found an empty list, expected a list of words such as [\"llama-server\", \"-m\", "
         "\"model.gguf\"]"},
        {"{\"on_done\": [\" \", \"x\"]}", false,
         "$.on_done[0]: found a blank text, expected a list of words such as [\"notify-send\", \"novelgen\"]"},
        {"{\"on_wait\": \"mail me\"}", false,
         "$.on_wait: found \"mail me\", expected a list of words such as [\"notify-send\", \"novelgen\"]"},
        {"{\"models\": {\"allow\": \"qwen3\"}}", false,
         "$.models.allow: found \"qwen3\", expected a list of names such as [\"qwen3*\", \"llama3:8b\"]"},
        {"{\"models\": {\"alow\": []}}", false, "$.models.alow: unknown key, did you mean \"allow\"?"},
        {"{\"fallback\": [\"gpu\", \"auto\"]}", false,
         "$.fallback[1]: found \"auto\", expected a name from the config, or http://HOST[:PORT]"},
        {"{\"fallback\": [{\"backend\": \"sim\"}]}", false,
         "$.fallback[0].backend: found \"sim\", expected a name from the config, or http://HOST[:PORT]"},
        {"{\"fallback\": [{\"model\": \"m\"}]}", false, "$.fallback[0].backend: missing, and it is required"},
        {"{\"fallback\": [{\"bakend\": \"b\"}]}", false,
         "$.fallback[0].bakend: unknown key, did you mean \"backend\"?"},
        {"{\"fallback\": \"gpu\"}", false,
         "$.fallback: found \"gpu\", expected a list such as [\"gpu2\", {\"backend\": \"http://HOST:PORT\", "
         "\"model\": \"...\"}]"},
        {"{\"backends\": [{\"name\": \"a\", \"command\": \"llama-server\"}]}", false,
         "$.backends[0].command: found \"llama-server\", expected a list of words such as "
         "[\"llama-server\", \"-m\", \"model.gguf\"]"},
        {"{\"backends\": [{\"name\": \"a\", \"command\": [\"x\", 7]}]}", false,
         "$.backends[0].command[1]: found 7, expected one line of at most 4096 bytes"},
        {"{\"backends\": []}", true, "$.backends: only your own config file may set this"},
        {"{\"backend\": \"http://evil\"}", true, "$.backend: only your own config file may set this"},
        {"{\"queue\": {\"max\": 3}}", true, "$.queue.max: only your own config file may set this"},
        {"{\"on_wait\": [\"rm\"]}", true, "$.on_wait: only your own config file may set this"},
        {"{\"on_done\": [\"rm\"]}", true, "$.on_done: only your own config file may set this"},
        {"{\"on_pause\": [\"rm\"]}", true, "$.on_pause: only your own config file may set this"},
        {"{\"models.allow\": [\"*\"]}", true, "$.models.allow: only your own config file may set this"},
        {"{\"fallback\": [\"http://evil\"]}", true, "$.fallback: only your own config file may set this"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) assert_refused(cases[i].text, cases[i].project, cases[i].message);
}

static void a_pasted_key_is_not_repeated(void **state)
{
    static const char *const texts[] = {
        "{\"backends\": [{\"name\": \"a\", \"url\": \"http://a\", \"api_key\": \"sk-SECRET\"}]}",
        "{\"backends\": [{\"name\": \"a\", \"url\": \"http://a\", \"api_key_env\": \"sk-SECRET\"}]}",
        "{\"backends\": [{\"name\": \"a\", \"url\": \"http://a\", \"api_key_file\": \"sk-SECRET\"}]}",
        "{\"backends\": [{\"name\": \"a\", \"url\": \"http://me:SECRET@a\"}]}",
        "{\"fallback\": [\"http://me:SECRET@a\"]}",
        "{\"fallback\": [{\"backend\": \"http://a/?key=SECRET\"}]}",
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

static void all_of_it_is_read(void **state)
{
    struct config c;
    (void)state;
    config_init(&c);
    parse_ok(&c,
             "{\"backends\": [{\"name\": \"own\", \"command\": [\"ollama\", \"serve\"], \"dialect\": \"Ollama\", "
             "\"slots\": 16, \"api_key_file\": \"~/.config/novelgen/key\"}],\n"
             "\"fallback\": [\"own\", {\"backend\": \"http://b:1\", \"model\": \"m\"}],\n"
             "\"models.allow\": [\"qwen3*\", \"llama3:8b\"], \"on_wait\": [\"mail\", \"-s\", \"\"],\n"
             "\"on_done\": [\"say\"], \"on_pause\": [\"ring\"]}",
             false);
    const struct backend_conf *own = config_backend(&c, "own");
    assert_int_equal(own->dialect, DIALECT_OLLAMA);
    assert_int_equal(own->slots, 16);
    assert_string_equal(own->api_key_file, "~/.config/novelgen/key");
    assert_int_equal(c.fallback_count, 2);
    assert_string_equal(c.fallback[0].backend, "own");
    assert_null(c.fallback[0].model);
    assert_string_equal(c.fallback[1].model, "m");
    assert_string_equal(c.models_allow[1], "llama3:8b");
    assert_null(c.models_allow[2]);
    assert_string_equal(c.on_wait[2], "");
    assert_null(c.on_wait[3]);
    assert_string_equal(c.on_done[0], "say");
    assert_string_equal(c.on_pause[0], "ring");
    parse_ok(&c, "{\"fallback\": [], \"on_done\": [\"sing\", \"it\"]}", false); // the last word holds
    assert_int_equal(c.fallback_count, 0);
    assert_string_equal(c.on_done[0], "sing");
    config_release(&c);
}

static void models_are_allowed_by_name(void **state)
{
    static const struct {
        const char *pattern, *model;
        bool allowed;
    } cases[] = {
        {"llama3:8b", "llama3:8b", true},
        {"llama3:8b", "Llama3:8B", true},
        {"llama3:8b", "llama3:8", false},
        {"llama3:8b", "llama3:8bb", false},
        {"llama3", "llama3:latest", true},
        {"llama3:latest", "llama3", true},
        {"llama3", "llama3:70b", false},
        {"qwen3*", "qwen3", true},
        {"qwen3*", "qwen3-235b", true},
        {"qwen3*", "my/qwen3", false},
        {"*qwen3*", "/models/Qwen3-8B-Q5.gguf", true},
        {"*", "anything", true},
        {"a*b*c", "aXbYbZc", true},
        {"a*b*c", "aXbYbZ", false},
        {"*-8b", "a-8b-8b", true},
        {"**a", "aaaa", true},
        {"aaaa*aaaa*aaaa*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *list[] = {"nothing", (char *)(uintptr_t)cases[i].pattern, NULL};
        const struct config c = {.models_allow = list};
        if (config_allows(&c, cases[i].model) != cases[i].allowed)
            fail_msg("'%s' and '%s'", cases[i].pattern, cases[i].model);
    }
    char *list[] = {"a", NULL};
    const struct config none = {0}, some = {.models_allow = list};
    assert_true(config_allows(&none, "x"));
    assert_true(config_allows(&some, "") && config_allows(&some, NULL)); // not known yet
    assert_false(config_allows(&some, "x"));
}

static void the_list_is_shown(void **state)
{
    char *list[] = {"llama3:8b", "qwen3*", "gemma3", NULL};
    const struct config none = {0}, some = {.models_allow = list};
    char text[64];
    (void)state;
    config_allowed_text(&some, text, sizeof text);
    assert_string_equal(text, "llama3:8b, qwen3*, gemma3");
    config_allowed_text(&some, text, 26); // just fits
    assert_string_equal(text, "llama3:8b, qwen3*, gemma3");
    config_allowed_text(&some, text, 25);
    assert_string_equal(text, "llama3:8b, qwen3*, …");
    config_allowed_text(&some, text, 20);
    assert_string_equal(text, "llama3:8b, …");
    config_allowed_text(&some, text, 8);
    assert_string_equal(text, "…");
    config_allowed_text(&none, text, sizeof text);
    assert_string_equal(text, "any model");
}

static void one_server_has_one_address(void **state)
{
    static const struct {
        const char *url, *address;
    } cases[] = {
        {"http://127.0.0.1:8080", "127.0.0.1:8080"},
        {"http://localhost:8080/v1/", "127.0.0.1:8080"},
        {"HTTP://LocalHost.:08080", "127.0.0.1:8080"},
        {"http://[::1]:8080", "127.0.0.1:8080"},
        {"http://0.0.0.0:8080/", "127.0.0.1:8080"},
        {"http://[::]:8080", "127.0.0.1:8080"},
        {"http://localhost", "127.0.0.1:80"},
        {"https://GPU.Example.com/v1", "gpu.example.com:443"},
        {"https://gpu.example.com:443", "gpu.example.com:443"},
        {"HTTPS://gpu.example.com:8443/a/b", "gpu.example.com:8443"},
        {"http://[FE80::1]:1234", "[fe80::1]:1234"},
        {"http://gpu", "gpu:80"},
        {"http://gpu:80/x:9", "gpu:80"},
        {"http://gpu./", "gpu:80"},
    };
    char out[64];
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        url_address(cases[i].url, out, sizeof out);
        assert_string_equal(out, cases[i].address);
    }
    url_address("http://a-very-long-name:80", out, 6);
    assert_string_equal(out, "a-ver");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_hold),
        cmocka_unit_test(files_add_to_one_another),
        cmocka_unit_test(names_each_mistake),
        cmocka_unit_test(a_pasted_key_is_not_repeated),
        cmocka_unit_test(urls),
        cmocka_unit_test(all_of_it_is_read),
        cmocka_unit_test(models_are_allowed_by_name),
        cmocka_unit_test(the_list_is_shown),
        cmocka_unit_test(one_server_has_one_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
