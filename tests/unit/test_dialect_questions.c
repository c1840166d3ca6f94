// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What each dialect makes of what servers say about themselves: each server is known by its own dialect alone, though
// several play others; and the routes that tell of idleness, count tokens and render messages.
#include "backend/dialect.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct page {
    const char *path, *body;
};

struct site {
    const char *name;
    int kind; // the dialect that must know it
    const char *server;
    const char *otherwise; // what it answers to any other path, with whatever status
    struct page pages[10];
};

#define MODEL_LIST(owner, more) "{\"object\":\"list\",\"data\":[{\"id\":\"m\",\"object\":\"model\"" owner more "}]}"
#define OWNER(name)             ",\"owned_by\":\"" name "\""
#define LLAMA_404               "{\"error\":{\"code\":404,\"message\":\"File Not Found\",\"type\":\"not_found_error\"}}"
#define METRICS(prefix, running, waiting)                                                                            \
    "# HELP " prefix running " Number of requests\n# TYPE " prefix running " gauge\n" prefix running                 \
    "{engine=\"0\",model_name=\"m\"} 0.0\n" prefix running "_total 12.0\n" prefix waiting                            \
    "{engine=\"0\",model_name=\"m\"} 0.0\n"

static const struct site sites[] = {
    {"llama.cpp",
     DIALECT_LLAMACPP,
     "llama.cpp",
     LLAMA_404,
     {{"/", "<!doctype html><html><title>llama.cpp</title></html>"},
      {"/props",
       "{\"default_generation_settings\":{\"id\":0,\"id_task\":-1,\"n_ctx\":8192,\"params\":{\"seed\":1}},"
       "\"total_slots\":2,\"model_path\":\"/m.gguf\",\"chat_template\":\"x\",\"build_info\":\"b6715-abc\"}"},
      {"/v1/models", "{\"models\":[{\"name\":\"m\",\"model\":\"m\"}],\"object\":\"list\",\"data\":[{\"id\":\"m\","
                     "\"owned_by\":\"llamacpp\",\"meta\":{\"n_ctx_train\":131072}}]}"},
      {"/api/tags", "{\"models\":[{\"name\":\"m\",\"model\":\"m\"}]}"},
      {"/slots", "[{\"id\":0,\"is_processing\":false},{\"id\":1,\"is_processing\":true}]"}}},
    {"ik_llama.cpp",
     DIALECT_LLAMACPP,
     "ik_llama.cpp",
     "{\"error\":\"File Not Found\"}",
     {{"/props", "{\"default_generation_settings\":{\"n_ctx\":8192,\"seed\":1},\"total_slots\":1}"},
      {"/v1/models", MODEL_LIST(OWNER("llamacpp"), ",\"max_model_len\":8192")}}},
    {"Ollama",
     DIALECT_OLLAMA,
     "",
     "404 page not found",
     {{"/", "Ollama is running"},
      {"/api/version", "{\"version\":\"0.12.3\"}"},
      {"/api/tags", "{\"models\":[{\"name\":\"qwen3:8b\",\"model\":\"qwen3:8b\",\"details\":{\"family\":\"qwen3\"}},"
                    "{\"name\":\"llama3:latest\"},{\"name\":\"nomic:latest\",\"details\":{\"family\":"
                    "\"nomic-bert\"}}]}"},
      {"/api/ps", "{\"models\":[{\"name\":\"qwen3:8b\",\"context_length\":32768,\"size\":1}]}"},
      {"/api/show", "{\"model_info\":{\"general.architecture\":\"qwen3\",\"qwen3.context_length\":40960},"
                    "\"capabilities\":[\"completion\",\"thinking\"]}"},
      {"/v1/models", MODEL_LIST(OWNER("library"), "")}}},
    {"vLLM",
     DIALECT_VLLM,
     "uvicorn",
     "{\"detail\":\"Not Found\"}",
     {{"/v1/models", MODEL_LIST(OWNER("vllm"), ",\"root\":\"m\",\"max_model_len\":40960")},
      {"/version", "{\"version\":\"0.16.0\"}"},
      {"/metrics", METRICS("vllm:", "num_requests_running", "num_requests_waiting")}}},
    {"MLX",
     DIALECT_MLX,
     "BaseHTTP/0.6 Python/3.12.4",
     "Not Found",
     {{"/v1/models", "{\"object\":\"list\",\"data\":[{\"id\":\"mlx-community/a\",\"object\":\"model\",\"created\":1},"
                     "{\"id\":\"mlx-community/b\",\"object\":\"model\",\"created\":1}]}"},
      {"/health", "{\"status\": \"ok\"}"}}},
    {"LM Studio",
     DIALECT_LMSTUDIO,
     "",
     "{\"error\":\"Unexpected endpoint or method. (GET /x). Returning 200 anyway\"}",
     {{"/v1/models", MODEL_LIST(OWNER("organization_owner"), "")},
      {"/api/v1/models",
       "{\"models\":[{\"type\":\"embedding\",\"key\":\"nomic\",\"loaded_instances\":[{\"id\":\"nomic\",\"config\":{}}"
       "]},"
       "{\"type\":\"llm\",\"key\":\"gemma\",\"loaded_instances\":[]},{\"type\":\"llm\",\"key\":\"qwen\","
       "\"loaded_instances\":[{\"id\":\"qwen\",\"config\":{\"context_length\":16384}}],\"max_context_length\":40960,"
       "\"capabilities\":{\"vision\":false,\"reasoning\":{\"allowed_options\":[\"off\",\"on\"]}}}]}"}}},
    {"an older LM Studio",
     DIALECT_LMSTUDIO,
     "",
     "{\"error\":\"Unexpected endpoint or method. (GET /x). Returning 200 anyway\"}",
     {{"/v1/models", MODEL_LIST(OWNER("organization_owner"), "")},
      {"/api/v0/models", "{\"object\":\"list\",\"data\":[{\"id\":\"gemma\",\"type\":\"llm\",\"state\":\"not-loaded\","
                         "\"max_context_length\":8192},{\"id\":\"qwen\",\"type\":\"llm\",\"state\":\"loaded\","
                         "\"max_context_length\":40960,\"loaded_context_length\":16384},{\"id\":\"nomic\",\"type\":"
                         "\"embeddings\",\"state\":\"loaded\",\"max_context_length\":2048}]}"}}},
    {"KoboldCpp",
     DIALECT_KOBOLDCPP,
     "ConcedoLlamaForKoboldServer",
     "<html>KoboldAI Lite</html>",
     {{"/api/extra/version", "{\"result\":\"KoboldCpp\",\"version\":\"1.98\",\"protected\":false}"},
      {"/api/extra/true_max_context_length", "{\"value\":8192}"},
      {"/api/v1/model", "{\"result\":\"koboldcpp/qwen\"}"},
      {"/api/extra/perf", "{\"last_process\":1.5,\"queue\":0,\"idle\":1,\"total_gens\":3}"},
      {"/props", "{\"chat_template\":\"x\",\"id\":0,\"id_task\":-1,\"total_slots\":1,\"model_path\":"
                 "\"local_model.gguf\",\"default_generation_settings\":{\"n_ctx\":8192}}"},
      {"/api/version", "{\"version\":\"0.7.0\"}"},
      {"/api/tags", "{\"models\":[{\"name\":\"koboldcpp\",\"model\":\"koboldcpp:latest\"}]}"},
      {"/v1/models", MODEL_LIST(OWNER("koboldcpp"), "")}}},
    {"SGLang",
     DIALECT_SGLANG,
     "uvicorn",
     "{\"detail\":\"Not Found\"}",
     {{"/get_model_info", "{\"model_path\":\"/models/m\",\"tokenizer_path\":\"/models/m\",\"is_generation\":true}"},
      {"/v1/models", MODEL_LIST(OWNER("sglang"), ",\"max_model_len\":40960")},
      {"/get_server_info", "{\"model_path\":\"/models/m\",\"version\":\"0.5.2\",\"context_length\":null}"},
      {"/metrics", METRICS("sglang:", "num_running_reqs", "num_queue_reqs")}}},
    {"something else",
     DIALECT_OPENAI,
     "uvicorn",
     "{\"detail\":\"Not Found\"}",
     {{"/", "<html></html>"}, {"/v1/models", MODEL_LIST(OWNER("tabbyAPI"), ",\"max_model_len\":4096")}}},
    {"somebody's script",
     DIALECT_OPENAI,
     "BaseHTTP/0.6 Python/3.12.4",
     "Not Found",
     {{"/v1/models", MODEL_LIST(OWNER("me"), "")}}},
    {"a shop",
     DIALECT_UNKNOWN,
     "nginx",
     "<html><title>404 Not Found</title></html>",
     {{"/", "<html>Welcome</html>"}}},
    {"a proxy that says yes to all", DIALECT_UNKNOWN, "nginx", "{\"status\":\"ok\"}", {{"/", "OK"}}},
};

