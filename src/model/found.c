// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What was found, as a message shows it: short, on one line, with every byte from outside masked.
#include "model/keys.h"

#include "base/log.h"
#include "base/mem.h"

#include <stdio.h>
#include <string.h>

enum { SHOWN_BYTES = 40 };

static bool inside_character(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

const char *keys_found_text(char out[KEY_FOUND_SIZE], const char *text)
{
    char cut[SHOWN_BYTES + 1], masked[sizeof cut];
    size_t len = strlen(text), shown = len < SHOWN_BYTES ? len : SHOWN_BYTES;
    while (shown < len && shown > 0 && inside_character(text[shown])) shown--;
    memcpy(cut, text, shown);
    cut[shown] = '\0';
    log_mask(masked, sizeof masked, cut);
    (void)snprintf(out, KEY_FOUND_SIZE, "\"%s%s\"", masked, shown < len ? "…" : "");
    return out;
}

static const char *found_scalar(char out[KEY_FOUND_SIZE], const struct json *v)
{
    struct buf text;
    buf_init(&text, KEY_FOUND_SIZE - 1);
    json_write(v, &text, 0);
    memcpy(out, text.data, text.len + 1);
    buf_release(&text);
    return out;
}

const char *keys_found(char out[KEY_FOUND_SIZE], const struct json *v)
{
    switch (json_kind(v)) {
    case JSON_KIND_STRING:
        return keys_found_text(out, json_str(v, NULL));
    case JSON_KIND_INT:
    case JSON_KIND_REAL:
    case JSON_KIND_BOOL:
        return found_scalar(out, v);
    default:
        return json_kind_name(json_kind(v));
    }
}

bool keys_refuse(struct err *e, const char *at, const struct json *v, const char *expected)
{
    char found[KEY_FOUND_SIZE];
    return err_set(e, ERR_USAGE, "%s: found %s, expected %s", at, keys_found(found, v), expected);
}
