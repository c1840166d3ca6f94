// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A kind of server as a const table: its wire format, its routes, and the shapes of its errors. The tables stand in files
// by kin: dialect_llamacpp.c, dialect_openai.c, dialect_ollama.c, …
#ifndef SIM_DIALECT_H
#define SIM_DIALECT_H

#include "sim/ask.h"
#include "sim/exchange.h"
#include "sim/wire.h"

#include <jansson.h>
#include <microhttpd.h>

#include <stdbool.h>

struct route {
    const char *method, *path;
    const struct ask_style *style;                       // of a generation; else NULL
    enum MHD_Result (*answer)(const struct exchange *x); // of anything else
};

// What a server does about a model that is named and not loaded.
enum model_policy {
    MODEL_IGNORED, // the name means nothing to it
    MODEL_CHECKED, // an unknown one is refused; all others are names of the one that is loaded
    MODEL_HELD,    // it is loaded, and the request waits
    MODEL_LOADING, // it is loaded, and the request is told to come again
};

struct dialect {
    const struct wire *wire;
    const struct route *routes; // up to one without a path
    json_t *(*error)(unsigned status, const char *type, const char *message);
    enum MHD_Result (*not_found)(const struct exchange *x); // a path that it does not know; NULL: an error of 404
    // A prompt that does not fit; NULL: there is no limit.
    enum MHD_Result (*overflow)(const struct exchange *x, long prompt_tokens);
    // Its words about a model that it has not got.
    const char *(*unknown_model)(struct buf *out, const char *name);
    // Looks at a request before anything is generated; true: it has answered it, with `*result`.
    bool (*instead)(const struct exchange *x, const struct ask *ask, enum MHD_Result *result);
    // Its words about a field that it refuses, whose name stands for '#'.
    const char *refused_field;
    unsigned refused_status;
    enum model_policy models;
    const char *more_models; // a list of others that it has, without being told; NULL: none
    bool cached_by_flag;     // it tells of cached tokens only if an option says so
    bool counts_answer;      // the prompt and the answer's limit must fit into the context together
    bool no_prefill;         // a partial answer is never continued
};

extern const struct dialect dialect_openai, dialect_llamacpp, dialect_ollama, dialect_vllm, dialect_mlx,
    dialect_lmstudio, dialect_koboldcpp, dialect_sglang;

const struct dialect *dialect_find(const char *name); // NULL: there is none such

#endif
