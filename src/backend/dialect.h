// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A dialect: the wire format of one kind of server, as a const table of functions. The generation knows only this.
#ifndef BACKEND_DIALECT_H
#define BACKEND_DIALECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/generation.h"
#include "base/buf.h"
#include "io/json.h"
#include "trouble.h"

// What one event of a stream says. `text` and `finish` lie in `tree`.
struct delta {
    struct json *tree;
    const char *text; // NULL: none
    size_t text_len;
    size_t reasoning_len;
    const char *finish;                                  // NULL: not ended
    int64_t prompt_tokens, cached_tokens, output_tokens; // -1: not said
    bool is_trouble;
    struct trouble trouble; // set only with is_trouble
};

struct dialect {
    const char *name;
    // The route of a generation, from the server's root.
    const char *path;
    // Appends the request's body. The caller looks at out->full.
    void (*write_body)(struct buf *out, const struct gen_request *q);
    // Reads one event (its type is "" where the stream names none), or the whole body of a reply that is no stream.
    // False: it is not what the protocol has. `out` is released by json_free(out->tree) either way.
    bool (*read_event)(struct delta *out, const char *type, const char *data, size_t len);
};

extern const struct dialect dialect_openai;

#endif
