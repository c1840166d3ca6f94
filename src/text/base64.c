// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See include/text/base64.h.
#include "text/base64.h"

#include <stdint.h>
#include <string.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool base64_write(struct buf *out, const void *data, size_t len)
{
    const unsigned char *p = data;

    for (size_t i = 0; i < len; i += 3) {
        size_t n = len - i < 3 ? len - i : 3;
        uint32_t bits = (uint32_t)p[i] << 16;
        char four[4] = {'=', '=', '=', '='};
        if (n > 1) bits |= (uint32_t)p[i + 1] << 8;
        if (n > 2) bits |= p[i + 2];
        for (size_t k = 0; k <= n; k++) four[k] = letters[bits >> (18 - 6 * k) & 63];
        if (!buf_add(out, four, sizeof four)) return false;
    }
    return true;
}

// -1: no letter.
static int value_of(char c)
{
    const char *at = c != '\0' ? strchr(letters, c) : NULL;
    return at != NULL ? (int)(at - letters) : -1;
}

static bool read_four(struct buf *out, const char four[4], bool last)
{
    size_t n = 3 - (size_t)(last && four[3] == '=') - (size_t)(last && four[3] == '=' && four[2] == '=');
    uint32_t bits = 0;

    for (size_t k = 0; k < 4; k++) {
        int v = k <= n ? value_of(four[k]) : 0;
        if (v < 0) return false;
        bits = bits << 6 | (uint32_t)v;
    }
    const char bytes[3] = {(char)(bits >> 16), (char)(bits >> 8), (char)bits};
    return buf_add(out, bytes, n);
}

bool base64_read(struct buf *out, const char *text, size_t len)
{
    if (len % 4 != 0) return false;
    for (size_t i = 0; i < len; i += 4)
        if (!read_four(out, text + i, i + 4 == len)) return false;
    return true;
}
