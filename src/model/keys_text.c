// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Texts in a document of the user's: short enough, and free of control characters, which would pass through prompts
// and books onto somebody's terminal.
#include "model/keys.h"

#include "base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

// The white space of Unicode beyond ASCII, as UTF-8: what a regular expression calls \s.
static const char *const spaces[] = {
    " ",      "\t",     "\n",     "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005",
    "\u2006", "\u2007", "\u2008", "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000",
};

static size_t space_length(const char *s)
{
    for (size_t i = 0; i < ARRAY_LEN(spaces); i++) {
        size_t len = strlen(spaces[i]);
        if (strncmp(s, spaces[i], len) == 0) return len;
    }
    return 0;
}

bool keys_blank(const char *text)
{
    for (size_t len; *text; text += len) {
        len = space_length(text);
        if (len == 0) return false;
    }
    return true;
}

// The first control character (C0, DEL, C1) that the type does not allow, or -1. The text is valid UTF-8.
static int32_t control_character(const char *text, enum key_type type)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (c[0] == 0xC2 && c[1] < 0xA0) return c[1];
        if (c[0] == 0x7F) return c[0];
        if (c[0] >= ' ') continue;
        if (type != KEY_TEXT || (c[0] != '\n' && c[0] != '\t')) return c[0];
    }
    return -1;
}

bool keys_text(const struct json *v, const char *at, enum key_type type, size_t most, struct err *e)
{
    char expected[64];
    size_t len;
    const char *text = json_str(v, &len);
    const char *what = type == KEY_LINE ? "one line of at most" : "a text of at most";
    (void)snprintf(expected, sizeof expected, "%s %zu bytes", what, most);
    if (!text) return keys_refuse(e, at, v, expected);
    if (len > most) return err_set(e, ERR_USAGE, "%s: found %zu bytes, expected %s", at, len, expected);
    int32_t control = control_character(text, type);
    if (control < 0) return true;
    if (control == '\n') return err_set(e, ERR_USAGE, "%s: found a line break, expected %s", at, expected);
    return err_set(e, ERR_USAGE, "%s: found the control character U+%04X, expected text", at, (unsigned)control);
}
