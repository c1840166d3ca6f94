// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The configuration and its table of keys; the backends it defines are read by config_backend.c.
#include "model/config.h"

#include "base/mem.h"
#include "model/keys.h"

#include "config_backend.h"
#include "document.h"
#include "spec_parts.h"

#include <string.h>

#define AT(field) .offset = offsetof(struct config, field)

enum { DAY_S = 86400 };

static const struct key keys[] = {
    {"$schema", KEY_IGNORED, .help = "where editors find a schema; ignored"},
    {"backends", KEY_OWN, .most = 64, .read = config_backends_read,
     .help = "the inference servers, each with a name and a url or command"},
    {"backend", KEY_LINE, AT(backend), .most = 1000, .otherwise_text = "auto", .check = backend_check,
     .help = "the backend for specs that name none"},
    {"queue.max", KEY_INT, AT(queue_max), .least = 1, .most = 100000, .otherwise = 100,
     .help = "how many unfinished jobs the queue may hold"},
    {"chunk.words", KEY_INT, AT(chunk_words), .least = 200, .most = 2000, .otherwise = 800, .project = true,
     .help = "how many words to ask for at once"},
    {"limits.first_token_s", KEY_INT, AT(first_token_s), .least = 1, .most = DAY_S, .otherwise = 600, .project = true,
     .help = "longest wait in seconds for the first token of an answer"},
    {"limits.stall_s", KEY_INT, AT(stall_s), .least = 1, .most = DAY_S, .otherwise = 60, .project = true,
     .help = "longest silence in seconds within an answer"},
    {"limits.total_s", KEY_INT, AT(total_s), .least = 1, .most = 7 * DAY_S, .otherwise = 3600, .project = true,
     .help = "longest time in seconds for a whole answer"},
};

const struct key_table config_keys = {
    .keys = keys, .count = ARRAY_LEN(keys), .dotted = true, .who_else = "your own config file"};

void config_init(struct config *c)
{
    memset(c, 0, sizeof *c);
    keys_init(&config_keys, c);
}

bool config_parse(struct config *c, const char *text, size_t len, const char *name, bool project, struct err *e)
{
    char label[DOCUMENT_LABEL_SIZE];
    struct json *v = document_read(text, len, e);
    bool ok = v && keys_read(&config_keys, c, v, "$", project, e);
    json_free(v);
    return ok || err_prefix(e, "%s", document_label(label, "config", name));
}

void config_release(struct config *c)
{
    keys_release(&config_keys, c);
    config_backends_release(c);
    memset(c, 0, sizeof *c);
}

const struct backend_conf *config_backend(const struct config *c, const char *name)
{
    for (size_t i = 0; i < c->backends_count; i++)
        if (c->backends[i].name && strcmp(c->backends[i].name, name) == 0) return &c->backends[i];
    return NULL;
}
