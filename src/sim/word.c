// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// One pass over the bytes: a word is counted where it begins.
#include "sim/word.h"

enum byte_class word_byte_class(char c)
{
    unsigned char u = (unsigned char)c;
    if (u >= 0x80 && u < 0xc0) return BYTE_CONTINUES;
    // U+2000 to U+2FFF (dashes, quotes) and U+0080 to U+00BF (guillemets) are marks, other letters are letters.
    if (u == 0xc2 || u == 0xe2) return BYTE_MARK;
    if (u >= 0xc0) return BYTE_WORD;
    if (u == ' ' || (u >= '\t' && u <= '\r')) return BYTE_SPACE;
    bool letter = (u | 0x20) >= 'a' && (u | 0x20) <= 'z';
    return letter || (u >= '0' && u <= '9') ? BYTE_WORD : BYTE_MARK;
}

static bool joins(const char *text, size_t len, size_t i)
{
    return (text[i] == '\'' || text[i] == '.') && i + 1 < len && word_byte_class(text[i + 1]) == BYTE_WORD;
}

size_t word_count(const char *text, size_t len)
{
    size_t words = 0;
    bool inside = false;
    for (size_t i = 0; i < len; i++) {
        enum byte_class class = word_byte_class(text[i]);
        if (class == BYTE_CONTINUES) continue;
        if (class == BYTE_WORD && !inside) words++;
        inside = class == BYTE_WORD || (inside && joins(text, len, i));
    }
    return words;
}
