// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// One backend of the config. Where a key may have been pasted by mistake (api_key_env, the password of a URL) a
// message does not repeat what it found.
#include "config_backend.h"

#include "base/mem.h"
#include "model/dialects.h"
#include "model/keys.h"

#include "spec_parts.h"

#include <stdio.h>
#include <string.h>

#define AT(field) .offset = offsetof(struct backend_conf, field)

enum { BACKENDS_MAX = 64, WORDS_MAX = 256, WORD_MAX_BYTES = 4096 };

static bool own_name_check(const char *name, const char *at, struct err *e)
{
    if (strcmp(name, "auto") == 0 || strcmp(name, "sim") == 0)
        return err_set(e, ERR_USAGE, "%s: found \"%s\", which has a meaning of its own, expected another name", at,
                       name);
    return backend_name_check(name, at, e);
}

static bool own_url_check(const char *url, const char *at, struct err *e)
{
    return url_check(url, e) || err_prefix(e, "%s", at);
}

static bool env_name_check(const char *name, const char *at, struct err *e)
{
    size_t len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
    if (len > 0 && name[len] == '\0' && !strchr("0123456789", *name)) return true;
    return err_set(e, ERR_USAGE, "%s: expected the name of an environment variable that holds the key, not a key",
                   at);
}

static void free_words(char **words)
{
    for (size_t i = 0; words && words[i]; i++) free(words[i]);
    free(words);
}

static bool command_read(void *backend, const struct json *v, const char *at, struct err *e)
{
    struct backend_conf *b = backend;
    char item[KEY_PATH_SIZE + 24];
    size_t count = json_count(v);
    if (json_kind(v) != JSON_KIND_ARRAY || count == 0)
        return keys_refuse(e, at, v, "a list of words such as [\"llama-server\", \"-m\", \"model.gguf\"]");
    if (count > WORDS_MAX)
        return err_set(e, ERR_USAGE, "%s: found %zu words, expected at most %d", at, count, WORDS_MAX);
    b->command = mem_calloc(count + 1, sizeof *b->command);
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(item, sizeof item, "%s[%zu]", at, i);
        if (!keys_text(json_at(v, i), item, KEY_LINE, WORD_MAX_BYTES, e)) return false;
        b->command[i] = mem_strdup(json_str(json_at(v, i), NULL));
    }
    return true;
}

static const struct key keys[] = {
    {"name", KEY_LINE, AT(name), .most = 64, .required = true, .check = own_name_check, .help = "how specs call it"},
    {"url", KEY_LINE, AT(url), .most = 1000, .check = own_url_check, .help = "where it listens"},
    {"model", KEY_LINE, AT(model), .most = 300, .help = "model to ask for; left out, what is loaded"},
    {"api_key_env", KEY_LINE, AT(api_key_env), .most = 200, .check = env_name_check,
     .help = "environment variable that holds its API key"},
    {"command", KEY_OWN, .read = command_read, .help = "command line that starts it; novelgen then runs it itself"},
    {"slots", KEY_INT, AT(slots), .least = 1, .most = 1, .otherwise = 1, .help = "requests at the same time"},
    {"n_ctx_tokens", KEY_INT, AT(n_ctx_tokens), .least = 512, .most = 100000000,
     .help = "its context size; left out, the server is asked"},
};
static const struct key_table backend_keys = {.keys = keys, .count = ARRAY_LEN(keys)};

static void release(struct backend_conf *b)
{
    keys_release(&backend_keys, b);
    free_words(b->command);
}

// Reads into the free place behind the last backend, which counts from then on, so that config_release finds it.
static bool add(struct config *c, const struct json *v, const char *at, struct err *e)
{
    struct backend_conf *b = &c->backends[c->backends_count];
    char found[KEY_FOUND_SIZE];
    memset(b, 0, sizeof *b);
    keys_init(&backend_keys, b);
    b->dialect = DIALECT_UNKNOWN;
    bool ok = keys_read(&backend_keys, b, v, at, false, e);
    if (ok && config_backend(c, b->name))
        ok = err_set(e, ERR_USAGE, "%s.name: found %s a second time", at, keys_found_text(found, b->name));
    if (ok && !b->url && !b->command) ok = err_set(e, ERR_USAGE, "%s: expected \"url\" or \"command\"", at);
    c->backends_count++;
    return ok;
}

bool config_backends_read(void *config, const struct json *v, const char *at, struct err *e)
{
    struct config *c = config;
    char item[KEY_PATH_SIZE + 24];
    size_t count = json_count(v);
    if (json_kind(v) != JSON_KIND_ARRAY) return keys_refuse(e, at, v, "a list of objects with \"name\" and \"url\"");
    if (c->backends_count + count > BACKENDS_MAX)
        return err_set(e, ERR_USAGE, "%s: found %zu, expected at most %d", at, count, BACKENDS_MAX);
    c->backends = mem_realloc_array(c->backends, c->backends_count + count + 1, sizeof *c->backends);
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(item, sizeof item, "%s[%zu]", at, i);
        if (!add(c, json_at(v, i), item, e)) return false;
    }
    return true;
}

void config_backends_release(struct config *c)
{
    for (size_t i = 0; i < c->backends_count; i++) release(&c->backends[i]);
    free(c->backends);
}
