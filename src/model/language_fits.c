// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Whether a text is of a language: by its most frequent words, and by its script. Nearly every second word of a text
// stands in a list of fifty, so that a few lines decide; no list need be exact.
#include "model/language_data.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "text/plain.h"
#include "text/script.h"

enum {
    FITS_LEAST_WORDS = 20,    // fewer say nothing about a language
    FITS_SCRIPT_PERCENT = 60, // of the text is in the language's own scripts
    FITS_TIMES = 2,           // another language's words are so much more frequent,
    FITS_LEAD = 4,            // and so many more, that chance is not the reason
    SLOTS = 8192,             // a power of two, several times the words of all lists
    LANGUAGES_MOST = 64,      // a bit each
    SAMPLES = 4,
    SAMPLE_BYTES = 500,
};

struct word_slot {
    uint64_t hash; // 0: free
    uint64_t languages;
};

// Every common word with the languages that have it; made on first use. Not const for that reason alone.
static struct word_slot *common;

// The slot of a word: its own, or the free one that it would get.
static struct word_slot *slot_of(const char *word, size_t len)
{
    uint64_t hash = hash_bytes(word, len) | 1;
    size_t at = (size_t)(hash >> 32) & (SLOTS - 1);
    while (common[at].hash != 0 && common[at].hash != hash) at = (at + 1) & (SLOTS - 1);
    return &common[at];
}

static void add_words(const char *words, uint64_t bit)
{
    size_t len = strlen(words), at = 0, start;
    while (plain_word(words, len, &at, &start)) {
        struct word_slot *slot = slot_of(words + start, at - start);
        slot->hash = hash_bytes(words + start, at - start) | 1;
        slot->languages |= bit;
    }
}

static void make_common(void)
{
    if (common) return;
    common = mem_calloc(SLOTS, sizeof(*common));
    uint64_t bit = 1;
    for (const struct language *l = language_all(); l && bit; l = l->next, bit <<= 1)
        if (l->common) add_words(l->common, bit);
}

// How many of the words stand in each language's list; returns how many words there are.
static size_t count_common(size_t hits[LANGUAGES_MOST], const char *s, size_t len)
{
    size_t words = 0, at = 0, start;
    while (plain_word(s, len, &at, &start)) {
        words++;
        uint64_t in = slot_of(s + start, at - start)->languages;
        for (; in; in &= in - 1) hits[__builtin_ctzll(in)]++;
    }
    return words;
}

// The language whose words the text has far more of than those of `own`, or NULL.
static const struct language *better(const struct language *own, const char *s, size_t len)
{
    size_t hits[LANGUAGES_MOST] = {0}, most = 0, of_own = 0, i = 0;
    const struct language *best = NULL;
    make_common();
    if (count_common(hits, s, len) < FITS_LEAST_WORDS) return NULL;
    for (const struct language *l = language_all(); l && i < LANGUAGES_MOST; l = l->next, i++) {
        if (l == own) of_own = hits[i];
        if (hits[i] <= most) continue;
        most = hits[i];
        best = l;
    }
    return own->common && most > FITS_TIMES * of_own + FITS_LEAD ? best : NULL;
}

// The script that most of the text is in, if too little of it is in those of the language.
static enum script foreign_script(const struct language *l, const char *s, size_t len)
{
    struct script_count count;
    size_t own = 0;
    enum script most = SCRIPT_OTHER;
    script_count(&count, s, len);
    for (int i = 0; i < SCRIPTS; i++) {
        if (l->scripts & (1U << i))
            own += count.of[i];
        else if (most == SCRIPT_OTHER || count.of[i] > count.of[most])
            most = (enum script)i;
    }
    return own * 100 < count.all * FITS_SCRIPT_PERCENT ? most : SCRIPTS;
}

// Four stretches of a long text stand for all of it. They begin and end at white space, or in scripts without blanks at
// any character, which language_fold takes as it is.
static char *sample(const char *s, size_t len)
{
    if (len <= (size_t)SAMPLES * SAMPLE_BYTES) return language_fold(s, len);
    struct buf b;
    buf_init(&b, BUF_MAX_PIECE);
    for (size_t i = 0; i < SAMPLES; i++) {
        size_t from = (len - SAMPLE_BYTES) / (SAMPLES - 1) * i, end = from + SAMPLE_BYTES;
        while (i > 0 && from < end && !strchr(" \n", s[from]) && ((unsigned char)s[from] & 0xC0) != 0xC0) from++;
        while (end > from && end < len && ((unsigned char)s[end] & 0xC0) == 0x80) end--;
        buf_add(&b, s + from, end - from);
        buf_addc(&b, '\n');
    }
    char *folded = language_fold(b.data, b.len);
    buf_release(&b);
    return folded;
}

bool language_fits(const struct language *l, const char *s, size_t len, char *why, size_t size)
{
    if (l->scripts == 0) return true;
    char *plain = sample(s, len);
    size_t plain_len = strlen(plain);
    const struct language *other = better(l, plain, plain_len);
    enum script script = other ? SCRIPTS : foreign_script(l, plain, plain_len);
    free(plain);
    if (other)
        (void)snprintf(why, size, "the text reads as %s", other->name);
    else if (script != SCRIPTS)
        (void)snprintf(why, size, "the text is in %s script", script_name(script));
    return !other && script == SCRIPTS;
}
