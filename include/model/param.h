// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The optional parts of a request: what a dialect may not have, a server may refuse, and a book can be written without.
// The token limit, the messages and streaming are no parameters: without them nothing works.
#ifndef MODEL_PARAM_H
#define MODEL_PARAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/spec.h"

enum param {
    // How words are drawn, as the spec's "sampling" names it.
    PARAM_TEMPERATURE,
    PARAM_TOP_P,
    PARAM_TOP_K,
    PARAM_MIN_P,
    PARAM_REPETITION, // repetition_penalty
    PARAM_PRESENCE,   // presence_penalty
    PARAM_FREQUENCY,  // frequency_penalty
    PARAM_DRY,        // dry_multiplier and its company
    PARAM_XTC,        // xtc_probability, xtc_threshold
    PARAM_SEED,
    // What makes an answer easier to use.
    PARAM_SCHEMA,   // the answer follows a JSON Schema
    PARAM_PREFILL,  // a partial answer is continued
    PARAM_THINKING, // thinking is switched off
    PARAM_USAGE,    // stream_options: tokens are reported at the end of a stream
    PARAM_CACHE,    // cache_prompt, id_slot, keep_alive: the prefix cache is pinned
    PARAM_PINGS,    // return_progress, sse_ping_interval: signs of life while the prompt is read
    PARAM_COUNT
};

typedef uint32_t param_set; // bit (1 << param)
#define PARAM_BIT(p) ((param_set)1 << (p))

// The parameters that a refusal speaks of by any field name that any dialect has for them ("Unsupported parameter:
// 'xtc_probability'", "body.response_format: …"). Whole words only. 0: none is named.
param_set param_named_in(const char *message);
// The sampling parameters (and the seed) that the spec itself gives.
param_set param_given(const struct spec *spec);
// "top_k, min_p": the names are stored, and shown, and never change. In the order of the enum; what does not fit into
// `size` is left out. And back: unknown names are passed over.
const char *param_list(param_set set, char *out, size_t size);
param_set param_read_list(const char *list);

#endif
