// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The shingles of a text: see shingle_scan.h. A shingle's key is a polynomial over the hashes of its words, so that the
// next one follows from it: take the new word in, take the one that leaves out.
#include "text/shingle_scan.h"

#include "base/hash.h"
#include "text/chars.h"

#include <unicase.h>
#include <unictype.h>

#define WORD_PRIME UINT64_C(0x9E3779B97F4A7C15)
#define ROLL       UINT64_C(0xD6E8FEB86659FD93)

enum kind { KIND_BORDER, KIND_PASS, KIND_PART, KIND_ALONE };

void shingle_scan_init(struct shingle_scan *c)
{
    *c = (struct shingle_scan){.weight = WORD_WEIGHT};
}

static void take_char(struct shingle_scan *c, uint32_t uc, size_t from, size_t to)
{
    if (!c->open) {
        c->open = true;
        c->hash = HASH_START;
        c->from = from;
    }
    c->hash = (c->hash ^ uc) * WORD_PRIME;
    c->to = to;
}

// What an ASCII character is: for letters (small) and digits themselves, else KIND_PASS or KIND_BORDER.
static inline unsigned char ascii_kind(unsigned char b)
{
    unsigned char small = b | 0x20;
    if (small >= 'a' && small <= 'z') return small;
    if (b >= '0' && b <= '9') return b;
    return b == '\'' ? KIND_PASS : KIND_BORDER;
}

static enum kind wide_kind(ucs4_t uc)
{
    // The bulk of what is written, without a look into the tables of Unicode: Latin, Cyrillic, Hangul; Han, kana.
    if ((uc >= 0xC0 && uc <= 0x24F && uc != 0xD7 && uc != 0xF7) || (uc >= 0x400 && uc <= 0x481)) return KIND_PART;
    if (uc >= 0xAC00 && uc <= 0xD7A3) return KIND_PART;
    if ((uc >= 0x4E00 && uc <= 0x9FFF) || (uc >= 0x3041 && uc <= 0x3096) || (uc >= 0x30A1 && uc <= 0x30FA))
        return KIND_ALONE;
    if (uc == 0x2019 || uc == 0x02BC || uc == 0x00AD) return KIND_PASS; // two apostrophes, the soft hyphen
    if (chars_is_letter_digit(uc)) return chars_is_unspaced(uc) ? KIND_ALONE : KIND_PART;
    return uc_is_general_category_withtable(uc, UC_CATEGORY_MASK_M) ? KIND_PASS : KIND_BORDER;
}

// Takes ASCII from s[at..] up to the end of a word (then *ended) or a character that is not ASCII. Most of most texts
// goes through here. Where it stopped.
static size_t take_ascii(struct shingle_scan *c, const char *s, size_t len, size_t at, bool *ended)
{
    while (at < len) {
        uint64_t hash = c->open ? c->hash : HASH_START;
        size_t i = at;
        unsigned char b = 0, kind = KIND_BORDER;
        for (; i < len && (b = (unsigned char)s[i]) < 0x80 && (kind = ascii_kind(b)) > KIND_PASS; i++)
            hash = (hash ^ kind) * WORD_PRIME;
        if (i > at) {
            if (!c->open) c->from = c->base + at;
            c->open = true;
            c->hash = hash;
            c->to = c->base + i;
        }
        if (i == len || b >= 0x80) return i;
        at = i + 1;
        *ended = c->open && kind == KIND_BORDER;
        if (*ended) break;
    }
    return at;
}

// Up to the end of a word; false when the piece is used up before.
static bool next_word(struct shingle_scan *c, const char *s, size_t len, size_t *at)
{
    for (bool ended = false;;) {
        *at = take_ascii(c, s, len, *at, &ended);
        if (ended) return true;
        ucs4_t uc;
        size_t n = chars_next(s + *at, len - *at, &uc);
        if (!n) return false;
        enum kind kind = wide_kind(uc);
        if (kind == KIND_ALONE && c->open) return true; // it is looked at again, as a word of its own
        size_t from = c->base + *at;
        *at += n;
        if (kind >= KIND_PART) take_char(c, kind == KIND_PART ? uc_tolower(uc) : uc, from, c->base + *at);
        c->weight = kind == KIND_ALONE ? 1 : WORD_WEIGHT;
        if (kind == KIND_ALONE || (kind == KIND_BORDER && c->open)) return true;
    }
}

// Takes the oldest word out: what it brought was multiplied with each word behind it.
static void drop_word(struct shingle_scan *c)
{
    struct shingle_word *w = &c->ring[c->first % SHINGLE_RING];
    uint64_t power = 1;
    for (size_t i = 1; i < c->words - c->first; i++) power *= ROLL;
    c->rolling -= w->hash * power;
    c->inside -= w->weight;
    c->first++;
}

// Closes the word under way; true if it ends a shingle.
static bool push_word(struct shingle_scan *c, struct shingle *out)
{
    uint64_t hash = (c->hash ^ (c->hash >> 32)) * WORD_PRIME;
    c->rolling = c->rolling * ROLL + hash;
    c->ring[c->words % SHINGLE_RING] = (struct shingle_word){.hash = hash, .start = c->from, .weight = c->weight};
    c->inside += c->weight;
    c->words++;
    c->open = false;
    c->weight = WORD_WEIGHT;
    const size_t whole = (size_t)SHINGLE_WORDS * WORD_WEIGHT;
    while (c->inside - c->ring[c->first % SHINGLE_RING].weight >= whole) drop_word(c);
    if (c->inside < whole) return false;
    out->key = (c->rolling ^ (c->rolling >> 29)) * WORD_PRIME;
    out->from = c->ring[c->first % SHINGLE_RING].start;
    out->to = c->to;
    out->weight = c->ring[(c->words - 1) % SHINGLE_RING].weight;
    return true;
}

bool shingle_scan_next(struct shingle_scan *c, const char *s, size_t len, size_t *at, struct shingle *out)
{
    while (next_word(c, s, len, at)) {
        if (push_word(c, out)) return true;
    }
    return false;
}

bool shingle_scan_end(struct shingle_scan *c, struct shingle *out)
{
    return c->open && push_word(c, out);
}
