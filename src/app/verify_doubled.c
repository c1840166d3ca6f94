// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What is said twice in a row:
//
//   … the lamp went out and the | lamp went out and the | sea was calm …     a run, and the same run behind it
//
// A third time makes a refrain of it. Between people who speak, echoes are honest.
#include "app/verify_doubled.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "text/plain.h"

enum { RUN_LEAST = 6, RUN_MOST = 60, RUN_DIFFERENT = 5, RUN_OVER_LINES = 8 };

struct word {
    uint64_t hash;
    size_t from, to;
};

struct words {
    struct word *items;
    size_t count, cap;
};

static void split_words(struct words *w, const char *s, size_t len)
{
    size_t at = 0, start;
    struct buf folded;

    buf_init(&folded, BUF_MAX_LINE);
    while (plain_word(s, len, &at, &start)) {
        buf_clear(&folded);
        plain_add(&folded, s + start, at - start);
        mem_grow(&w->items, &w->cap, w->count + 1, sizeof *w->items);
        w->items[w->count++] = (struct word){.hash = hash_bytes(folded.data, folded.len), .from = start, .to = at};
    }
    buf_release(&folded);
}

static bool same_run(const struct words *w, size_t a, size_t b, size_t run)
{
    for (size_t i = 0; i < run; i++)
        if (w->items[a + i].hash != w->items[b + i].hash) return false;
    return true;
}

// Whether what stands before and behind the two goes on in the same way, together for a third time.
static bool is_refrain(const struct words *w, size_t at, size_t run)
{
    size_t more = 0, end = at + 2 * run;

    while (more < at && w->items[at - 1 - more].hash == w->items[at + run - 1 - more].hash) more++;
    for (; end < w->count && w->items[end].hash == w->items[end - run].hash; end++) more++;
    return more + 1 >= run;
}

static size_t count_different(const struct words *w, size_t from, size_t run)
{
    size_t different = 0;

    for (size_t i = 0; i < run; i++) {
        size_t k = 0;
        while (k < i && w->items[from + k].hash != w->items[from + i].hash) k++;
        different += k == i;
    }
    return different;
}

// A character of a script without blanks is half a word.
static bool is_unspaced(const char *s, const struct word *w)
{
    return w->to - w->from == 3 && (unsigned char)s[w->from] >= 0xE2;
}

static bool is_speech(const char *s, size_t len)
{
    static const char *const marks[] = {"\"", "“", "”", "„", "«", "»", "「", "」", "『", "』", "—", "–", "‘"};

    for (size_t i = 0; i < ARRAY_LEN(marks); i++)
        if (memmem(s, len, marks[i], strlen(marks[i])) != NULL) return true;
    return false;
}

// Whether a run that stands twice is more than chance, and no echo.
static bool is_fault(const struct words *w, const char *s, size_t at, size_t run)
{
    size_t weight = is_unspaced(s, &w->items[at]) ? 2 : 1, second = at + run;
    const char *between = s + w->items[second - 1].to;
    size_t gap = w->items[second].from - w->items[second - 1].to;

    if (run < RUN_LEAST * weight || count_different(w, at, run) < RUN_DIFFERENT * weight) return false;
    if (is_speech(between, gap)) return false;
    return memchr(between, '\n', gap) == NULL || run >= RUN_OVER_LINES * weight;
}

// The length of the run that stands twice from `at` on, 0: none. Two rounds of a refrain are no such run either.
static size_t doubled_run(const struct words *w, const char *s, size_t at)
{
    for (size_t run = RUN_LEAST; run <= RUN_MOST && at + 2 * run <= w->count; run++) {
        if (!same_run(w, at, at + run, run)) continue;
        if (is_refrain(w, at, run)) return 0;
        if (is_fault(w, s, at, run)) return run;
    }
    return 0;
}

void verify_doubled(const char *s, size_t len, verify_prose_found *found, void *arg)
{
    struct words w = {0};

    split_words(&w, s, len);
    for (size_t at = 0; at < w.count; at++) {
        size_t run = doubled_run(&w, s, at), from = w.items[at].from;
        if (run == 0) continue;
        found(arg, "doubled", from, len - from < VERIFY_QUOTE_MOST ? len - from : VERIFY_QUOTE_MOST);
        at += 2 * run - 1;
    }
    free(w.items);
}
