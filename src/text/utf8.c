// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// UTF-8 from outside: checking, cutting, filtering, measuring.
#include "text/utf8.h"

#include "text/chars.h"

#include <unictype.h>
#include <unistr.h>
#include <uniwidth.h>

enum {
    DEL = 0x7F,
    C1_LAST = 0x9F,
    LINE_SEPARATOR = 0x2028,
    PARAGRAPH_SEPARATOR = 0x2029,
    ZERO_WIDTH_NO_BREAK_SPACE = 0xFEFF,
};

bool utf8_valid(const char *s, size_t len)
{
    return !u8_check((const uint8_t *)s, len);
}

size_t utf8_whole(const char *s, size_t len)
{
    for (size_t n = 1; n <= 3 && n <= len; n++) {
        if (((unsigned char)s[len - n] & 0xC0) == 0x80) continue;
        ucs4_t uc;
        bool incomplete = u8_mbtoucr(&uc, (const uint8_t *)s + len - n, n) == -2;
        return incomplete ? len - n : len;
    }
    return len;
}

static bool is_unwanted(ucs4_t uc)
{
    if (uc == '\n' || uc == '\t') return false;
    if (uc < ' ' || (uc >= DEL && uc <= C1_LAST)) return true;
    if (uc < 0x0600) return false;
    return uc == ZERO_WIDTH_NO_BREAK_SPACE || uc_is_property_bidi_control(uc);
}

static void add_char(struct buf *out, const char *s, size_t n, ucs4_t uc)
{
    if (is_unwanted(uc)) return;
    if (uc == LINE_SEPARATOR || uc == PARAGRAPH_SEPARATOR) {
        buf_addc(out, '\n'); // dropped, it would glue two words
    } else if (uc == 0xFFFD) {
        buf_adds(out, "\xEF\xBF\xBD"); // one that was there, or a broken byte
    } else {
        buf_add(out, s, n);
    }
}

// Bytes at the start that stay as they are: ASCII but for control characters, most of most texts.
static size_t plain_head(const char *s, size_t len)
{
    size_t n = 0;
    while (n < len && (((unsigned char)s[n] >= ' ' && (unsigned char)s[n] < DEL) || s[n] == '\n')) n++;
    return n;
}

void utf8_prose(struct buf *out, const char *s, size_t len, bool *pending_cr)
{
    ucs4_t uc;
    for (size_t at = 0, n; at < len; at += n) {
        n = *pending_cr ? 0 : plain_head(s + at, len - at);
        if (n > 0) {
            buf_add(out, s + at, n);
            continue;
        }
        n = chars_next(s + at, len - at, &uc);
        if (*pending_cr) buf_addc(out, '\n');
        bool second_half = *pending_cr && uc == '\n';
        *pending_cr = uc == '\r';
        if (!second_half && uc != '\r') add_char(out, s + at, n, uc);
    }
}

void utf8_terminal(struct buf *out, const char *s, size_t len, bool one_line)
{
    size_t start = out->len;
    bool pending_cr = false;
    utf8_prose(out, s, len, &pending_cr);
    if (pending_cr) buf_addc(out, '\n');
    for (size_t i = start; one_line && i < out->len; i++) {
        if (out->data[i] == '\n' || out->data[i] == '\t') out->data[i] = ' ';
    }
}

void utf8_terminal_json(struct buf *out, const char *s, size_t len)
{
    ucs4_t uc;

    for (size_t at = 0, n; at < len; at += n) {
        n = plain_head(s + at, len - at);
        buf_add(out, s + at, n);
        if (n > 0) continue;
        n = chars_next(s + at, len - at, &uc);
        if (is_unwanted(uc) || uc == LINE_SEPARATOR || uc == PARAGRAPH_SEPARATOR)
            buf_addf(out, "\\u%04X", (unsigned)uc); // none of them is beyond the first plane
        else
            add_char(out, s + at, n, uc);
    }
}

static size_t columns_of(ucs4_t uc)
{
    if (uc >= ' ' && uc < DEL) return 1;
    int width = uc_width(uc, "UTF-8");
    return width > 0 ? (size_t)width : 0;
}

size_t utf8_columns(const char *s, size_t len)
{
    size_t columns = 0;
    ucs4_t uc;
    for (size_t at = 0, n; (n = chars_next(s + at, len - at, &uc)); at += n) columns += columns_of(uc);
    return columns;
}

size_t utf8_fit(const char *s, size_t len, size_t columns)
{
    size_t at = 0;
    ucs4_t uc;
    for (size_t n; (n = chars_next(s + at, len - at, &uc)); at += n) {
        size_t width = columns_of(uc);
        if (width > columns) break;
        columns -= width;
    }
    return at;
}
