// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See dialect_tokenize.h.
#include "dialect_tokenize.h"

#include "dialect_delta.h"

#include <string.h>

void tokenize_write(struct buf *out, const char *model, const char *text, size_t len)
{
    buf_addc(out, '{');
    if (model != NULL) {
        buf_adds(out, "\"model\":");
        json_write_str(out, model, strlen(model));
        buf_addc(out, ',');
    }
    buf_adds(out, "\"prompt\":");
    json_write_str(out, text, len);
    buf_adds(out, ",\"add_special_tokens\":false}");
}

int64_t tokenize_read(const struct json *v)
{
    const struct json *tokens = json_get(v, "tokens");
    int64_t count = delta_tokens(json_get(v, "count"));
    if (count < 0 && json_kind(tokens) == JSON_KIND_ARRAY) count = (int64_t)json_count(tokens);
    return count;
}
