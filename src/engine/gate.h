// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The gate: what of an answer is accepted as prose. It only ever narrows: what is accepted is a verbatim byte range.
//
//   answer   [white space, heading, restated tail | prose … | a cut sentence, white space]
//             ◀────────── skip ──────────▶         ◀──────── dropped ─────────▶
//
// Rules have names, which stand in events, in the attempt's row, and in tests.
#ifndef ENGINE_GATE_H
#define ENGINE_GATE_H

#include <stdbool.h>
#include <stddef.h>

struct gate_in {
    const char *text;
    size_t len;
    bool cut;           // ended by a limit, or its stream broke: the last sentence may be half
    const char *before; // the prose right before it, in the same chapter; "" at its start
    size_t before_len;
    int need_words; // what this chunk should bring
    int most_words; // longer is cut back to it; 0: no bound
};

struct gate_out {
    const char *rule;    // NULL: accepted; else the rule that refused it
    size_t skip, end;    // the accepted range
    const char *glue;    // what stands between `before` and it
    int words;           // of the range
    const char *trimmed; // the last rule that trimmed something, or NULL
};

void gate_chunk(const struct gate_in *in, struct gate_out *out);

#endif
