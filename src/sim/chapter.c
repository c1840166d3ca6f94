// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Growing, and finding one's place.
#include "sim/chapter.h"

#include "sim/word.h"

#include "base/mem.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum {
    SEARCH_BYTES = 512 * 1024, // no chapter of a sane book is longer
    CHAPTER_MAX_BYTES = 8 * 1024 * 1024,
    SENTENCE_WORDS_LEAST = 6,
    SENTENCE_WORDS_MOST = 22,
    SENTENCE_TRIES = 12,
};

void chapter_init(struct chapter *c, uint64_t book_seed, const struct grammar *g, long number)
{
    *c = (struct chapter){.seed = rng_mix(book_seed, (uint64_t)number), .grammar = g};
    grammar_cast(g, book_seed, &c->cast);
    buf_init(&c->text, CHAPTER_MAX_BYTES);
}

void chapter_release(struct chapter *c)
{
    buf_release(&c->text);
    free(c->ends);
}

// Short, middling and long sentences in a human mixture, a fifth of them speech.
static const char *sentence_kind(struct rng *r)
{
    size_t dice = rng_below(r, 100);
    if (dice < 22) return "$q";
    if (dice < 60) return "$x";
    if (dice < 68) return "$y";
    return "$z";
}

static void add_sentence(struct chapter *c, struct rng *r)
{
    size_t start = c->text.len;
    const char *kind = sentence_kind(r);
    for (int i = 0; i < SENTENCE_TRIES; i++) {
        buf_cut(&c->text, start);
        grammar_expand(c->grammar, r, &c->cast, kind, &c->text);
        size_t words = word_count(c->text.data + start, c->text.len - start);
        if (words >= SENTENCE_WORDS_LEAST && words <= SENTENCE_WORDS_MOST) break;
    }
    mem_grow(&c->ends, &c->ends_cap, c->ends_count + 1, sizeof *c->ends);
    c->ends[c->ends_count++] = c->text.len;
}

// Each paragraph has numbers of its own, so that growth in any steps gives the same text. False at the ceiling.
static bool grow(struct chapter *c)
{
    if (c->text.len + 4096 > CHAPTER_MAX_BYTES) return false;
    struct rng r = {.state = rng_mix(c->seed, c->paragraphs)};
    if (c->paragraphs++) buf_adds(&c->text, "\n\n");
    size_t sentences = 2 + rng_below(&r, 5);
    for (size_t i = 0; i < sentences; i++) {
        if (i) buf_addc(&c->text, ' ');
        add_sentence(c, &r);
    }
    return true;
}

static bool is_space(char c)
{
    return isspace((unsigned char)c) != 0;
}

static size_t skip_space(const char *s, size_t i)
{
    while (s[i] && is_space(s[i])) i++;
    return i;
}

size_t chapter_follow(struct chapter *c, size_t at, const char **text)
{
    const char *s = *text;
    while (*s) {
        // Two bytes at least, so that a paragraph break is never half there.
        while (at + 2 >= c->text.len)
            if (!grow(c)) goto out;
        bool space = is_space(*s);
        if (space != is_space(c->text.data[at])) break;
        if (!space && *s != c->text.data[at]) break;
        s += space ? skip_space(s, 0) : 1;
        at = space ? skip_space(c->text.data, at) : at + 1;
    }
out:
    *text = s;
    return at;
}

// Matches all of `want` at `at`; `*after` is the position behind it.
static bool match_at(struct chapter *c, size_t at, const char *want, size_t *after)
{
    at = chapter_follow(c, at, &want);
    if (*want) return false;
    *after = at;
    return true;
}

bool chapter_after_passage(struct chapter *c, const char *passage, size_t *at)
{
    passage += skip_space(passage, 0);
    if (!*passage) return false;
    for (size_t i = 0; i < SEARCH_BYTES; i++) {
        while (i >= c->text.len)
            if (!grow(c)) return false;
        const char *hit = memchr(c->text.data + i, *passage, c->text.len - i);
        i = hit ? (size_t)(hit - c->text.data) : c->text.len - 1;
        if (hit && match_at(c, i, passage, at)) return true;
    }
    return false;
}

bool chapter_after_answer(struct chapter *c, size_t start, const char *answer, size_t *at)
{
    while (start + 2 >= c->text.len)
        if (!grow(c)) return false;
    // A client that trims what it keeps sends the answer back without the separator it began with.
    return match_at(c, skip_space(c->text.data, start), answer + skip_space(answer, 0), at);
}

size_t chapter_sentence_end(struct chapter *c, size_t at)
{
    while (!c->ends_count || c->ends[c->ends_count - 1] < at)
        if (!grow(c)) return c->text.len;
    size_t low = 0, high = c->ends_count - 1;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (c->ends[mid] < at)
            low = mid + 1;
        else
            high = mid;
    }
    return c->ends[low];
}

size_t chapter_sentence_start(const struct chapter *c, size_t at)
{
    size_t i = c->ends_count;
    while (i > 0 && c->ends[i - 1] >= at) i--;
    return i > 0 && at > 0 ? skip_space(c->text.data, c->ends[i - 1]) : 0;
}

size_t chapter_skip_space(const struct chapter *c, size_t at)
{
    return skip_space(c->text.data, at);
}

size_t chapter_end_of_words(struct chapter *c, size_t start, size_t words)
{
    size_t at = start, seen = 0;
    do {
        size_t end = chapter_sentence_end(c, at + 1);
        seen += word_count(c->text.data + at, end - at);
        if (end <= at) break;
        at = end;
    } while (seen < words);
    return at;
}
