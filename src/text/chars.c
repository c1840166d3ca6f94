// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Steps over UTF-8 that never leave the text, whatever its bytes are.
#include "text/chars.h"

#include <unictype.h>
#include <unistr.h>
#include <uniwbrk.h>

enum { REPLACEMENT = 0xFFFD };

size_t chars_next(const char *s, size_t len, ucs4_t *uc)
{
    if (!len) return 0;
    int n = u8_mbtoucr(uc, (const uint8_t *)s, len);
    if (n > 0) return (size_t)n;
    *uc = REPLACEMENT;
    return 1;
}

size_t chars_prev(const char *s, size_t len, ucs4_t *uc)
{
    for (size_t n = 1; n <= 4 && n <= len; n++) {
        if (((unsigned char)s[len - n] & 0xC0) == 0x80) continue;
        if (chars_next(s + len - n, n, uc) == n) return n;
        break;
    }
    *uc = REPLACEMENT;
    return len ? 1 : 0;
}

bool chars_is_space(ucs4_t uc)
{
    if (uc < 0x80) return uc == ' ' || (uc >= '\t' && uc <= '\r');
    return uc_is_property_white_space(uc);
}

bool chars_is_letter(ucs4_t uc)
{
    if (uc < 0x80) return (uc | 0x20) >= 'a' && (uc | 0x20) <= 'z';
    return uc_is_general_category_withtable(uc, UC_CATEGORY_MASK_L);
}

bool chars_is_letter_digit(ucs4_t uc)
{
    if (uc < 0x80) return chars_is_letter(uc) || (uc >= '0' && uc <= '9');
    return uc_is_general_category_withtable(uc, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N);
}

// UAX #29 knows no words in these scripts, so their letters have no Word_Break class of their own (or Katakana).
bool chars_is_unspaced(ucs4_t uc)
{
    if (uc < 0x0E00) return false;
    if ((uc >= 0x3000 && uc <= 0x303F) || (uc >= 0xFF01 && uc <= 0xFF65 && !chars_is_letter_digit(uc))) return true;
    int property = uc_wordbreak_property(uc);
    return (property == WBP_OTHER && chars_is_letter(uc)) || property == WBP_KATAKANA;
}

size_t chars_space_head(const char *s, size_t len)
{
    size_t at = 0;
    ucs4_t uc;
    for (size_t n; (n = chars_next(s + at, len - at, &uc)) && chars_is_space(uc);) at += n;
    return at;
}

size_t chars_trim_tail(const char *s, size_t len)
{
    ucs4_t uc;
    for (size_t n; (n = chars_prev(s, len, &uc)) && chars_is_space(uc);) len -= n;
    return len;
}
