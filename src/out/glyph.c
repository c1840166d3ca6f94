// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See glyph.h.
#include "out/glyph.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"

// Above ASCII; the first row that has it holds, and what is in none is a letter.
static const struct {
    uint32_t from, to;
    enum glyph glyph;
} ranges[] = {
    {0x80, 0x9F, GLYPH_POINT},     {0xA0, 0xA0, GLYPH_SPACE},     {0xA1, 0xA1, GLYPH_OPEN},
    {0xA2, 0xA9, GLYPH_POINT},     {0xAB, 0xAB, GLYPH_QUOTE},     {0xAC, 0xB4, GLYPH_POINT},
    {0xB6, 0xB9, GLYPH_POINT},     {0xBB, 0xBB, GLYPH_QUOTE},     {0xBF, 0xBF, GLYPH_OPEN},
    {0xE00, 0xE7F, GLYPH_WIDE},    {0x2000, 0x200B, GLYPH_SPACE}, {0x2010, 0x2015, GLYPH_DASH},
    {0x2016, 0x2017, GLYPH_POINT}, {0x2018, 0x201F, GLYPH_QUOTE}, {0x2020, 0x2027, GLYPH_POINT},
    {0x2028, 0x202F, GLYPH_SPACE}, {0x2030, 0x2038, GLYPH_POINT}, {0x2039, 0x203A, GLYPH_QUOTE},
    {0x203B, 0x205E, GLYPH_POINT}, {0x205F, 0x205F, GLYPH_SPACE}, {0x2E3A, 0x2E3B, GLYPH_DASH},
    {0x2E80, 0x2FFF, GLYPH_WIDE},  {0x3000, 0x3000, GLYPH_SPACE}, {0x300C, 0x300F, GLYPH_QUOTE},
    {0x3001, 0x9FFF, GLYPH_WIDE},  {0xAC00, 0xD7FF, GLYPH_WIDE},  {0xF900, 0xFAFF, GLYPH_WIDE},
    {0xFE30, 0xFE4F, GLYPH_WIDE},  {0xFF00, 0xFFEF, GLYPH_WIDE},  {0x20000, 0x3FFFF, GLYPH_WIDE},
};

static enum glyph glyph_of_ascii(unsigned char c)
{
    if (c >= '0' && c <= '9') return GLYPH_DIGIT;
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return GLYPH_LETTER;
    if (c == '\n') return GLYPH_START;
    if (c == ' ' || c == '\t') return GLYPH_SPACE;
    if (c == '(' || c == '[' || c == '{') return GLYPH_OPEN;
    if (c == '-') return GLYPH_DASH;
    return c == '"' || c == '\'' ? GLYPH_QUOTE : GLYPH_POINT;
}

static uint32_t code_point(const unsigned char *s, size_t bytes)
{
    static const unsigned char mask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t c = s[0] & mask[bytes];
    for (size_t i = 1; i < bytes; i++) c = c << 6 | (s[i] & 0x3F);
    return c;
}

enum glyph glyph_at(const char *text, size_t len, size_t *bytes)
{
    unsigned char first = len > 0 ? (unsigned char)*text : 0;
    *bytes = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (len == 0) return GLYPH_END;
    if (*bytes > len) *bytes = len;
    if (first < 0x80) return glyph_of_ascii(first);
    uint32_t c = code_point((const unsigned char *)text, *bytes);
    for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
        if (c >= ranges[i].from && c <= ranges[i].to) return ranges[i].glyph;
    return GLYPH_LETTER;
}
