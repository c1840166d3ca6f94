// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Habits of a text: see include/text/style.h. Nothing is known of its language; which are function words (short and
// frequent: "glue" here), and which are names (hardly ever without a capital), the text tells itself.
//
// Phrases overlap ("let out a breath", "out a breath she"), so the worst is taken first, and what it covers counts for no
// other. In scripts without blanks a "word" is a character, and a phrase has twice as many.
#include "text/style.h"

#include "base/mem.h"
#include "text/fold.h"
#include "text/style_words.h"
#include "text/tally.h"

#include <stdlib.h>
#include <string.h>

enum {
    LEAST_WORDS = 3,
    MOST_WORDS = 5,
    OPENING_WORDS = 2,
    LEAST_COUNT = 4,
    WORDS_PER_COUNT = 1500,  // once in so many words is not too often
    OPENINGS_PER_COUNT = 12, // one sentence in so many
    GLUE_CHARS = 5,          // a word that holds sentences together is at most so long,
    GLUE_PER_WORDS = 250,    // and at least one in so many (of characters: one in the next)
    GLUE_COUNT = 12,         // and in a short text not by chance
    GLUE_PER_CHARS = 50,
    NOUNS_PER_CAPITALS = 7, // where more than one word in so many has a capital, nouns have it too, as in German
};

struct habit {
    size_t first, words, count;
    size_t score;
    bool opening;
};

struct habits {
    const char *s;
    struct style_words words;
    struct tally types; // of words
    bool unspaced;      // most words are single characters
    bool nouns_capital;
    unsigned char *kind;  // of each word: enum kind
    unsigned char *taken; // of each word: a phrase that is told covers it
    struct habit *found;
    size_t found_count, found_cap;
};

enum kind { KIND_PLAIN, KIND_GLUE, KIND_NAME };

static bool is_glue(const struct habits *h, const struct style_word *w, const struct tally_entry *type)
{
    size_t one_in = w->unspaced ? GLUE_PER_CHARS : GLUE_PER_WORDS;
    return w->chars <= GLUE_CHARS && type->count >= GLUE_COUNT && type->count * one_in >= h->words.count;
}

static void count_types(struct habits *h)
{
    size_t middle = 0, capitals = 0, unspaced = 0;
    tally_init(&h->types, h->words.count);
    for (size_t i = 0; i < h->words.count; i++) {
        const struct style_word *w = &h->words.list[i];
        struct tally_entry *type = tally_add(&h->types, w->hash, i);
        if (!w->capital) type->small++;
        if (w->unspaced) unspaced++;
        if (!w->opens) middle++;
        if (!w->opens && w->capital) capitals++;
    }
    h->unspaced = unspaced * 2 > h->words.count;
    h->nouns_capital = capitals * NOUNS_PER_CAPITALS > middle;
}

static void sort_kinds(struct habits *h)
{
    h->kind = mem_calloc(h->words.count, 1);
    h->taken = mem_calloc(h->words.count, 1);
    for (size_t i = 0; i < h->words.count; i++) {
        const struct style_word *w = &h->words.list[i];
        const struct tally_entry *type = tally_get(&h->types, w->hash);
        if (w->capital && type->small * 10 < type->count)
            h->kind[i] = KIND_NAME;
        else if (is_glue(h, w, type))
            h->kind[i] = KIND_GLUE;
    }
}

// Whether nothing but blanks, commas and hyphens stands between two words: no quote, no new line.
static bool is_joined(const struct habits *h, size_t left)
{
    for (size_t i = h->words.list[left].to; i < h->words.list[left + 1].from; i++) {
        if (strchr(" ,-", h->s[i]) == NULL) return false;
    }
    return true;
}

// How many words from `at` on may be in one phrase: up to the end of the sentence, or what is taken.
static size_t phrase_room(const struct habits *h, size_t at, size_t most)
{
    size_t room = 0;
    while (room < most && at + room < h->words.count && !h->taken[at + room]) {
        if (room > 0 && (h->words.list[at + room].opens || !is_joined(h, at + room - 1))) break;
        room++;
    }
    return room;
}

// Words of a phrase that say something; 0 if it is a name, or has none.
static size_t telling_words(const struct habits *h, size_t at, size_t words)
{
    size_t telling = 0, names = 0;
    for (size_t i = at; i < at + words; i++) {
        if (h->kind[i] == KIND_PLAIN) telling++;
        if (h->kind[i] == KIND_NAME) names++;
    }
    if (h->nouns_capital) return telling > 0 ? telling + names : 0;
    return names > 0 ? 0 : telling;
}

