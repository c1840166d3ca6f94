// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A text as a list of words: see style_words.h.
#include "text/style_words.h"

#include "base/hash.h"
#include "base/mem.h"
#include "text/chars.h"
#include "text/walk.h"
#include "text/words.h"

#include <unicase.h>
#include <unictype.h>

#include <stdlib.h>

#define MIX UINT64_C(0x9E3779B97F4A7C15)

struct sentence_ends {
    size_t *list; // the last one first
    size_t count, cap;
};

// sentence_whole looks from the end backwards. In front of the last end it may find a piece of the same end ("?" of
// "?!"); that does no harm, because no word stands between the two.
static void find_sentence_ends(struct sentence_ends *e, const char *s, size_t len)
{
    for (size_t at = len; (at = sentence_whole(s, at)) != 0; at--) {
        mem_grow(&e->list, &e->cap, e->count + 1, sizeof(*e->list));
        e->list[e->count++] = at;
    }
}

static bool holds_blank_line(const char *s, size_t len)
{
    bool newline = false;
    for (size_t i = 0; i < len; i++) {
        if (s[i] == '\n') {
            if (newline) return true;
            newline = true;
        } else if (s[i] != ' ' && s[i] != '\t' && s[i] != '\r') {
            newline = false;
        }
    }
    return false;
}

static struct style_word read_word(const char *s, size_t from, size_t to)
{
    struct style_word w = {.hash = HASH_START, .from = from, .to = to};
    ucs4_t uc, first = 0;
    for (size_t at = from, n; (n = chars_next(s + at, to - at, &uc)); at += n) {
        if (!w.chars) first = uc;
        if (w.chars == 1) w.capital = uc_is_upper(first) && chars_is_letter(uc);
        if (uc == 0x2019) uc = '\'';
        w.hash = (w.hash ^ uc_tolower(uc)) * MIX;
        if (w.chars < UINT8_MAX) w.chars++;
    }
    w.hash = (w.hash ^ (w.hash >> 32)) * MIX;
    w.unspaced = chars_is_unspaced(first);
    return w;
}

static void add_word(struct style_words *w, struct style_word word)
{
    mem_grow(&w->list, &w->cap, w->count + 1, sizeof(*w->list));
    w->list[w->count++] = word;
    if (word.opens) w->sentences++;
}

void style_words_init(struct style_words *w, const char *s, size_t len)
{
    struct sentence_ends ends = {0};
    struct word_walk walk;
    size_t from, to, last = 0;
    *w = (struct style_words){0};
    find_sentence_ends(&ends, s, len);
    word_walk_init(&walk, s, len);
    while (word_walk_next(&walk, &from, &to)) {
        struct style_word word = read_word(s, from, to);
        word.opens = w->count == 0 || holds_blank_line(s + last, from - last);
        for (; ends.count != 0 && ends.list[ends.count - 1] <= from; ends.count--) word.opens = true;
        add_word(w, word);
        last = to;
    }
    word_walk_release(&walk);
    free(ends.list);
}

void style_words_release(struct style_words *w)
{
    free(w->list);
    *w = (struct style_words){0};
}

uint64_t style_words_hash(const struct style_words *w, size_t at, size_t count)
{
    uint64_t hash = count;
    for (size_t i = 0; i < count; i++) hash = (hash ^ w->list[at + i].hash) * MIX;
    return (hash ^ (hash >> 32)) * MIX;
}
