// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// How words are drawn, by model family, where the spec does not say. A table; the source of each row stands beside it.
#ifndef MODEL_SAMPLING_H
#define MODEL_SAMPLING_H

#include <stdbool.h>

#include "model/spec.h"

enum sampling_use { SAMPLING_PROSE, SAMPLING_PLAN };

struct sampling_ask {
    enum sampling_use use;
    const char *model; // as the server names it; "" unknown
    bool dry;          // the server knows DRY
    int refused;       // attempts of this task that were refused or charged so far
    bool copying;      // one of them for copying or a loop
};

// The spec's values, filled up by the family's, and heated with each refusal (first only another seed).
struct sampling sampling_choose(const struct spec *spec, const struct sampling_ask *ask);

#endif
