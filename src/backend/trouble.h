// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What a server says when it fails, in any of the shapes seen in the field, and which class of failure that is.
//
//   {"error": {"message", "type", "code"}}            llama.cpp, vLLM
//   {"object": "error", "message", "type", "code"}    older vLLM, SGLang
//   {"error": "text"}                                 Ollama, LM Studio, MLX
//   {"detail": "text" | [{"msg"}] | {"msg", "type"}}  FastAPI, KoboldCpp
//   <html>…, plain text                               proxies, routers
// The first four also come inside a stream: as an event, as an event of the type "error", or as the value of a field
// named "error".
#ifndef BACKEND_TROUBLE_H
#define BACKEND_TROUBLE_H

#include <stdbool.h>
#include <stddef.h>

#include "io/json.h"
#include "model/failure.h"

struct trouble {
    char message[400]; // masked, one line
    char type[64];     // "" if none
    int code;          // an HTTP status that the body names, 0 if none
};

// True if `v` is one of the JSON shapes. `t` is set then.
bool trouble_from_json(struct trouble *t, const struct json *v);
// Reads a whole error body, whatever it is.
void trouble_from_body(struct trouble *t, const char *body, size_t len);
bool trouble_looks_like_html(const char *body, size_t len);

// The class of a reply with an error status, and of an error inside a reply that began well.
enum failure trouble_classify_status(int status, const struct trouble *t);
enum failure trouble_classify_frame(const struct trouble *t);

#endif
