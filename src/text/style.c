// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Figures of variety: see include/text/style.h.
#include "text/style.h"

#include "base/mem.h"
#include "text/keyset.h"
#include "text/plain.h"
#include "text/style_words.h"
#include "text/words.h"

#include <math.h>

enum { WINDOW_WORDS = 800, RUN_WORDS = 8 };

static double share(size_t part, size_t all, double none)
{
    return all ? (double)part / (double)all : none;
}

// Different runs of `run` words in list[at..at + count).
static size_t count_different(const struct style_words *w, size_t at, size_t count, size_t run)
{
    struct keyset seen;
    size_t different = 0;
    keyset_init(&seen, count + 1);
    for (size_t i = at; i + run <= at + count; i++) {
        if (keyset_add(&seen, style_words_hash(w, i, run))) different++;
    }
    keyset_release(&seen);
    return different;
}

static double distinct_pairs(const struct style_words *w)
{
    size_t different = 0, pairs = 0;
    for (size_t at = 0; at + WINDOW_WORDS <= w->count; at += WINDOW_WORDS) {
        different += count_different(w, at, WINDOW_WORDS, 2);
        pairs += WINDOW_WORDS - 1;
    }
    return share(different, pairs, 1);
}

static double repeated_runs(const struct style_words *w)
{
    if (w->count < RUN_WORDS) return 0;
    size_t runs = w->count - RUN_WORDS + 1;
    return share(runs - count_different(w, 0, w->count, RUN_WORDS), runs, 0);
}

static double sentence_variation(const struct style_words *w)
{
    if (w->sentences < 2) return 0;
    double mean = (double)w->count / (double)w->sentences, squares = 0;
    for (size_t at = 0, end; at < w->count; at = end) {
        for (end = at + 1; end < w->count && !w->list[end].opens;) end++;
        double off = (double)(end - at) - mean;
        squares += off * off;
    }
    return sqrt(squares / (double)w->sentences) / mean;
}

static double speech_share(const char *s, size_t len, size_t words)
{
    struct buf narration;
    buf_init(&narration, len * 2 + 1); // a mark stands in the place of each speech, however short
    plain_without_speech(&narration, s, len);
    size_t narrated = words_count(narration.data, narration.len);
    buf_release(&narration);
    return narrated < words ? share(words - narrated, words, 0) : 0;
}

void style_measure(struct style *out, const char *s, size_t len)
{
    struct style_words w;
    style_words_init(&w, s, len);
    *out = (struct style){
        .words = w.count,
        .sentences = w.sentences,
        .distinct_2 = distinct_pairs(&w),
        .repeated_8 = repeated_runs(&w),
        .sentence_cv = sentence_variation(&w),
        .speech = speech_share(s, len, w.count),
    };
    style_words_release(&w);
}
