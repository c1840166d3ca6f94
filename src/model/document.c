// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See document.h.
#include "document.h"

#include "base/log.h"
#include "base/mem.h"
#include "text/utf8.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool check_utf8(const char *text, size_t len, struct err *e)
{
    size_t line = 1;
    for (size_t at = 0; at < len; line++) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t bytes = end ? (size_t)(end - text) - at : len - at;
        if (!utf8_valid(text + at, bytes)) return err_set(e, ERR_USAGE, "line %zu: not UTF-8 text", line);
        at += bytes + 1;
    }
    return true;
}

static void blank_mark(char *text, size_t len)
{
    if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) memset(text, ' ', 3);
}

static void blank_comments(char *text, size_t len)
{
    bool in_string = false;
    for (size_t i = 0; i < len; i++) {
        if (in_string && text[i] == '\\') {
            i++;
        } else if (text[i] == '"') {
            in_string = !in_string;
        } else if (text[i] == '\n') {
            in_string = false; // it was never closed: the parser will say so
        } else if (!in_string && text[i] == '/' && i + 1 < len && text[i + 1] == '/') {
            for (; i < len && text[i] != '\n'; i++) text[i] = ' ';
        }
    }
}

static bool is_empty(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!strchr(" \t\r\n", text[i]) || text[i] == '\0') return false;
    return true;
}

struct json *document_read(const char *text, size_t len, struct err *e)
{
    struct json *v = NULL;
    char *copy = mem_alloc(len + 1);
    memcpy(copy, text, len);
    copy[len] = '\0';
    if (!check_utf8(copy, len, e)) goto out;
    blank_mark(copy, len);
    blank_comments(copy, len);
    if (is_empty(copy, len)) {
        err_set(e, ERR_USAGE, "found nothing, expected a JSON object");
        goto out;
    }
    v = json_read(copy, len, e);
out:
    free(copy);
    return v;
}

const char *document_label(char out[DOCUMENT_LABEL_SIZE], const char *what, const char *name)
{
    char masked[DOCUMENT_LABEL_SIZE - 32];
    log_mask(masked, sizeof masked, name);
    (void)snprintf(out, DOCUMENT_LABEL_SIZE, "%s '%s'", what, masked);
    return out;
}
