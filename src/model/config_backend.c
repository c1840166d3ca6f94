// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// One backend of the config. Where a key may have been pasted by mistake (api_key_env, api_key_file, the password of a
// URL) a message does not repeat what it found.
#include "config_backend.h"

#include "base/mem.h"
#include "model/dialects.h"
#include "model/keys.h"
#include "text/typo.h"

#include "spec_parts.h"
#include "words.h"

#include <stdio.h>
#include <string.h>

#define AT(field) .offset = offsetof(struct backend_conf, field)

enum { BACKENDS_MAX = 64 };

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

// Where a file with a key lies must not depend on where novelgen is started. What is no path may be a key.
static bool key_file_check(const char *path, const char *at, struct err *e)
{
    if (*path == '/' || strncmp(path, "~/", 2) == 0) return true;
    return err_set(e, ERR_USAGE,
                   "%s: expected a path such as \"~/.config/novelgen/key\" of a file that holds the key", at);
}

static bool command_read(void *backend, const struct json *v, const char *at, struct err *e)
{
    struct backend_conf *b = backend;
    return words_read(&b->command, v, at, "a list of words such as [\"llama-server\", \"-m\", \"model.gguf\"]", e);
}

static void command_write(const void *backend, struct json *object, const char *name)
{
    words_write(((const struct backend_conf *)backend)->command, object, name);
}

static void dialect_write(const void *backend, struct json *object, const char *name)
{
    const struct backend_conf *b = backend;
    if (b->dialect != DIALECT_UNKNOWN) json_set_str(object, name, dialect_name((enum dialect_kind)b->dialect));
}

static bool dialect_read(void *backend, const struct json *v, const char *at, struct err *e)
{
    struct backend_conf *b = backend;
    const char *name = json_str(v, NULL), *names[DIALECT_COUNT];
    char found[KEY_FOUND_SIZE], expected[128];
    b->dialect = name ? dialect_from_name(name) : DIALECT_UNKNOWN;
    if (b->dialect != DIALECT_UNKNOWN) return true;
    for (int d = 0; d < DIALECT_COUNT; d++) names[d] = dialect_name((enum dialect_kind)d);
    const char *near = name ? typo_nearest(name, names, DIALECT_COUNT) : NULL;
    if (near)
        return err_set(e, ERR_USAGE, "%s: found %s, did you mean \"%s\"?", at, keys_found_text(found, name), near);
    (void)snprintf(expected, sizeof expected, "one of %s", dialect_all_names());
    return keys_refuse(e, at, v, expected);
}

static const struct key keys[] = {
    {"name", KEY_LINE, AT(name), .most = 64, .required = true, .check = own_name_check, .help = "how specs call it"},
    {"url", KEY_LINE, AT(url), .most = 1000, .check = own_url_check, .help = "where it listens"},
    {"dialect", KEY_OWN, .read = dialect_read, .write = dialect_write,
     .help = "what it speaks; left out, novelgen finds out by asking it"},
    {"model", KEY_LINE, AT(model), .most = 300, .help = "model to ask for; left out, what is loaded"},
    {"api_key_env", KEY_LINE, AT(api_key_env), .most = 200, .check = env_name_check,
     .help = "environment variable that holds its API key"},
    {"api_key_file", KEY_LINE, AT(api_key_file), .most = 1000, .check = key_file_check,
     .help = "file whose first line is its API key, and that nobody else may read (chmod 600)"},
    {"command", KEY_OWN, .read = command_read, .write = command_write,
     .help = "command line that starts it; novelgen then runs it itself"},
    {"slots", KEY_INT, AT(slots), .least = 1, .most = 16, .otherwise = 1,
     .help = "how many requests it is given at the same time"},
    {"n_ctx_tokens", KEY_INT, AT(n_ctx_tokens), .least = 512, .most = 100000000,
     .help = "its context size; left out, the server is asked"},
};
const struct key_table backend_keys = {.keys = keys, .count = ARRAY_LEN(keys)};

static void release(struct backend_conf *b)
{
    keys_release(&backend_keys, b);
    words_free(b->command);
}

static bool check_whole(const struct backend_conf *b, const char *at, struct err *e)
{
    if (!b->url && !b->command) return err_set(e, ERR_USAGE, "%s: expected \"url\" or \"command\"", at);
    if (b->api_key_env && b->api_key_file)
        return err_set(e, ERR_USAGE, "%s: found both \"api_key_env\" and \"api_key_file\", expected one of them", at);
    return true;
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
    c->backends_count++;
    return ok && check_whole(b, at, e);
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

void config_backends_write(const void *config, struct json *object, const char *name)
{
    const struct config *c = config;
    if (c->backends_count == 0) return;
    struct json *list = json_new_array();
    for (size_t i = 0; i < c->backends_count; i++) {
        struct json *item = json_new_object();
        keys_write(&backend_keys, &c->backends[i], item);
        json_push(list, item);
    }
    json_set(object, name, list);
}

void config_backends_release(struct config *c)
{
    for (size_t i = 0; i < c->backends_count; i++) release(&c->backends[i]);
    free(c->backends);
}
