// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A table of counts: see tally.h.
#include "text/tally.h"

#include "base/mem.h"

#include <stdlib.h>

void tally_init(struct tally *t, size_t most)
{
    t->slots_count = 64;
    while (t->slots_count < most + most / 2) t->slots_count *= 2;
    t->slots = mem_calloc(t->slots_count, sizeof(*t->slots));
}

void tally_release(struct tally *t)
{
    free(t->slots);
    *t = (struct tally){0};
}

static struct tally_entry *find(const struct tally *t, uint64_t key)
{
    size_t at = (size_t)key & (t->slots_count - 1);
    while (t->slots[at].count != 0 && t->slots[at].key != key) at = (at + 1) & (t->slots_count - 1);
    return &t->slots[at];
}

struct tally_entry *tally_add(struct tally *t, uint64_t key, size_t where)
{
    struct tally_entry *e = find(t, key);
    if (e->count == 0) *e = (struct tally_entry){.key = key, .first = where};
    e->count++;
    return e;
}

const struct tally_entry *tally_get(const struct tally *t, uint64_t key)
{
    return find(t, key);
}
