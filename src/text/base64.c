// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
#include "text/base64.h"

#include <stdint.h>
#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void encode_group(struct buf *out, const unsigned char *in, size_t len)
{
    uint32_t bits = (uint32_t)in[0] << 16 | (len > 1 ? (uint32_t)in[1] << 8 : 0) | (len > 2 ? in[2] : 0);
    const char four[] = {digits[bits >> 18], digits[bits >> 12 & 63], len > 1 ? digits[bits >> 6 & 63] : '=',
                         len > 2 ? digits[bits & 63] : '='};
    buf_add(out, four, sizeof(four));
}

void base64_encode(struct buf *out, const void *data, size_t len)
{
    const unsigned char *in = data;
    for (size_t at = 0; at < len; at += 3) encode_group(out, in + at, len - at);
}

// `count` digits, 2 to 4, give one byte less.
static bool decode_group(struct buf *out, const char *in, size_t count)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < 4; i++) {
        const char *digit = i < count ? memchr(digits, in[i], sizeof(digits) - 1) : digits;
        if (!digit) return false;
        bits = bits << 6 | (uint32_t)(digit - digits);
    }
    const char bytes[] = {(char)(bits >> 16), (char)(bits >> 8), (char)bits};
    return buf_add(out, bytes, count - 1);
}

bool base64_decode(struct buf *out, const char *text, size_t len)
{
    bool ok = len % 4 == 0;
    for (size_t at = 0; ok && at < len; at += 4) {
        size_t count = 4;
        while (at + 4 == len && count > 2 && text[at + count - 1] == '=') count--;
        ok = decode_group(out, text + at, count);
    }
    return ok;
}
