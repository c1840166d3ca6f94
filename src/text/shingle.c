// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The set of shingles: see include/text/shingle.h. It is two sets: new ones go into the young one; when that holds half
// of what may be held, it becomes the old one, and the old one before it is forgotten.
#include "text/shingle.h"

#include "base/mem.h"
#include "text/keyset.h"
#include "text/shingle_scan.h"
#include "text/shingle_set.h"

#include <stdlib.h>

struct shingles {
    struct keyset young, old;
};

struct shingles *shingles_new(size_t most)
{
    struct shingles *s = mem_alloc(sizeof(*s));
    size_t half = most > 1 ? most / 2 : 1;
    keyset_init(&s->young, half);
    keyset_init(&s->old, half);
    return s;
}

void shingles_free(struct shingles *s)
{
    if (s == NULL) return;
    keyset_release(&s->young);
    keyset_release(&s->old);
    free(s);
}

void shingles_clear(struct shingles *s)
{
    keyset_release(&s->young);
    keyset_release(&s->old);
}

static void turn_over(struct shingles *s)
{
    struct keyset forgotten = s->old;
    keyset_clear(&forgotten);
    keyset_expand(&forgotten); // at once: growing it step by step would need more than the bound for a moment
    s->old = s->young;
    s->young = forgotten;
}

static void add_key(struct shingles *s, uint64_t key)
{
    if (s->young.count == s->young.most) turn_over(s);
    (void)keyset_add(&s->young, key); // it may be there already
}

bool shingles_have(const struct shingles *s, uint64_t key)
{
    return keyset_has(&s->young, key) || keyset_has(&s->old, key);
}

void shingles_add(struct shingles *s, const char *text, size_t len)
{
    struct shingle_scan scan;
    struct shingle one;
    size_t at = 0;
    shingle_scan_init(&scan);
    while (shingle_scan_next(&scan, text, len, &at, &one)) add_key(s, one.key);
    if (shingle_scan_end(&scan, &one)) add_key(s, one.key);
}

bool shingle_run_take(struct shingle_run *r, const struct shingle *one, bool known)
{
    if (!known) {
        r->length = 0;
        return false;
    }
    if (r->length == 0) r->from = one->from;
    r->length += one->weight;
    return r->length >= (size_t)(SHINGLE_RUN_WORDS - SHINGLE_WORDS + 1) * WORD_WEIGHT;
}

struct comparison {
    const struct shingles *set;
    struct keyset own; // of the text so far
    struct shingle_run run;
    struct shingle_report *out;
};

static void compare_one(struct comparison *c, const struct shingle *one)
{
    struct shingle_report *out = c->out;
    bool known = c->set != NULL && shingles_have(c->set, one->key);
    if (known) out->seen++;
    if (!keyset_add(&c->own, one->key)) out->repeated++;
    if (!shingle_run_take(&c->run, one, known)) return;
    if (!out->has_run) out->run_from = c->run.from;
    out->has_run = true;
    if (c->run.from == out->run_from) out->run_to = one->to;
}

void shingles_compare(const struct shingles *s, const char *text, size_t len, struct shingle_report *out)
{
    struct shingle_scan scan;
    struct shingle one;
    struct comparison c = {.set = s, .out = out};
    size_t at = 0;
    *out = (struct shingle_report){0};
    keyset_init(&c.own, len + 1);
    shingle_scan_init(&scan);
    while (shingle_scan_next(&scan, text, len, &at, &one)) compare_one(&c, &one);
    if (shingle_scan_end(&scan, &one)) compare_one(&c, &one);
    out->words = scan.words;
    keyset_release(&c.own);
}