static const char *site_body(const struct site *s, const char *path)
{
    for (size_t i = 0; i < ARRAY_LEN(s->pages) && s->pages[i].path != NULL; i++)
        if (strcmp(s->pages[i].path, path) == 0) return s->pages[i].body;
    return s->otherwise;
}

static bool ask(struct backend_facts *f, const struct dialect_question *q, const char *body, const char *server,
                const char *model)
{
    struct err e = {.code = ERR_NONE};
    struct json *v = json_read(body, strlen(body), &e);
    const struct dialect_reply reply = {
        .json = v, .text = body, .len = strlen(body), .server = server, .model = model};
    bool yes = q->read(f, &reply);
    json_free(v);
    return yes;
}

static bool knows(const struct dialect *d, const struct site *s)
{
    for (int i = 0; i < d->identify; i++) {
        struct backend_facts f = {.dialect = DIALECT_UNKNOWN};
        const char *body = site_body(s, d->questions[i].path);
        if (ask(&f, &d->questions[i], body, s->server, NULL)) {
            assert_int_equal(f.dialect, d->kind);
            return true;
        }
        assert_int_equal(f.dialect, DIALECT_UNKNOWN); // a no leaves nothing behind
        assert_int_equal(f.models_count, 0);
    }
    return false;
}

static void test_each_server_is_known_by_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sites); i++) {
        for (int kind = 0; kind < DIALECT_COUNT; kind++) {
            if (kind == DIALECT_OPENAI && sites[i].kind != DIALECT_UNKNOWN) continue; // knows them all
            bool yes = knows(dialect_get(kind), &sites[i]);
            if (yes != (kind == sites[i].kind)) fail_msg("%s, dialect %d", sites[i].name, kind);
        }
        bool list = knows(&dialect_openai, &sites[i]);
        assert_int_equal(list, sites[i].kind != DIALECT_UNKNOWN);
    }
}

