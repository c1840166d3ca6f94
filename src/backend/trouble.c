// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Reading and classing what servers say when they fail. Words are looked at before the status where a status is known
// to lie: context overflow comes as 400, 500 and 200; loading as 500 and 503.
#include "trouble.h"

#include "base/log.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BODY_SHOWN = 2000 }; // bytes of a body that is not JSON

static void trouble_set(struct trouble *t, const struct json *message, const struct json *type,
                        const struct json *code)
{
    const char *text = json_str(message, NULL), *kind = json_str(type, NULL), *word = json_str(code, NULL);
    if (text != NULL) log_mask(t->message, sizeof(t->message), text);
    if (kind == NULL) kind = word; // OpenAI's own "code" is a word: "context_length_exceeded"
    if (kind != NULL) log_mask(t->type, sizeof(t->type), kind);
    int64_t number = word != NULL ? strtoll(word, NULL, 10) : json_int(code, 0);
    t->code = number >= 100 && number <= 599 ? (int)number : 0;
}

static bool trouble_from_error(struct trouble *t, const struct json *error, const struct json *whole)
{
    if (json_kind(error) == JSON_KIND_STRING) {
        trouble_set(t, error, json_get(whole, "type"), json_get(whole, "code"));
        return true;
    }
    if (json_kind(error) != JSON_KIND_OBJECT) return false;
    trouble_set(t, json_get(error, "message"), json_get(error, "type"), json_get(error, "code"));
    return true;
}

static bool trouble_from_detail(struct trouble *t, const struct json *detail)
{
    if (json_kind(detail) == JSON_KIND_ARRAY) detail = json_at(detail, 0);
    if (json_kind(detail) == JSON_KIND_STRING) {
        trouble_set(t, detail, NULL, NULL);
        return true;
    }
    if (json_kind(detail) != JSON_KIND_OBJECT) return false;
    const struct json *message = json_get(detail, "msg");
    trouble_set(t, message != NULL ? message : json_get(detail, "error"), json_get(detail, "type"), NULL);
    return true;
}

static bool trouble_is_flat(const struct json *v)
{
    const char *object = json_str(json_get(v, "object"), NULL);
    if (object != NULL) return strcmp(object, "error") == 0;
    return json_get(v, "message") != NULL && (json_get(v, "code") != NULL || json_get(v, "type") != NULL);
}

bool trouble_from_json(struct trouble *t, const struct json *v)
{
    *t = (struct trouble){.message = ""};
    const struct json *error = json_get(v, "error");
    if (error != NULL && trouble_from_error(t, error, v)) return true;
    if (trouble_from_detail(t, json_get(v, "detail"))) return true;
    if (!trouble_is_flat(v)) return false;
    trouble_set(t, json_get(v, "message"), json_get(v, "type"), json_get(v, "code"));
    return true;
}

static size_t trouble_blank_len(const char *s, size_t len)
{
    size_t n = 0;
    while (n < len && strchr(" \t\r\n", s[n]) != NULL && s[n] != '\0') n++;
    return n;
}

bool trouble_looks_like_html(const char *body, size_t len)
{
    size_t skip = trouble_blank_len(body, len);
    return skip < len && body[skip] == '<';
}

// A page's title says it best: "example.com | 524: A timeout occurred". Else the first line.
static void trouble_from_text(struct trouble *t, const char *body, size_t len)
{
    char *text = mem_strndup(body, len < BODY_SHOWN ? len : BODY_SHOWN);
    char *from = strcasestr(text, "<title>"), *to = from != NULL ? strcasestr(from, "</title>") : NULL;
    if (to != NULL) {
        from += strlen("<title>");
        *to = '\0';
    } else {
        from = text;
    }
    from += trouble_blank_len(from, strlen(from));
    from[strcspn(from, "\r\n")] = '\0';
    log_mask(t->message, sizeof(t->message), from);
    free(text);
}

void trouble_from_body(struct trouble *t, const char *body, size_t len)
{
    struct err e = ERR_INIT;
    struct json *v = json_read(body, len, &e);
    if (!trouble_from_json(t, v)) trouble_from_text(t, body, len);
    json_free(v);
}

static bool trouble_says(const struct trouble *t, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (strcasestr(t->message, *words) != NULL || strcasestr(t->type, *words) != NULL) return true;
    }
    return false;
}

static bool trouble_says_context(const struct trouble *t)
{
    static const char *const words[] = {
        "exceed_context_size",                    // llama.cpp, the type
        "exceeds the available context size",     // llama.cpp, ik_llama.cpp
        "context size has been exceeded",         // llama.cpp, while it generates
        "context_length_exceeded",                // ik_llama.cpp, OpenAI
        "maximum context length",                 // vLLM to 0.15, OpenAI
        "input tokens and requested",             // vLLM from 0.16
        "tokens to keep from the initial",        // LM Studio
        "greater than the context length",        // LM Studio
        "longer than the context length",         // Ollama
        "longer than the model's context length", // SGLang
        "exceeds context window",
        NULL,
    };
    return trouble_says(t, words);
}

static bool trouble_says_loading(const struct trouble *t)
{
    static const char *const words[] = {"loading model", "model is loading", "still loading", "model not ready",
                                        NULL};
    return trouble_says(t, words);
}

static bool trouble_says_busy(const struct trouble *t)
{
    static const char *const words[] = {"server busy",
                                        "server is busy",
                                        "maximum pending requests",
                                        "overloaded",
                                        "service_unavailable",
                                        "rate limit",
                                        "rate_limit",
                                        NULL};
    return trouble_says(t, words);
}

// What the words alone tell; FAIL_NONE: nothing.
static enum failure trouble_classify_words(const struct trouble *t)
{
    if (trouble_says_context(t)) return FAIL_CONTEXT;
    if (trouble_says_loading(t)) return FAIL_LOADING;
    if (trouble_says_busy(t)) return FAIL_BUSY;
    return FAIL_NONE;
}

static enum failure trouble_classify_number(int status)
{
    switch (status) {
    case 401:
    case 403:
        return FAIL_AUTH;
    case 404:
        return FAIL_NOT_FOUND;
    case 408:
        return FAIL_SERVER; // it did not get our request in time: ask again
    case 429:
    case 503:
        return FAIL_BUSY;
    case 502:
    case 521:
    case 523:
        return FAIL_GATEWAY;
    case 504:
    case 522:
    case 524:
        return FAIL_GATEWAY_TIMEOUT;
    default:
        break;
    }
    if (status >= 500) return FAIL_SERVER;
    return status >= 400 ? FAIL_REQUEST : FAIL_NOT_A_SERVER; // a redirect: the address is another one
}

enum failure trouble_classify_status(int status, const struct trouble *t)
{
    if (status < 400 || status == 401 || status == 403) return trouble_classify_number(status);
    enum failure f = trouble_classify_words(t);
    return f != FAIL_NONE ? f : trouble_classify_number(status);
}

enum failure trouble_classify_frame(const struct trouble *t)
{
    enum failure f = trouble_classify_words(t);
    if (f != FAIL_NONE) return f;
    return t->code == 401 || t->code == 403 ? FAIL_AUTH : FAIL_ERROR_FRAME;
}
