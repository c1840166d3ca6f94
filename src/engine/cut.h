// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Whether a server has cut the prompt without a word, as far as the tokens that it counts show it. Far fewer than our own
// count make it suspect, and no more than that: a line of a thousand equal letters is few tokens too.
#ifndef ENGINE_CUT_H
#define ENGINE_CUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Of a server: what is held against it, or for it.
struct cut_memory {
    int64_t whole_tokens; // the longest prompt that it has read whole, by its own count; 0: none yet
    int whole_of;         // the context that it was told to have then
    int64_t odd_tokens;   // of the last prompt that was suspect; 0: none was
    size_t odd_bytes;
};

struct cut_evidence {
    int dialect;
    int64_t said, cached; // tokens of the prompt as it counts them, and those of them that it had; -1: not said
    size_t bytes;
    double bytes_per_token; // 0: not known
    // The prompt before, and how much of this one is common with it; read_tokens 0: none.
    int64_t read_tokens;
    size_t read_bytes, common;
    int n_ctx_told; // by the server or by the config; 0: by nobody
    int n_ctx_sent; // with each request; 0: it is not
    int64_t max_tokens;
};

enum cut_verdict {
    CUT_NONE,    // it was read whole
    CUT_SUSPECT, // fewer than we count; nothing else speaks for a cut
    CUT_CERTAIN
};
enum cut_verdict cut_judge(const struct cut_evidence *c, const struct cut_memory *m);

// What an answered prompt, of which it was judged so, adds to the memory.
void cut_note(struct cut_memory *m, const struct cut_evidence *c, enum cut_verdict v);

#endif
