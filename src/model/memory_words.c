// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Comparing texts by their words: see memory_words.h.
#include "model/memory_words.h"

#include "base/hash.h"
#include "base/mem.h"
#include "text/plain.h"

#include <stdlib.h>

enum { WORDS_MOST = 4000, TEXT_BYTES = 64 * 1024, LETTERS_LEAST = 3, UNSPACED_BYTES = 3 };

static struct memory_word read_word(const char *s, size_t len)
{
    struct memory_word w = {.hash = hash_bytes(s, len)};
    for (size_t i = 0; i < len; i++) w.letters += ((unsigned char)s[i] & 0xC0) != 0x80;
    w.unspaced = w.letters == 1 && len >= UNSPACED_BYTES;
    return w;
}

void memory_words_init(struct memory_words *w, const char *s, size_t len)
{
    struct buf plain;
    size_t at = 0, start;
    *w = (struct memory_words){0};
    buf_init(&plain, TEXT_BYTES);
    plain_add(&plain, s, len);
    while (w->count < WORDS_MOST && plain_word(plain.data, plain.len, &at, &start)) {
        mem_grow(&w->list, &w->cap, w->count + 1, sizeof(*w->list));
        w->list[w->count++] = read_word(plain.data + start, at - start);
    }
    buf_release(&plain);
}

void memory_words_release(struct memory_words *w)
{
    free(w->list);
    *w = (struct memory_words){0};
}

bool memory_word_counts(const struct memory_word *w)
{
    return w->letters >= LETTERS_LEAST || w->unspaced;
}

bool memory_words_has(const struct memory_words *w, uint64_t hash)
{
    for (size_t i = 0; i < w->count; i++) {
        if (w->list[i].hash == hash) return true;
    }
    return false;
}

bool memory_words_equal(const struct memory_words *a, const struct memory_words *b)
{
    if (a->count != b->count || !a->count) return false;
    for (size_t i = 0; i < a->count; i++) {
        if (a->list[i].hash != b->list[i].hash) return false;
    }
    return true;
}

bool memory_words_part(const struct memory_words *part, const struct memory_words *of)
{
    for (size_t i = 0; i < part->count; i++) {
        if (!memory_words_has(of, part->list[i].hash)) return false;
    }
    return part->count > 0;
}

double memory_words_share(const struct memory_words *a, const struct memory_words *b)
{
    size_t count = 0, shared = 0, all_shared = 0;
    for (size_t i = 0; i < a->count; i++) {
        bool has = memory_words_has(b, a->list[i].hash);
        all_shared += has;
        if (!memory_word_counts(&a->list[i])) continue;
        count++;
        shared += has;
    }
    if (count > 0) return (double)shared / (double)count;
    return a->count ? (double)all_shared / (double)a->count : 0;
}

static bool starts_at(const struct memory_words *name, const struct memory_words *about, size_t at)
{
    if (about->count - at < name->count) return false;
    for (size_t i = 0; i < name->count; i++) {
        if (about->list[at + i].hash != name->list[i].hash) return false;
    }
    return true;
}

bool memory_words_names(const struct memory_words *name, const struct memory_words *about)
{
    for (size_t i = 0; i < about->count && name->count; i++) {
        if (starts_at(name, about, i)) return true;
    }
    for (size_t i = 0; i < name->count; i++) {
        if (name->list[i].letters >= LETTERS_LEAST && memory_words_has(about, name->list[i].hash)) return true;
    }
    return false;
}
