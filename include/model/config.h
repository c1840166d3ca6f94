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

#include "base/buf.h"
#include "base/err.h"

struct backend_conf {
    char *name;
    char *url;         // NULL for a managed backend that gets a socket handed (the simulator)
    int dialect;       // enum dialect_kind, or DIALECT_UNKNOWN (not given): found out by asking
    char *model;       // NULL: whatever it has loaded
    char *api_key_env; // name of an environment variable; NULL: none
    char *
        api_key_file; // absolute or "~/…": a file that nobody else may read (0600 or stricter), its first line the key
    char **command;   // NULL-terminated argument vector of a managed backend; NULL: not managed
    int slots;        // 1 to 16, default 1
    int n_ctx_tokens; // 0: ask the server, else 8192
};

// Where a job goes when its backend is down, in this order. In specs as in the config.
struct fallback {
    char *backend; // a name, or a plain URL
    char *model;   // NULL: whatever that backend has
};

// Where a key's value comes from; a later one wins over an earlier.
enum config_origin {
    CONFIG_DEFAULT,
    CONFIG_USER,        // the user's own file
    CONFIG_PROJECT,     // novelgen.json of the current directory
    CONFIG_ENVIRONMENT, // NOVELGEN_QUEUE_MAX for "queue.max"
    CONFIG_OPTION       // --set KEY=VALUE
};
enum { CONFIG_KEYS_MAX = 64 };

struct config {
    unsigned char origin[CONFIG_KEYS_MAX]; // enum config_origin, by place in config_keys
    struct backend_conf *backends;
    size_t backends_count;
    char *backend;             // default backend name or URL, default "auto"
    struct fallback *fallback; // for specs that give none
    size_t fallback_count;
    char **models_allow; // "models.allow": names, "*" stands for any text; NULL-terminated; NULL: all
    char **on_wait, **on_done, **on_pause; // commands, NULL-terminated; NULL: none. Never of a project's file.
    int queue_max;                         // "queue.max", default 100
    int chunk_words;                       // "chunk.words", default 800, 200 to 2000; project
    int first_token_s;                     // "limits.first_token_s", 0 (the default): learnt; project
    int stall_s;                           // "limits.stall_s", 0: learnt; project
    int total_s;                           // "limits.total_s", 0: learnt; project
};

void config_init(struct config *c); // defaults
// Adds what the text sets. `project`: only project keys are allowed. Dotted keys may be written nested or dotted.
bool config_parse(struct config *c, const char *text, size_t len, const char *name, bool project, struct err *e);
// One key from a text that somebody typed ("50", "qwen3", "[\"a\"]"). `where` names it in messages.
bool config_set(struct config *c, const char *key, const char *value, enum config_origin origin, const char *where,
                struct err *e);
enum { CONFIG_VARIABLE_SIZE = 80 };
// The environment variable of a key: "queue.max" gives NOVELGEN_QUEUE_MAX.
void config_variable(char out[CONFIG_VARIABLE_SIZE], const char *key);
// The text of a config file with one key set (its value as JSON text) or taken out (NULL), all else, comments too, as it
// was. A key that is not there comes first. The result is to be checked by config_parse.
bool config_edit(struct buf *out, const char *text, size_t len, const char *key, const char *value, struct err *e);
void config_release(struct config *c);
const struct backend_conf *config_backend(const struct config *c, const char *name); // NULL: unknown

// Whether the list allows the model (case counts not; NULL list: all are). A model that is not known yet ("", NULL) is
// let pass: ask again when the server has named it.
bool config_allows(const struct config *c, const char *model);
// "llama3:8b, qwen3*": the list, for a message; cut behind a whole name.
void config_allowed_text(const struct config *c, char *out, size_t size);

// The server that a URL names, however it is written: host in small letters, this machine's own names as 127.0.0.1,
// and the port: "127.0.0.1:8080". One server has one slot lock, one profile, and one history under this name.
void url_address(const char *url, char *out, size_t size);

// A plain http or https URL with a host, without user, password, query or fragment. The error says what is wrong.
bool url_check(const char *url, struct err *e);

#endif
