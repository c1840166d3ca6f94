// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See dialect_delta.h.
#include "dialect_delta.h"

#include "base/log.h"
#include "base/mem.h"

#include <string.h>

enum { DELTA_TOKENS_MOST = 100 * 1000 * 1000, DELTA_MS_MOST = 1000 * 1000 * 1000, NS_PER_MS = 1000 * 1000 };

static bool delta_has_error(const struct json *tree)
{
    const struct json *error = json_get(tree, "error");
    return error != NULL && json_kind(error) != JSON_KIND_NULL; // some send "error":null with every event
}

bool delta_open(struct delta *out, const char *type, const char *data, size_t len)
{
    *out = (struct delta){.prompt_tokens = -1,
                          .cached_tokens = -1,
                          .output_tokens = -1,
                          .prompt_ms = -1,
                          .output_ms = -1,
                          .progress = -1};
    if (len == 6 && memcmp(data, "[DONE]", 6) == 0) return false; // proves nothing
    struct err e = {.code = ERR_NONE};
    out->tree = json_read(data, len, &e);
    if (strcmp(type, "error") != 0 && !delta_has_error(out->tree)) return true;
    out->is_trouble = true;
    if (!trouble_from_json(&out->trouble, out->tree)) trouble_from_body(&out->trouble, data, len);
    return false;
}

bool delta_is_flat_trouble(struct delta *out)
{
    out->is_trouble = trouble_from_json(&out->trouble, out->tree);
    return out->is_trouble;
}

void delta_set_trouble(struct delta *out, const char *message)
{
    out->is_trouble = true;
    out->trouble = (struct trouble){.message = ""};
    log_mask(out->trouble.message, sizeof(out->trouble.message), message);
}

void delta_set_text(struct delta *out, const struct json *v)
{
    out->text = json_str(v, &out->text_len);
}

void delta_set_reasoning(struct delta *out, const struct json *message)
{
    static const char *const names[] = {"reasoning_content", "reasoning", "thinking"};
    for (size_t i = 0; i < ARRAY_LEN(names) && out->reasoning_len == 0; i++)
        out->reasoning = json_str(json_get(message, names[i]), &out->reasoning_len);
}

int64_t delta_tokens(const struct json *v)
{
    int64_t n = json_int(v, -1);
    return n >= 0 && n <= DELTA_TOKENS_MOST ? n : -1;
}

int64_t delta_ms(const struct json *v)
{
    double ms = json_num(v, -1);
    return ms >= 0 && ms <= DELTA_MS_MOST ? (int64_t)(ms + 0.5) : -1;
}

int64_t delta_ns(const struct json *v)
{
    double ns = json_num(v, -1);
    return ns >= 0 && ns <= (double)DELTA_MS_MOST * NS_PER_MS ? (int64_t)(ns / NS_PER_MS + 0.5) : -1;
}