// A header is a hint at most: a proxy may take it away.
static void test_without_headers(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sites); i++) {
        struct site s = sites[i];
        s.server = NULL;
        for (int kind = DIALECT_OPENAI + 1; kind < DIALECT_COUNT; kind++) {
            bool expected = kind == s.kind && kind != DIALECT_MLX; // which only a header tells
            if (knows(dialect_get(kind), &s) != expected) fail_msg("%s, dialect %d", s.name, kind);
        }
    }
}

static const struct site *site_named(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(sites); i++)
        if (strcmp(sites[i].name, name) == 0) return &sites[i];
    fail_msg("no site %s", name);
    return NULL;
}

static struct backend_facts learn(const char *name, const char *model)
{
    const struct site *s = site_named(name);
    const struct dialect *d = dialect_get((enum dialect_kind)s->kind);
    struct backend_facts f = {.dialect = DIALECT_UNKNOWN};
    for (int i = 0; i < DIALECT_QUESTIONS && d->questions[i].path != NULL; i++)
        (void)ask(&f, &d->questions[i], site_body(s, d->questions[i].path), s->server, model);
    return f;
}

struct facts_case {
    const char *site, *wanted;
    const char *version, *model;
    int n_ctx, n_ctx_most, slots;
    bool prefill, schema, dry, idle, tokens, thinking, whole;
    size_t models, loaded;
};

