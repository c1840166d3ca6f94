// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Titles as file names.
#include "text/slug.h"

#include "base/mem.h"
#include "text/chars.h"

#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#include <stdbool.h>
#include <string.h>

struct slug {
    char *out;
    size_t len, words, max_words;
    bool gap; // a blank or sign stands between what is there and what comes
    bool full;
    bool other; // the last character is of a script that is kept as it is
};

static const uc_script_t *latin(void)
{
    return uc_script_byname("Latin");
}

static const uc_script_t *common(void)
{
    return uc_script_byname("Common");
}

// Letters that Unicode does not take apart.
static const char *special_letter(ucs4_t uc)
{
    static const struct {
        ucs4_t uc;
        const char *text;
    } letters[] = {
        {0xDF, "ss"}, {0xE6, "ae"}, {0xF0, "d"},  {0xF8, "o"},  {0xFE, "th"},  {0x111, "d"}, {0x127, "h"},
        {0x131, "i"}, {0x138, "k"}, {0x142, "l"}, {0x14B, "n"}, {0x153, "oe"}, {0x167, "t"},
    };
    for (size_t i = 0; i < ARRAY_LEN(letters); i++) {
        if (letters[i].uc == uc) return letters[i].text;
    }
    return "";
}

// Adds letters of one word, behind a dash if a new word begins.
static void add(struct slug *g, const char *text)
{
    size_t len = strlen(text), dash = g->gap && g->len;
    if (!len || g->full) return;
    if (!g->words || dash) {
        g->full = g->max_words && g->words == g->max_words;
        if (!g->full) g->words++;
    }
    if (g->len + dash + len > SLUG_MAX) g->full = true;
    if (g->full) return;
    if (dash) g->out[g->len++] = '-';
    memcpy(g->out + g->len, text, len);
    g->len += len;
    g->gap = false;
}

static void add_part(struct slug *g, ucs4_t uc)
{
    uc = uc_tolower(uc);
    if (uc < 0x80 && chars_is_letter_digit(uc)) {
        add(g, (char[]){(char)uc, '\0'});
    } else if (chars_is_letter(uc)) {
        add(g, special_letter(uc));
    } else if (!uc_is_general_category_withtable(uc, UC_CATEGORY_MASK_M)) {
        g->gap = true;
    }
}

// A letter of another script than Latin, or a vowel sign or mark behind one, stays as it is: file systems hold it, and a
// reader of that script knows it.
static bool add_other(struct slug *g, ucs4_t uc)
{
    bool mark = uc_is_general_category_withtable(uc, UC_CATEGORY_MASK_M);
    bool letter = chars_is_letter_digit(uc) && !uc_is_script(uc, latin()) && !uc_is_script(uc, common());
    char text[8] = "";
    if (uc < 0x80 || (!letter && !(mark && g->other && !g->gap))) return false;
    int n = u8_uctomb((uint8_t *)text, uc_tolower(uc), sizeof(text) - 1);
    if (n > 0) add(g, text);
    g->other = true;
    return true;
}

// Adds a character as what it is made of: "é" is e and a mark, "Ａ" a wide A, "ﬁ" two letters. None is made of more
// than 18 parts.
static void add_char(struct slug *g, ucs4_t uc)
{
    if (uc == '\'' || uc == 0x2019) return; // "mara's" is one word
    if (add_other(g, uc)) return;
    g->other = false;
    uint32_t parts[UC_DECOMPOSITION_MAX_LENGTH];
    size_t n = ARRAY_LEN(parts);
    if (uc < 0x80 || !u32_normalize(UNINORM_NFKD, &uc, 1, parts, &n)) {
        add_part(g, uc);
        return;
    }
    for (size_t i = 0; i < n; i++) add_part(g, parts[i]);
}

// A title that was cut in the middle of a word loses that word, unless little else would remain.
static void cut_at_word(struct slug *g, bool word_goes_on)
{
    g->out[g->len] = '\0';
    char *dash = strrchr(g->out, '-');
    if (word_goes_on && dash && dash - g->out >= SLUG_MAX / 2) *dash = '\0';
}

static bool is_device(const char *slug)
{
    static const char *const names[] = {"con", "prn", "aux", "nul"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (!strcmp(slug, names[i])) return true;
    }
    bool port = !strncmp(slug, "com", 3) || !strncmp(slug, "lpt", 3);
    return port && slug[3] >= '0' && slug[3] <= '9' && !slug[4];
}

void slug_make(char out[SLUG_MAX + 1], const char *title, size_t max_words)
{
    struct slug g = {.out = out, .max_words = max_words};
    size_t len = strlen(title);
    ucs4_t uc;
    for (size_t at = 0, n; !g.full && (n = chars_next(title + at, len - at, &uc)); at += n) add_char(&g, uc);
    cut_at_word(&g, g.full && !g.gap);
    if (!*out) memcpy(out, "book", sizeof "book");
    if (is_device(out)) memcpy(out + strlen(out), "-book", sizeof "-book");
}
