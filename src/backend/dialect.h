// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A dialect: the wire format of one kind of server, as a const table of functions, each in a file of its own
// (dialect_openai.c, dialect_llamacpp.c, …); thin variations stand in one file (dialect_variations.c). Nobody outside
// this folder knows more of them than their kind.
#ifndef BACKEND_DIALECT_H
#define BACKEND_DIALECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/generation.h"
#include "backend/probe.h"
#include "backend/render.h"
#include "base/buf.h"
#include "io/json.h"
#include "trouble.h"

// What one event of a stream says. The texts lie in `tree`.
struct delta {
    struct json *tree;
    const char *text; // NULL: none
    size_t text_len;
    const char *reasoning; // NULL: none
    size_t reasoning_len;
    const char *finish;                                  // NULL: not ended
    int64_t prompt_tokens, cached_tokens, output_tokens; // -1: not said
    int64_t prompt_ms, output_ms;                        // -1: not said
    int64_t progress; // tokens of the prompt read so far; -1: not said. Growing, it is a sign of life.
    bool prompt_cut;  // the server says that it cut the prompt
    bool is_trouble;
    struct trouble trouble; // set only with is_trouble
};

enum framing { FRAMING_SSE, FRAMING_NDJSON };

// A reply to a question of the probe.
struct dialect_reply {
    const struct json *json; // NULL: the body is none
    const char *text;        // the body as it came
    size_t len;
    const char *server; // the header of that name, or NULL
    const char *model;  // that is asked for, or NULL
};

// A GET (or a POST with a body) of the probe, and what its reply means. True: this is the server that the dialect means.
// Fills what it learns into the facts.
struct dialect_question {
    const char *path;
    const char *body; // NULL: GET. "%s" stands for the model's name as JSON; asked only if there is one
    bool (*read)(struct backend_facts *f, const struct dialect_reply *r);
};

enum { DIALECT_QUESTIONS = 6 };

struct dialect {
    enum dialect_kind kind;
    enum framing framing;
    param_set params;     // what it has a field for
    const char *path;     // the route of a chat, from the server's root
    const char *raw_path; // of a raw text, or NULL
    // Appends the request's body, chat or raw. The caller looks at out->full.
    void (*write_body)(struct buf *out, const struct gen_request *q);
    // Reads one event (its type is "" where the stream names none), one line, or the whole body of a reply that is no
    // stream; `raw`: of the raw route. False: it is not what the protocol has. `out` is released by
    // json_free(out->tree) either way.
    bool (*read_event)(struct delta *out, bool raw, const char *type, const char *data, size_t len);
    // Reads a comment of an SSE stream: MLX tells its progress so. NULL: comments say nothing. -1: no progress.
    int64_t (*read_comment)(const char *text, size_t len);

    // Asked in this order to identify the server (the first `identify` of them: one yes is enough, none is no), then to
    // learn the rest.
    struct dialect_question questions[DIALECT_QUESTIONS];
    int identify;
    // Assumed until proved.
    bool prefill;

    // NULL: it has none. Whether it is idle: 1 yes, 0 no, -1 the body does not say. `slot` -1: all.
    const char *idle_path;
    int (*read_idle)(const char *body, size_t len, int slot);
    // NULL: it has none. The body of a request that counts, and the number in its reply (-1: none).
    const char *count_path;
    void (*write_count)(struct buf *out, const char *model, const char *text, size_t len);
    int64_t (*read_count)(const struct json *v);
    // NULL: it has none. The body of a request that renders messages, and the text in its reply (NULL: none).
    const char *render_path;
    void (*write_render)(struct buf *out, const struct render_options *o, const struct gen_message *messages,
                         size_t count);
    const char *(*read_render)(const struct json *v);
};

// The tables, each at the end of its file.
extern const struct dialect dialect_openai, dialect_llamacpp, dialect_ollama, dialect_vllm, dialect_mlx,
    dialect_lmstudio, dialect_koboldcpp, dialect_sglang;

const struct dialect *dialect_get(enum dialect_kind kind);

#endif
