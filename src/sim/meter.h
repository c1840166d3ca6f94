// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Counting the tokens of long prompts that begin alike: the count is noted at a token's border every kilobyte or so,
// and what a new prompt shares with the one before it is not counted again.
#ifndef SIM_METER_H
#define SIM_METER_H

#include <stddef.h>

struct meter_mark {
    size_t at;   // bytes, the end of a token
    long tokens; // up to there
};

struct meter {
    struct meter_mark *marks; // the first is always {0, 0}
    size_t count, cap;
};

void meter_release(struct meter *m); // may be used again afterwards
// The tokens of `text`. Its first `shared` bytes are those of the text that `known` was made of.
long meter_count(struct meter *m, const char *text, size_t len, const struct meter *known, size_t shared);
// The tokens of the first `len` bytes of the text that `m` was made of.
long meter_prefix(const struct meter *m, const char *text, size_t len);

#endif