static bool is_name(const struct habits *h, size_t at, size_t words)
{
    for (size_t i = at; i < at + words; i++) {
        if (h->kind[i] != KIND_NAME) return false;
    }
    return true;
}

static bool is_often(const struct habits *h, size_t count)
{
    return count >= LEAST_COUNT && count * WORDS_PER_COUNT > h->words.count;
}

static void add_habit(struct habits *h, struct habit one)
{
    if (one.score == 0) return;
    mem_grow(&h->found, &h->found_cap, h->found_count + 1, sizeof(*h->found));
    h->found[h->found_count++] = one;
}

static void find_phrases(struct habits *h, size_t words)
{
    struct tally t;
    tally_init(&t, h->words.count);
    for (size_t i = 0; i < h->words.count; i++) {
        if (phrase_room(h, i, words) == words) (void)tally_add(&t, style_words_hash(&h->words, i, words), i);
    }
    for (size_t i = 0; i < t.slots_count; i++) {
        const struct tally_entry *e = &t.slots[i];
        if (!is_often(h, e->count) || h->kind[e->first + words - 1] == KIND_GLUE) continue; // "of the door and"
        size_t telling = telling_words(h, e->first, words);
        struct habit one = {.first = e->first, .words = words, .count = e->count};
        one.score = telling ? e->count * (words + telling) : 0;
        add_habit(h, one);
    }
    tally_release(&t);
}

static void find_openings(struct habits *h)
{
    struct tally t;
    size_t words = h->unspaced ? OPENING_WORDS + 1 : OPENING_WORDS;
    tally_init(&t, h->words.sentences);
    for (size_t i = 0; i < h->words.count; i++) {
        if (h->words.list[i].opens && phrase_room(h, i, words) == words)
            (void)tally_add(&t, style_words_hash(&h->words, i, words), i);
    }
    for (size_t i = 0; i < t.slots_count; i++) {
        const struct tally_entry *e = &t.slots[i];
        if (e->count < LEAST_COUNT || e->count * OPENINGS_PER_COUNT <= h->words.sentences) continue;
        if (is_name(h, e->first, words)) continue;
        add_habit(h, (struct habit){e->first, words, e->count, e->count * words, true});
    }
    tally_release(&t);
}

static int compare_habits(const void *left, const void *right)
{
    const struct habit *a = left, *b = right;
    if (a->score != b->score) return a->score < b->score ? 1 : -1;
    if (a->first != b->first) return a->first < b->first ? -1 : 1;
    if (a->words != b->words) return a->words < b->words ? 1 : -1;
    return (int)a->opening - (int)b->opening;
}

static bool same_words(const struct habits *h, size_t a, size_t b, size_t words)
{
    for (size_t i = 0; i < words; i++) {
        if (h->words.list[a + i].hash != h->words.list[b + i].hash) return false;
    }
    return true;
}

// Counts where the phrase stands on words that are not taken yet; with `take` they are from then on.
static size_t count_free(struct habits *h, const struct habit *one, bool take)
{
    size_t count = 0;
    for (size_t i = 0; i + one->words <= h->words.count; i++) {
        if (!same_words(h, i, one->first, one->words) || phrase_room(h, i, one->words) < one->words) continue;
        if (take) memset(h->taken + i, 1, one->words);
        count++;
    }
    return count;
}

static void tell(const struct habits *h, const struct habit *one, struct buf *out)
{
    const struct style_word *list = h->words.list + one->first;
    buf_adds(out, one->opening ? "sentences that open with \"" : "\"");
    fold_add(out, h->s + list[0].from, list[one->words - 1].to - list[0].from);
    buf_adds(out, "\"\n");
}

static void tell_worst(struct habits *h, struct buf *out, size_t most)
{
    if (h->found_count) qsort(h->found, h->found_count, sizeof(*h->found), compare_habits);
    for (size_t i = 0; i < h->found_count && most; i++) {
        const struct habit *one = &h->found[i];
        if (!one->opening && !is_often(h, count_free(h, one, false))) continue;
        tell(h, one, out);
        if (!one->opening) (void)count_free(h, one, true);
        most--;
    }
}

void style_habits(struct buf *out, const char *s, size_t len, size_t most)
{
    struct habits h = {.s = s};
    style_words_init(&h.words, s, len);
    if (h.words.count > 0) {
        count_types(&h);
        sort_kinds(&h);
        size_t times = h.unspaced ? 2 : 1;
        for (size_t words = LEAST_WORDS * times; words <= MOST_WORDS * times; words++) find_phrases(&h, words);
        find_openings(&h);
        tell_worst(&h, out, most);
        tally_release(&h.types);
    }
    free(h.found);
    free(h.kind);
    free(h.taken);
    style_words_release(&h.words);
}
