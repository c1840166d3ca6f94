// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What a server says when it fails, in any of the shapes seen in the field, and which class of failure that is.
//
//   {"error": {"message", "type", "code"}}            llama.cpp, vLLM (with "param"), OpenAI
//   {"object": "error", "message", "type", "code"}    older vLLM, SGLang
//   {"error": "text"}                                 Ollama, LM Studio, MLX
//   {"detail": "text" | [{"loc", "msg"}] | {…}}       FastAPI, KoboldCpp
//   <html>…, plain text                               proxies, routers
// The first four also come inside a stream: as an event, as an event of the type "error", or as the value of a field
// named "error".
#ifndef BACKEND_TROUBLE_H
#define BACKEND_TROUBLE_H

#include <stdbool.h>
#include <stddef.h>

#include "io/json.h"
#include "model/failure.h"
#include "model/param.h"

struct trouble {
    char message[400]; // masked, one line
    char type[64];     // "" if none
    char param[64];    // the parameter that the body blames in a field of its own; "" if none
    int code;          // an HTTP status that the body names, 0 if none
    int n_ctx_tokens;  // the context size that the body names in a field of its own, 0 if none
};

// True if `v` is one of the JSON shapes. `t` is set then.
bool trouble_from_json(struct trouble *t, const struct json *v);
// Reads a whole error body, whatever it is.
void trouble_from_body(struct trouble *t, const char *body, size_t len);

// The class of a reply with an error status, or (status 0) of an error inside a reply that began well. `sent`: the
// optional parameters that were sent, for only those can be refused; `refused`, which may be NULL: which of them
// FAIL_PARAM is about, 0: it does not say.
enum failure trouble_classify(const struct trouble *t, int status, param_set sent, param_set *refused);
// The same for a request that had no parameters.
enum failure trouble_classify_status(int status, const struct trouble *t);

// The size of the server's context, as its complaint about a prompt tells it; 0: it does not. Not the prompt's size,
// which mostly stands beside it.
int trouble_context_tokens(const struct trouble *t);

#endif
