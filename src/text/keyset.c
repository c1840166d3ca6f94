// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A set of hashes: see keyset.h. Homes ascend with the keys, so that growing reads and writes in order.
#include "text/keyset.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

// A table is at most LOAD_PARTS / LOAD_OF full: then a key costs 8 * 7 / 5 = 11.2 bytes.
enum { FIRST_SLOTS = 1024, LOAD_PARTS = 5, LOAD_OF = 7 };

void keyset_init(struct keyset *k, size_t most)
{
    *k = (struct keyset){.most = most < UINT32_MAX / 2 ? most : UINT32_MAX / 2};
}

void keyset_release(struct keyset *k)
{
    free(k->slots);
    keyset_init(k, k->most);
}

void keyset_clear(struct keyset *k)
{
    if (k->slots != NULL) memset(k->slots, 0, k->slots_count * sizeof(*k->slots));
    k->count = 0;
}

// The slot that holds `key`, or the free one where it belongs.
static size_t find_slot(const struct keyset *k, uint64_t key)
{
    size_t at = (size_t)(((key >> 32) * (uint64_t)k->slots_count) >> 32);
    while (k->slots[at] != 0 && k->slots[at] != key) {
        if (++at == k->slots_count) at = 0;
    }
    return at;
}

static uint64_t stored(uint64_t key)
{
    return key != 0 ? key : 1;
}

static void resize(struct keyset *k, size_t slots_count)
{
    struct keyset old = *k;
    k->slots = mem_calloc(slots_count, sizeof(*k->slots));
    k->slots_count = slots_count;
    for (size_t i = 0; i < old.slots_count; i++) {
        if (old.slots[i] != 0) k->slots[find_slot(k, old.slots[i])] = old.slots[i];
    }
    free(old.slots);
}

static size_t full_size(const struct keyset *k)
{
    return k->most * LOAD_OF / LOAD_PARTS + 2;
}

static void make_room(struct keyset *k)
{
    if ((k->count + 1) * LOAD_OF <= k->slots_count * LOAD_PARTS) return;
    size_t want = k->slots_count != 0 ? k->slots_count * 4 : FIRST_SLOTS;
    size_t full = full_size(k);
    if (want > full) want = full;
    if (want > k->slots_count) resize(k, want);
}

void keyset_expand(struct keyset *k)
{
    if (k->slots_count < full_size(k)) resize(k, full_size(k));
}

bool keyset_has(const struct keyset *k, uint64_t key)
{
    return k->count != 0 && k->slots[find_slot(k, stored(key))] != 0;
}

bool keyset_add(struct keyset *k, uint64_t key)
{
    if (k->count == k->most) return false;
    make_room(k);
    size_t at = find_slot(k, stored(key));
    if (k->slots[at] != 0) return false;
    k->slots[at] = stored(key);
    k->count++;
    return true;
}
