// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What comparing a text and watching a stream share: the question to the set, and runs of shingles it knows.
#ifndef TEXT_SHINGLE_SET_H
#define TEXT_SHINGLE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/shingle.h"
#include "text/shingle_scan.h"

bool shingles_have(const struct shingles *s, uint64_t key);

struct shingle_run {
    size_t length; // weight of the shingles that are known, one behind the other; 0: none
    size_t from;   // bytes of the text where the first of them begins
};

// Takes the next shingle of a text; true while the run is SHINGLE_RUN_WORDS words long or longer.
bool shingle_run_take(struct shingle_run *r, const struct shingle *one, bool known);

#endif
