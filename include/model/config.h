// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The configuration: backends, queue size, defaults. One table of keys (name, type, least, most, default, text,
// project) drives parsing and messages. The user's file may set everything; a `novelgen.json` of the current
// directory only keys that the table marks `project`.
#ifndef MODEL_CONFIG_H
#define MODEL_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct backend_conf {
    char *name;
    char *url;         // NULL for a managed backend that gets a socket handed (the simulator)
    char *dialect;     // "openai" for now; default "openai"
    char *model;       // NULL: whatever it has loaded
    char *api_key_env; // name of an environment variable; NULL: no key
    char **command;    // NULL-terminated argument vector of a managed backend; NULL: not managed
    int slots;         // default 1; only 1 is accepted for now
    int n_ctx_tokens;  // 0: ask the server, else 8192
};

struct config {
    struct backend_conf *backends;
    size_t backends_count;
    char *backend;     // default backend name or URL, default "auto"
    int queue_max;     // "queue.max", default 100
    int chunk_words;   // "chunk.words", default 800, 200 to 2000; project
    int first_token_s; // "limits.first_token_s", default 600; project
    int stall_s;       // "limits.stall_s", default 60; project
    int total_s;       // "limits.total_s", default 3600; project
};

void config_init(struct config *c); // defaults
// Adds what the text sets. `project`: only project keys are allowed. Dotted keys may be written nested or dotted.
bool config_parse(struct config *c, const char *text, size_t len, const char *name, bool project, struct err *e);
void config_release(struct config *c);
const struct backend_conf *config_backend(const struct config *c, const char *name); // NULL: unknown

// A plain http or https URL with a host, without user, password, query or fragment. The error says what is wrong.
bool url_check(const char *url, struct err *e);

#endif
