// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A pass over the bytes: an escape is looked at whole ("\\ud83d" is a backslash and five letters), everything else
// character by character.
#include "repair.h"

#include "text/utf8.h"

#include <stdlib.h>
#include <string.h>

#define REPLACED "\xEF\xBF\xBD"

enum { ESCAPE_LEN = 6, PAIR_LEN = 12 }; // \ud83d, \ud83d\ude00

// The code of a \uXXXX at `at`, -1: there is none.
static long repair_code(const char *at, size_t len)
{
    char digits[5] = "";
    if (len < ESCAPE_LEN || at[0] != '\\' || at[1] != 'u') return -1;
    memcpy(digits, at + 2, 4);
    return strspn(digits, "0123456789abcdefABCDEF") == 4 ? strtol(digits, NULL, 16) : -1;
}

static bool repair_is_high(long code)
{
    return code >= 0xD800 && code <= 0xDBFF;
}

static bool repair_is_low(long code)
{
    return code >= 0xDC00 && code <= 0xDFFF;
}

// How many bytes from a backslash on belong together; `whole` false: they are half a character, or NUL.
static size_t repair_escape(const char *at, size_t len, bool *whole)
{
    long code = repair_code(at, len);
    *whole = true;
    if (code < 0) return len < 2 ? len : 2;
    if (repair_is_high(code) && repair_is_low(repair_code(at + ESCAPE_LEN, len - ESCAPE_LEN))) return PAIR_LEN;
    *whole = code != 0 && !repair_is_high(code) && !repair_is_low(code);
    return ESCAPE_LEN;
}

// The same for a byte that begins a character. What broke off is taken with all its bytes, so that it is replaced once.
static size_t repair_char(const char *at, size_t len, bool *whole)
{
    unsigned char first = (unsigned char)*at;
    size_t want = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2, n = 1;
    while (n < len && n < want && ((unsigned char)at[n] & 0xC0) == 0x80) n++;
    *whole = utf8_valid(at, n);
    return n;
}

bool repair_json(struct buf *out, const char *data, size_t len)
{
    bool changed = false, whole = true;
    for (size_t at = 0, n; at < len; at += n) {
        n = data[at] == '\\' ? repair_escape(data + at, len - at, &whole) : repair_char(data + at, len - at, &whole);
        if (whole) {
            buf_add(out, data + at, n);
        } else {
            buf_adds(out, REPLACED);
        }
        changed |= !whole;
    }
    return changed && !out->full;
}
