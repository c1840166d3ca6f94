// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Scripts by ranges of characters: the blocks of Unicode that hold their letters.
#include "text/script.h"

#include <string.h>

#include "base/mem.h"
#include "text/chars.h"

static const struct {
    const char *code, *name;
    size_t weight;
} scripts[SCRIPTS] = {
    [SCRIPT_OTHER] = {"", "another", 1},       [SCRIPT_LATN] = {"Latn", "Latin", 1},
    [SCRIPT_GREK] = {"Grek", "Greek", 1},      [SCRIPT_CYRL] = {"Cyrl", "Cyrillic", 1},
    [SCRIPT_HEBR] = {"Hebr", "Hebrew", 1},     [SCRIPT_ARAB] = {"Arab", "Arabic", 1},
    [SCRIPT_DEVA] = {"Deva", "Devanagari", 1}, [SCRIPT_THAI] = {"Thai", "Thai", 1},
    [SCRIPT_HANG] = {"Hang", "Hangul", 3},     [SCRIPT_HIRA] = {"Hira", "Hiragana", 3},
    [SCRIPT_KANA] = {"Kana", "Katakana", 3},   [SCRIPT_HANI] = {"Hani", "Han", 3},
};

// Ascending. What stands between two ranges is of another script.
static const struct {
    ucs4_t first, last;
    enum script script;
} ranges[] = {
    {0x0041, 0x02AF, SCRIPT_LATN}, {0x0370, 0x03FF, SCRIPT_GREK},   {0x0400, 0x052F, SCRIPT_CYRL},
    {0x0590, 0x05FF, SCRIPT_HEBR}, {0x0600, 0x06FF, SCRIPT_ARAB},   {0x0750, 0x077F, SCRIPT_ARAB},
    {0x08A0, 0x08FF, SCRIPT_ARAB}, {0x0900, 0x097F, SCRIPT_DEVA},   {0x0E00, 0x0E7F, SCRIPT_THAI},
    {0x1100, 0x11FF, SCRIPT_HANG}, {0x1E00, 0x1EFF, SCRIPT_LATN},   {0x1F00, 0x1FFF, SCRIPT_GREK},
    {0x2C60, 0x2C7F, SCRIPT_LATN}, {0x3005, 0x3007, SCRIPT_HANI},   {0x3041, 0x309F, SCRIPT_HIRA},
    {0x30A0, 0x30FF, SCRIPT_KANA}, {0x3130, 0x318F, SCRIPT_HANG},   {0x31F0, 0x31FF, SCRIPT_KANA},
    {0x3400, 0x4DBF, SCRIPT_HANI}, {0x4E00, 0x9FFF, SCRIPT_HANI},   {0xA720, 0xA7FF, SCRIPT_LATN},
    {0xAC00, 0xD7AF, SCRIPT_HANG}, {0xF900, 0xFAFF, SCRIPT_HANI},   {0xFB1D, 0xFB4F, SCRIPT_HEBR},
    {0xFB50, 0xFDFF, SCRIPT_ARAB}, {0xFE70, 0xFEFC, SCRIPT_ARAB},   {0xFF21, 0xFF5A, SCRIPT_LATN},
    {0xFF66, 0xFF9F, SCRIPT_KANA}, {0x20000, 0x3FFFF, SCRIPT_HANI},
};

enum script script_find(const char *code, size_t len)
{
    for (int i = 1; i < SCRIPTS; i++)
        if (len == 4 && memcmp(scripts[i].code, code, 4) == 0) return (enum script)i;
    return SCRIPT_OTHER;
}

const char *script_name(enum script s)
{
    return scripts[s].name;
}

static enum script script_of(ucs4_t uc)
{
    size_t low = 0, high = ARRAY_LEN(ranges);
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (uc > ranges[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    return low < ARRAY_LEN(ranges) && uc >= ranges[low].first ? ranges[low].script : SCRIPT_OTHER;
}

void script_count(struct script_count *out, const char *s, size_t len)
{
    ucs4_t uc;
    memset(out, 0, sizeof(*out));
    for (size_t at = 0, n; (n = chars_next(s + at, len - at, &uc)); at += n) {
        if (!chars_is_letter(uc)) continue;
        enum script of = uc < 0x80 ? SCRIPT_LATN : script_of(uc);
        out->of[of] += scripts[of].weight;
        out->all += scripts[of].weight;
    }
}
