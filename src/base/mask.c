// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Makes bytes from outside fit to be shown: declared in include/base/log.h. What a terminal could take for a
// command, or what could reorder a line (bidi overrides), becomes '?'.
#include "base/log.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct mask_char {
    size_t len; // bytes it takes; 1 when invalid
    bool harmless;
};

static bool mask_is_harmless(uint32_t c)
{
    if (c < 0x20 || (c >= 0x7f && c < 0xa0)) return false; // C0, DEL, C1
    if (c == 0x2028 || c == 0x2029) return false;          // line and paragraph separator
    if (c >= 0x202a && c <= 0x202e) return false;          // embeddings and overrides of direction
    if (c >= 0x2066 && c <= 0x2069) return false;          // isolates
    return c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
}

// RFC 3629: 0xxxxxxx | 110xxxxx 10xxxxxx | 1110xxxx 2*10xxxxxx | 11110xxx 3*10xxxxxx, shortest form only.
static struct mask_char mask_decode(const unsigned char *in)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const struct mask_char invalid = {.len = 1, .harmless = false};
    size_t len = in[0] < 0x80 ? 1 : in[0] >= 0xf0 ? 4 : in[0] >= 0xe0 ? 3 : 2;
    uint32_t c = len == 1 ? in[0] : in[0] & (0xffU >> (len + 1));

    if ((in[0] >= 0x80 && in[0] < 0xc0) || in[0] > 0xf4) return invalid;
    for (size_t i = 1; i < len; i++) { // the NUL at the end is no continuation byte
        if ((in[i] & 0xc0) != 0x80) return invalid;
        c = (c << 6) | (in[i] & 0x3fU);
    }
    if (c < least[len]) return invalid;
    return (struct mask_char){.len = len, .harmless = mask_is_harmless(c)};
}

void log_mask(char *out, unsigned long size, const char *in)
{
    const unsigned char *p = (const unsigned char *)in;
    size_t at = 0;

    if (size == 0) return;
    while (*p != '\0') {
        struct mask_char c = mask_decode(p);
        size_t need = c.harmless ? c.len : 1;
        if (at + need >= size) break;
        if (c.harmless) {
            memcpy(out + at, p, c.len);
        } else {
            out[at] = '?';
        }
        at += need;
        p += c.len;
    }
    out[at] = '\0';
}
