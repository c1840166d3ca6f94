// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The shape of a server's chat template, found by letting it render a conversation of marks and looking where they
// stand: llama.cpp's /apply-template, Ollama's _debug_render_only. What cannot be taken apart safely (a mark that is
// missing, changed or doubled, a rendering that depends on more than the turns) gives no template.
#ifndef BACKEND_RENDER_H
#define BACKEND_RENDER_H

#include <stdbool.h>

#include "backend/generation.h"

struct render_options {
    enum dialect_kind dialect;
    const char *url, *bearer, *model; // the last two may be NULL
    bool thinking_off;                // as the generations will say it
    int n_ctx_tokens;                 // as the generations will say it
};

struct render;
// `t` NULL: no template; else it is the receiver's (gen_template_free). Answers within 5 s, once, from the loop.
struct render *render_start(struct loop *l, struct http *h, const struct render_options *o,
                            void (*done)(void *arg, struct gen_template *t), void *arg);
void render_cancel(struct render *r); // NULL is fine

void gen_template_free(struct gen_template *t); // NULL is fine
// Pure, for both routes and the tests: from the renderings of [U], and of [U, A, U2], the marks being `u`, `a`, `u2`.
struct gen_template *gen_template_from(const char *one, const char *three, const char *u, const char *a,
                                       const char *u2);

#endif
