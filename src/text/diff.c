// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The longest common subsequence of sentences, by the table of the lengths of what is left:
//
//                 after ─▶            length[i][j]: of before[i..] and after[j..]
//        before   2 2 1 0
//          │      2 1 1 0             read from the corner: equal, both go on; else to the larger neighbour
//          ▼      1 1 0 0
//                 0 0 0 0
//
// The common start and end are taken off first: what is compared is mostly a few changed pages.
#include "text/diff.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "text/chars.h"
#include "text/words.h"

enum { CELLS_MOST = 8 << 20 }; // of two bytes each

struct sentence {
    const char *text;
    size_t len;
    uint64_t hash;
};

struct sentences {
    struct sentence *items;
    size_t count, cap;
};

static uint64_t folded_hash(const char *s, size_t len)
{
    uint64_t hash = HASH_START;
    for (size_t i = 0; i < len;) {
        size_t blank = chars_space_head(s + i, len - i);
        hash = blank > 0 ? hash_add(hash, " ", 1) : hash_add(hash, s + i, 1);
        i += blank > 0 ? blank : 1;
    }
    return hash;
}

// Up to the first white space behind a whole sentence, or a blank line.
static size_t sentence_len(const char *s, size_t len)
{
    for (size_t at = 0; at < len;) {
        size_t blank = chars_space_head(s + at, len - at);
        if (blank > 0 && (memmem(s + at, blank, "\n\n", 2) || sentence_ends(s, at))) return at;
        at += blank > 0 ? blank : 1;
    }
    return len;
}

static struct sentences split(const char *s, size_t len)
{
    struct sentences out = {0};
    len = chars_trim_tail(s, len);
    for (size_t at = chars_space_head(s, len); at < len; at += chars_space_head(s + at, len - at)) {
        size_t n = sentence_len(s + at, len - at);
        mem_grow(&out.items, &out.cap, out.count + 1, sizeof(*out.items));
        out.items[out.count++] = (struct sentence){.text = s + at, .len = n, .hash = folded_hash(s + at, n)};
        at += n;
    }
    return out;
}

struct report {
    void (*each)(void *arg, enum diff_op op, const char *text, size_t len);
    void *arg;
};

static void say(const struct report *r, enum diff_op op, const struct sentence *s, size_t count)
{
    for (size_t i = 0; i < count; i++) r->each(r->arg, op, s[i].text, s[i].len);
}

static uint16_t *lengths(const struct sentence *a, size_t n, const struct sentence *b, size_t m)
{
    uint16_t *table = mem_calloc((n + 1) * (m + 1), sizeof(*table));
    for (size_t i = n; i-- > 0;)
        for (size_t j = m; j-- > 0;) {
            uint16_t *at = &table[i * (m + 1) + j], below = at[m + 1], right = at[1];
            uint16_t longer = below > right ? below : right;
            *at = a[i].hash == b[j].hash ? (uint16_t)(at[m + 2] + 1) : longer;
        }
    return table;
}

// Added ones wait until the removed ones beside them are said.
static void walk(const struct report *r, const struct sentence *a, size_t n, const struct sentence *b, size_t m,
                 const uint16_t *table)
{
    size_t i = 0, j = 0, added = 0;
    while (i < n || j < m) {
        const uint16_t *at = &table[i * (m + 1) + j];
        if (i < n && j < m && a[i].hash == b[j].hash) {
            say(r, DIFF_ADDED, b + j - added, added);
            added = 0;
            say(r, DIFF_SAME, b + j, 1);
            i++;
            j++;
        } else if (i < n && (j == m || at[m + 1] >= at[1])) {
            say(r, DIFF_REMOVED, a + i++, 1);
        } else {
            j++;
            added++;
        }
    }
    say(r, DIFF_ADDED, b + m - added, added);
}

static void compare(const struct report *r, const struct sentence *a, size_t n, const struct sentence *b, size_t m)
{
    if (n >= UINT16_MAX || m >= UINT16_MAX || (n + 1) * (m + 1) > CELLS_MOST) {
        say(r, DIFF_REMOVED, a, n);
        say(r, DIFF_ADDED, b, m);
        return;
    }
    uint16_t *table = lengths(a, n, b, m);
    walk(r, a, n, b, m, table);
    free(table);
}

void diff_sentences(const char *before, size_t before_len, const char *after, size_t after_len,
                    void (*each)(void *arg, enum diff_op op, const char *text, size_t len), void *arg)
{
    const struct report r = {.each = each, .arg = arg};
    struct sentences a = split(before, before_len), b = split(after, after_len);
    size_t head = 0, tail = 0, most = a.count < b.count ? a.count : b.count;

    while (head < most && a.items[head].hash == b.items[head].hash) head++;
    while (tail < most - head && a.items[a.count - 1 - tail].hash == b.items[b.count - 1 - tail].hash) tail++;
    say(&r, DIFF_SAME, b.items, head);
    if (a.count > head + tail || b.count > head + tail)
        compare(&r, a.items + head, a.count - head - tail, b.items + head, b.count - head - tail);
    if (tail > 0) say(&r, DIFF_SAME, b.items + b.count - tail, tail);
    free(a.items);
    free(b.items);
}