static const struct facts_case facts_cases[] = {
    {"llama.cpp", NULL, "b6715-abc", "m", 8192, 131072, 2, true, true, true, true, true, false, true, 1, 1},
    {"ik_llama.cpp", NULL, "", "m", 8192, 0, 1, true, true, true, false, true, false, true, 1, 1},
    {"Ollama", NULL, "0.12.3", "qwen3:8b", 32768, 40960, 0, true, true, false, false, false, true, true, 2, 1},
    {"Ollama", "llama3", "0.12.3", "qwen3:8b", 0, 40960, 0, true, true, false, false, false, true, true, 2, 1},
    {"vLLM", NULL, "0.16.0", "m", 40960, 0, 0, true, true, false, true, true, false, true, 1, 1},
    {"MLX", NULL, "", "", 0, 0, 0, false, false, false, false, false, false, false, 2, 0},
    {"LM Studio", NULL, "", "qwen", 16384, 40960, 0, true, true, false, false, false, true, true, 2, 1},
    {"LM Studio", "gemma", "", "qwen", 0, 0, 0, true, true, false, false, false, false, true, 2, 1},
    {"an older LM Studio", NULL, "", "qwen", 16384, 40960, 0, true, true, false, false, false, false, true, 2, 1},
    {"an older LM Studio", "gemma", "", "qwen", 0, 8192, 0, true, true, false, false, false, false, true, 2, 1},
    {"KoboldCpp", NULL, "1.98", "koboldcpp/qwen", 8192, 0, 0, true, true, true, true, true, false, true, 1, 1},
    {"SGLang", NULL, "0.5.2", "m", 40960, 0, 0, true, true, false, true, true, false, true, 1, 1},
    {"something else", NULL, "", "m", 4096, 0, 0, false, false, false, false, false, false, false, 1, 1},
};

static size_t loaded_count(const struct backend_facts *f)
{
    size_t n = 0;
    for (size_t i = 0; i < f->models_count; i++) n += f->models[i].loaded;
    return n;
}

static void test_facts(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(facts_cases); i++) {
        const struct facts_case *c = &facts_cases[i];
        struct backend_facts f = learn(c->site, c->wanted);
        bool ok = strcmp(f.version, c->version) == 0 && strcmp(f.model, c->model) == 0 &&
                  f.n_ctx_tokens == c->n_ctx && f.n_ctx_most == c->n_ctx_most && f.slots == c->slots &&
                  f.prefill == c->prefill && f.schema == c->schema && f.dry == c->dry && f.idle_route == c->idle &&
                  f.tokens_route == c->tokens && f.thinking == c->thinking && f.models_whole == c->whole &&
                  f.models_count == c->models && loaded_count(&f) == c->loaded;
        if (!ok)
            fail_msg("%s: '%s' '%s' %d %d %d, %d%d%d%d%d%d%d, %zu/%zu", c->site, f.version, f.model, f.n_ctx_tokens,
                     f.n_ctx_most, f.slots, f.prefill, f.schema, f.dry, f.idle_route, f.tokens_route, f.thinking,
                     f.models_whole, loaded_count(&f), f.models_count);
    }
}

// A llama.cpp that runs several models tells which are loaded.
static void test_router(void **state)
{
    (void)state;
    static const char props[] = "{\"role\":\"router\",\"default_generation_settings\":{\"params\":null,\"n_ctx\":0}}";
    static const char list[] =
        "{\"data\":[{\"id\":\"a\",\"status\":{\"value\":\"unloaded\"}},{\"id\":\"b\",\"status\":"
        "{\"value\":\"loaded\"},\"meta\":{\"n_ctx_train\":4096}},{\"id\":7},null]}";
    struct backend_facts f = {.dialect = DIALECT_UNKNOWN};
    assert_true(ask(&f, &dialect_llamacpp.questions[0], props, NULL, NULL));
    assert_true(ask(&f, &dialect_llamacpp.questions[1], list, NULL, NULL));
    assert_int_equal(f.n_ctx_tokens, 0);
    assert_int_equal(f.n_ctx_most, 4096);
    assert_int_equal(f.models_count, 2);
    assert_string_equal(f.model, "b");
    assert_false(f.models[0].loaded);
}

