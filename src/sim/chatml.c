// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Writing and reading turns between marks.
#include "sim/chatml.h"

#include <string.h>

const char chatml_thought[] = "<think>\n\n</think>\n\n";

static const char START[] = "<|im_start|>", END[] = "<|im_end|>\n";

static const char *text_of(const json_t *message, const char *key)
{
    const char *s = json_string_value(json_object_get(message, key));
    return s ? s : "";
}

void chatml_write(const json_t *messages, const char *reopen, bool open_last, struct buf *out)
{
    size_t i, last = json_array_size(messages) - 1;
    const json_t *m;
    json_array_foreach(messages, i, m)
    {
        const char *role = text_of(m, "role");
        bool open = open_last && i == last && strcmp(role, "assistant") == 0;
        buf_addf(out, "%s%s\n%s%s%s", START, role, open ? reopen : "", text_of(m, "content"), open ? "" : END);
        if (open) return;
    }
    buf_addf(out, "%sassistant\n%s", START, reopen);
}

// A block of thought is no part of what was said.
static const char *skip_thought(const char *content, size_t *len)
{
    size_t thought = strlen(chatml_thought);
    if (*len < thought || memcmp(content, chatml_thought, thought) != 0) return content;
    *len -= thought;
    return content + thought;
}

static void add_message(json_t *messages, const char *role, size_t role_len, const char *content, size_t len)
{
    content = skip_thought(content, &len);
    json_t *m = json_object();
    json_object_set_new(m, "role", json_stringn(role, role_len));
    json_object_set_new(m, "content", json_stringn(content, len));
    json_array_append_new(messages, m);
}

json_t *chatml_read(const char *text)
{
    json_t *messages = json_array();
    while (strncmp(text, START, sizeof START - 1) == 0) {
        const char *role = text + sizeof START - 1, *content = strchr(role, '\n');
        if (!content++) break;
        size_t role_len = (size_t)(content - 1 - role);
        const char *end = strstr(content, END);
        size_t len = end ? (size_t)(end - content) : strlen(content);
        bool answer = !end && role_len == strlen("assistant") && strncmp(role, "assistant", role_len) == 0;
        if (!end && !answer) break;
        size_t said = len;
        skip_thought(content, &said);
        if (end || said) add_message(messages, role, role_len, content, len);
        if (answer && json_array_size(messages)) return messages;
        text = content + len + sizeof END - 1;
    }
    json_decref(messages);
    return NULL;
}
