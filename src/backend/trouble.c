// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Reading what servers say when they fail. What class of failure it is, trouble_class.c tells.
#include "trouble.h"

#include "base/log.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BODY_SHOWN = 2000, CONTEXT_MOST_TOKENS = 100 * 1000 * 1000 }; // bytes of a body that is not JSON

// ---- the JSON shapes ---------------------------------------------------------------------------------------------

static int trouble_tokens(int64_t n)
{
    return n > 0 && n <= CONTEXT_MOST_TOKENS ? (int)n : 0;
}

// `from` is the object that holds everything but, in some shapes, the message.
static void trouble_set(struct trouble *t, const struct json *message, const struct json *from)
{
    const struct json *code = json_get(from, "code");
    const char *text = json_str(message, NULL), *word = json_str(code, NULL);
    const char *kind = json_str(json_get(from, "type"), NULL), *param = json_str(json_get(from, "param"), NULL);
    if (kind == NULL) kind = json_str(json_get(from, "error_type"), NULL);
    if (kind == NULL) kind = word; // OpenAI's own "code" is a word: "context_length_exceeded"
    if (text != NULL) log_mask(t->message, sizeof(t->message), text);
    if (kind != NULL) log_mask(t->type, sizeof(t->type), kind);
    if (param != NULL) log_mask(t->param, sizeof(t->param), param);
    int64_t number = word != NULL ? strtoll(word, NULL, 10) : json_int(code, 0);
    t->code = number >= 100 && number <= 599 ? (int)number : 0;
    t->n_ctx_tokens = trouble_tokens(json_int(json_get(from, "n_ctx"), 0));
}

static bool trouble_from_error(struct trouble *t, const struct json *error, const struct json *whole)
{
    if (json_kind(error) == JSON_KIND_STRING) {
        trouble_set(t, error, whole);
        return true;
    }
    if (json_kind(error) != JSON_KIND_OBJECT) return false;
    trouble_set(t, json_get(error, "message"), error);
    return true;
}

// "body.min_p", from ["body", "min_p"]: FastAPI's messages do not name the field that they are about.
static void trouble_set_place(struct trouble *t, const struct json *loc)
{
    struct buf place;
    char masked[sizeof(t->param)];
    buf_init(&place, sizeof(t->param) - 1);
    for (size_t i = 0; i < json_count(loc); i++) {
        const char *part = json_str(json_at(loc, i), NULL);
        if (part != NULL) buf_addf(&place, "%s%s", place.len > 0 ? "." : "", part);
    }
    log_mask(masked, sizeof(masked), place.data);
    buf_release(&place);
    if (masked[0] == '\0') return;
    char *told = mem_printf("%s: %s", masked, t->message);
    log_mask(t->message, sizeof(t->message), told);
    memcpy(t->param, masked, sizeof(masked));
    free(told);
}

static bool trouble_from_detail(struct trouble *t, const struct json *detail)
{
    if (json_kind(detail) == JSON_KIND_ARRAY) detail = json_at(detail, 0);
    if (json_kind(detail) == JSON_KIND_STRING) {
        trouble_set(t, detail, NULL);
        return true;
    }
    if (json_kind(detail) != JSON_KIND_OBJECT) return false;
    static const char *const names[] = {"msg", "message", "error"};
    const struct json *message = NULL;
    for (size_t i = 0; i < ARRAY_LEN(names) && message == NULL; i++) message = json_get(detail, names[i]);
    trouble_set(t, message, detail);
    trouble_set_place(t, json_get(detail, "loc"));
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
    trouble_set(t, json_get(v, "message"), v);
    return true;
}

// ---- pages and plain text ----------------------------------------------------------------------------------------

static size_t trouble_blank_len(const char *s, size_t len)
{
    size_t n = 0;
    while (n < len && s[n] != '\0' && strchr(" \t\r\n", s[n]) != NULL) n++;
    return n;
}

// The text of the first element of that name, cut out of `page` in place; NULL: there is none, or an empty one.
static char *trouble_element(char *page, const char *open, const char *close)
{
    char *from = strcasestr(page, open);
    if (from == NULL || (from = strchr(from, '>')) == NULL) return NULL;
    char *to = strcasestr(++from, close);
    if (to == NULL) return NULL;
    from += trouble_blank_len(from, (size_t)(to - from));
    if (from == to) return NULL;
    *to = '\0';
    return from;
}

// A page's title says it best: "example.com | 524: A timeout occurred". Else its heading, else the first line.
static void trouble_from_text(struct trouble *t, const char *body, size_t len)
{
    char *text = mem_strndup(body, len < BODY_SHOWN ? len : BODY_SHOWN);
    char *from = text + trouble_blank_len(text, strlen(text));
    if (*from == '<') {
        char *told = trouble_element(from, "<title", "</title>");
        if (told == NULL) told = trouble_element(from, "<h1", "</h1>");
        if (told != NULL) from = told;
    }
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

// ---- the context's size ------------------------------------------------------------------------------------------

// The number behind `at`, if only a few words ("is only", "of", "(") part them: those that belong to another number
// stand behind a full stop, a comma or a semicolon.
static int64_t trouble_number_after(const char *at)
{
    enum { WORDS_BETWEEN = 20 };
    size_t skip = strcspn(at, "0123456789.,;");
    if (skip > WORDS_BETWEEN || at[skip] < '0' || at[skip] > '9') return 0;
    int64_t n = 0;
    for (at += skip; *at != '\0' && n <= CONTEXT_MOST_TOKENS; at++) {
        if (*at == ',' && at[1] >= '0' && at[1] <= '9') continue; // "32,768"
        if (*at < '0' || *at > '9') break;
        n = n * 10 + (*at - '0');
    }
    return n;
}

int trouble_context_tokens(const struct trouble *t)
{
    // In this order: TabbyAPI says "Context length 9000 is greater than max_seq_len 4096".
    static const char *const anchors[] = {
        "n_ctx",        // LM Studio: "(n_keep: 9000>= n_ctx: 4096)"; JSON within a text
        "max_seq_len",  // TabbyAPI
        "context size", // llama.cpp: "request (9000 tokens) exceeds the available context size (8192 tokens)"
        "maximum context length", // vLLM to 0.15, OpenAI: "… is 4096 tokens. However, you requested 5000 tokens"
        "context length",         // vLLM from 0.16: "the model's context length is only 8192 tokens"; SGLang
        "context window",         // "Requested tokens (9000) exceed context window of 4096"
        "configured limit",       // OpenAI: "Input tokens exceed the configured limit of 272000 tokens"
        "must be <=",             // text-generation-inference
    };
    if (t->n_ctx_tokens > 0) return t->n_ctx_tokens;
    for (size_t i = 0; i < ARRAY_LEN(anchors); i++) {
        for (const char *at = t->message; (at = strcasestr(at, anchors[i])) != NULL;) {
            at += strlen(anchors[i]);
            int n = trouble_tokens(trouble_number_after(at));
            if (n > 0) return n;
        }
    }
    return 0;
}