// More models than the list holds: it is not whole. Names are masked and cut.
static void test_long_lists(void **state)
{
    (void)state;
    struct buf body;
    struct backend_facts f = {.dialect = DIALECT_UNKNOWN};
    buf_init(&body, BUF_MAX_REPLY);
    buf_adds(&body, "{\"data\":[{\"id\":\"\\u001b[31mred\",\"owned_by\":\"vllm\"}");
    for (int i = 1; i < 2 * BACKEND_MODELS_MOST; i++) buf_addf(&body, ",{\"id\":\"%0300d\"}", i);
    buf_adds(&body, "]}");
    assert_true(ask(&f, &dialect_vllm.questions[0], body.data, NULL, NULL));
    assert_in_range(f.models_count, 1, BACKEND_MODELS_MOST);
    assert_string_equal(f.models[0].name, "?[31mred");
    assert_int_equal(strlen(f.models[1].name), BACKEND_NAME_SIZE - 1);
    f = (struct backend_facts){.dialect = DIALECT_UNKNOWN};
    buf_clear(&body);
    buf_adds(&body, "{\"data\":[{\"id\":\"a\",\"owned_by\":\"vllm\"}");
    for (int i = 0; i < BACKEND_MODELS_MOST; i++) buf_addf(&body, ",{\"id\":\"m%d\"}", i);
    buf_adds(&body, "]}");
    assert_true(ask(&f, &dialect_vllm.questions[0], body.data, NULL, NULL));
    assert_int_equal(f.models_count, BACKEND_MODELS_MOST);
    assert_false(f.models_whole);
    buf_release(&body);
}

// Any answer to any question, of any kind: nothing breaks, and no number is absurd.
static void test_wrong_kinds(void **state)
{
    (void)state;
    static const char *const foreign[] = {
        "",
        "null",
        "[]",
        "[null]",
        "12",
        "{}",
        "\"Ollama\"",
        "{\"data\":{}}",
        "{\"data\":[]}",
        ("{\"data\":[null,1,[],{\"id\":null},{\"id\":\"\"},{\"id\":\"a\",\"state\":1,\"max_model_len\":\"8192\","
         "\"owned_by\":3,\"meta\":[],\"loaded_context_length\":1e300}]}"),
        "{\"models\":{}}",
        ("{\"models\":[null,{\"name\":1},{\"key\":[],\"loaded_instances\":{}},"
         "{\"name\":\"a\",\"context_length\":-4}]}"),
        "{\"default_generation_settings\":{\"n_ctx\":-1},\"total_slots\":9223372036854775807,\"build_info\":{}}",
        "{\"model_info\":{\"x.context_length\":\"9\"},\"capabilities\":[null,1]}",
        "{\"model_info\":3,\"capabilities\":\"thinking\"}",
        "{\"result\":3,\"version\":[],\"value\":1.5}",
        "{\"idle\":\"1\",\"queue\":[]}",
        "{\"model_path\":1,\"is_generation\":null,\"context_length\":-1}",
    };
    for (int kind = 0; kind < DIALECT_COUNT; kind++) {
        const struct dialect *d = dialect_get(kind);
        for (int i = 0; i < DIALECT_QUESTIONS && d->questions[i].path != NULL; i++) {
            for (size_t j = 0; j < ARRAY_LEN(foreign); j++) {
                struct backend_facts f = {.dialect = DIALECT_UNKNOWN};
                (void)ask(&f, &d->questions[i], foreign[j], NULL, "a");
                assert_true(f.n_ctx_tokens == 0 && f.n_ctx_most == 0 && f.slots == 0 && !f.idle_route && !f.thinking);
                assert_in_range(f.models_count, 0, 1);
            }
        }
    }
}

// ---- idle --------------------------------------------------------------------------------------------------------

struct idle_case {
    const struct dialect *dialect;
    int slot;
    const char *body;
    int idle;
};

static const struct idle_case idles[] = {
    {&dialect_llamacpp, -1, "[{\"id\":0,\"is_processing\":false},{\"id\":1,\"is_processing\":false}]", 1},
    {&dialect_llamacpp, -1, "[{\"id\":0,\"is_processing\":false},{\"id\":1,\"is_processing\":true}]", 0},
    {&dialect_llamacpp, 0, "[{\"id\":0,\"is_processing\":false},{\"id\":1,\"is_processing\":true}]", 1},
    {&dialect_llamacpp, 1, "[{\"id\":0,\"is_processing\":false},{\"id\":1,\"is_processing\":true}]", 0},
    {&dialect_llamacpp, 2, "[{\"id\":0,\"is_processing\":false}]", -1},
    {&dialect_llamacpp, -1, "[]", -1},
    {&dialect_llamacpp, -1, "[{\"id\":0,\"state\":0}]", -1},
    {&dialect_llamacpp, -1, "{\"error\":{\"message\":\"This server does not support slots endpoint.\"}}", -1},
    {&dialect_llamacpp, -1, "", -1},
    {&dialect_koboldcpp, -1, "{\"queue\":0,\"idle\":1}", 1},
    {&dialect_koboldcpp, -1, "{\"queue\":0,\"idle\":0}", 0},
    {&dialect_koboldcpp, -1, "{\"queue\":2,\"idle\":1}", 0},
    {&dialect_koboldcpp, -1, "{\"queue\":0}", -1},
    {&dialect_koboldcpp, -1, "no", -1},
    {&dialect_vllm, -1, METRICS("vllm:", "num_requests_running", "num_requests_waiting"), 1},
    {&dialect_vllm, 0, "vllm:num_requests_running 0\nvllm:num_requests_waiting 1.0", 0},
    {&dialect_vllm, 0,
     "vllm:num_requests_running{engine=\"0\"} 0.0\nvllm:num_requests_running{engine=\"1\"} 1.0\n"
     "vllm:num_requests_waiting 0.0\n",
     0},
    {&dialect_vllm, 0, "vllm:num_requests_running{a=\"x y\"} 0.0\nvllm:num_requests_waiting{a=\"x\"} 0.0", 1},
    {&dialect_vllm, 0, "vllm:num_requests_running 0.0\n", -1},
    {&dialect_vllm, 0, "vllm:num_requests_running NaN\nvllm:num_requests_waiting 0.0\n", -1},
    {&dialect_vllm, 0, "vllm:num_requests_running\nvllm:num_requests_waiting \n", -1},
    {&dialect_vllm, 0, "# HELP vllm:num_requests_running 0\n", -1},
    {&dialect_vllm, 0, "{\"detail\":\"Not Found\"}", -1},
    {&dialect_vllm, 0, "", -1},
    {&dialect_sglang, 0, METRICS("sglang:", "num_running_reqs", "num_queue_reqs"), 1},
    {&dialect_sglang, 0, "sglang:num_running_reqs{m=\"m\"} 1.0\nsglang:num_queue_reqs{m=\"m\"} 0.0\n", 0},
};

static void test_idle(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(idles); i++) {
        const struct idle_case *c = &idles[i];
        int idle = c->dialect->read_idle(c->body, strlen(c->body), c->slot);
        if (idle != c->idle) fail_msg("%d: %s", idle, c->body);
    }
    for (int kind = 0; kind < DIALECT_COUNT; kind++)
        assert_int_equal(dialect_get(kind)->idle_path != NULL, dialect_get(kind)->read_idle != NULL);
}

// ---- counting and rendering --------------------------------------------------------------------------------------

struct count_case {
    const struct dialect *dialect;
    const char *path, *request;
    const char *reply;
    int64_t tokens;
};

static const struct count_case counts[] = {
    {&dialect_llamacpp, "/tokenize", "{\"content\":\"a \\\"b\\\"\"}", "{\"tokens\":[1,2,3]}", 3},
    {&dialect_llamacpp, "/tokenize", "{\"content\":\"a \\\"b\\\"\"}", "{\"tokens\":3}", -1},
    {&dialect_vllm, "/tokenize", "{\"model\":\"m\",\"prompt\":\"a \\\"b\\\"\",\"add_special_tokens\":false}",
     "{\"count\":3,\"max_model_len\":4096,\"tokens\":[1,2,3]}", 3},
    {&dialect_sglang, "/tokenize", "{\"model\":\"m\",\"prompt\":\"a \\\"b\\\"\",\"add_special_tokens\":false}",
     "{\"tokens\":[1,2]}", 2},
    {&dialect_vllm, "/tokenize", NULL, "{\"count\":-3}", -1},
    {&dialect_vllm, "/tokenize", NULL, "{\"object\":\"error\",\"message\":\"x\"}", -1},
    {&dialect_koboldcpp, "/api/extra/tokencount", "{\"prompt\":\"a \\\"b\\\"\"}", "{\"value\":3,\"ids\":[1,2,3]}", 3},
    {&dialect_koboldcpp, "/api/extra/tokencount", NULL, "{\"value\":\"3\"}", -1},
    {&dialect_koboldcpp, "/api/extra/tokencount", NULL, "[]", -1},
};

static void test_count(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
        const struct count_case *c = &counts[i];
        struct err e = {.code = ERR_NONE};
        struct buf out;
        buf_init(&out, BUF_MAX_PROMPT);
        c->dialect->write_count(&out, "m", "a \"b\" beyond", 5);
        assert_string_equal(c->dialect->count_path, c->path);
        if (c->request != NULL) assert_string_equal(out.data, c->request);
        struct json *v = json_read(c->reply, strlen(c->reply), &e);
        assert_int_equal(c->dialect->read_count(v), c->tokens);
        assert_int_equal(c->dialect->read_count(NULL), -1);
        json_free(v);
        buf_release(&out);
    }
}

static void test_render(void **state)
{
    (void)state;
    static const struct gen_message one[] = {{GEN_USER, "U", 1}};
    static const struct render_options options = {.model = "m", .thinking_off = true, .n_ctx_tokens = 8192};
    static const struct {
        const struct dialect *dialect;
        const char *path, *request, *reply;
    } cases[] = {
        {&dialect_llamacpp, "/apply-template",
         "{\"model\":\"m\",\"chat_template_kwargs\":{\"enable_thinking\":false},\"messages\":[{\"role\":\"user\","
         "\"content\":\"U\"}]}",
         "{\"prompt\":\"<u>U\"}"},
        {&dialect_ollama, "/api/chat",
         "{\"model\":\"m\",\"stream\":false,\"think\":false,\"keep_alive\":\"30m\",\"truncate\":false,\"shift\":"
         "false,"
         "\"options\":{\"num_ctx\":8192},\"_debug_render_only\":true,\"messages\":[{\"role\":\"user\",\"content\":"
         "\"U\"}]}",
         "{\"model\":\"m\",\"_debug_info\":{\"rendered_template\":\"<u>U\"}}"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct dialect *d = cases[i].dialect;
        struct err e = {.code = ERR_NONE};
        struct buf out;
        buf_init(&out, BUF_MAX_PROMPT);
        d->write_render(&out, &options, one, 1);
        assert_string_equal(out.data, cases[i].request);
        assert_string_equal(d->render_path, cases[i].path);
        struct json *v = json_read(cases[i].reply, strlen(cases[i].reply), &e);
        assert_string_equal(d->read_render(v), "<u>U");
        assert_null(d->read_render(NULL));
        json_free(v);
        buf_release(&out);
    }
    // a template is of use only where a raw text can be sent
    for (int kind = 0; kind < DIALECT_COUNT; kind++)
        assert_int_equal(dialect_get(kind)->render_path != NULL, gen_has_raw((enum dialect_kind)kind));
}

static void test_render_without_options(void **state)
{
    (void)state;
    static const struct render_options none = {.model = NULL};
    struct buf out;
    buf_init(&out, BUF_MAX_PROMPT);
    dialect_llamacpp.write_render(&out, &none, NULL, 0);
    assert_string_equal(out.data, "{\"messages\":[]}");
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_server_is_known_by_one),
        cmocka_unit_test(test_without_headers),
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_router),
        cmocka_unit_test(test_long_lists),
        cmocka_unit_test(test_wrong_kinds),
        cmocka_unit_test(test_idle),
        cmocka_unit_test(test_count),
        cmocka_unit_test(test_render),
        cmocka_unit_test(test_render_without_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
