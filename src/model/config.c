// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The configuration and its table of keys; the backends it defines are read by config_backend.c, its fallbacks by
// fallback.c.
#include "model/config.h"

#include "base/mem.h"
#include "model/keys.h"

#include "config_backend.h"
#include "document.h"
#include "spec_parts.h"
#include "words.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define AT(field) .offset = offsetof(struct config, field)

enum { DAY_S = 86400 };

static bool own_fallback_read(void *config, const struct json *v, const char *at, struct err *e)
{
    struct config *c = config;
    return fallback_list_read(&c->fallback, &c->fallback_count, v, at, e);
}

static void own_fallback_write(const void *config, struct json *object, const char *name)
{
    const struct config *c = config;
    fallback_list_write(c->fallback, c->fallback_count, object, name);
}

static bool models_allow_read(void *config, const struct json *v, const char *at, struct err *e)
{
    struct config *c = config;
    return words_read(&c->models_allow, v, at, "a list of names such as [\"qwen3*\", \"llama3:8b\"]", e);
}

static void models_allow_write(const void *config, struct json *object, const char *name)
{
    words_write(((const struct config *)config)->models_allow, object, name);
}

static bool hook_read(char ***hook, const struct json *v, const char *at, struct err *e)
{
    return words_read(hook, v, at, "a list of words such as [\"notify-send\", \"novelgen\"]", e);
}

static bool on_wait_read(void *config, const struct json *v, const char *at, struct err *e)
{
    return hook_read(&((struct config *)config)->on_wait, v, at, e);
}

static void on_wait_write(const void *config, struct json *object, const char *name)
{
    words_write(((const struct config *)config)->on_wait, object, name);
}

static bool on_done_read(void *config, const struct json *v, const char *at, struct err *e)
{
    return hook_read(&((struct config *)config)->on_done, v, at, e);
}

static void on_done_write(const void *config, struct json *object, const char *name)
{
    words_write(((const struct config *)config)->on_done, object, name);
}

static bool on_pause_read(void *config, const struct json *v, const char *at, struct err *e)
{
    return hook_read(&((struct config *)config)->on_pause, v, at, e);
}

static void on_pause_write(const void *config, struct json *object, const char *name)
{
    words_write(((const struct config *)config)->on_pause, object, name);
}

static const struct key keys[] = {
    {"$schema", KEY_IGNORED, .help = "where editors find a schema; ignored"},
    {"backends", KEY_OWN, .most = 64, .read = config_backends_read, .write = config_backends_write,
     .help = "the inference servers, each with a name and a url or command"},
    {"backend", KEY_LINE, AT(backend), .most = 1000, .otherwise_text = "auto", .check = backend_check,
     .help = "the backend for specs that name none"},
    {"fallback", KEY_OWN, .most = FALLBACKS_MAX, .read = own_fallback_read, .write = own_fallback_write,
     .help = "where a job goes on when its backend is down, in this order, for specs that name none"},
    {"models.allow", KEY_OWN, .read = models_allow_read, .write = models_allow_write,
     .help = "the only models that a server may be asked for; * stands for any text; left out, all"},
    {"on_wait", KEY_OWN, .read = on_wait_read, .write = on_wait_write,
     .help = "command line to run when a job begins to wait; the job's facts are in NOVELGEN_... variables"},
    {"on_done", KEY_OWN, .read = on_done_read, .write = on_done_write,
     .help = "command line to run when a book is done"},
    {"on_pause", KEY_OWN, .read = on_pause_read, .write = on_pause_write,
     .help = "command line to run when a job is paused and needs you"},
    {"queue.max", KEY_INT, AT(queue_max), .least = 1, .most = 100000, .otherwise = 100,
     .help = "how many unfinished jobs the queue may hold"},
    {"chunk.words", KEY_INT, AT(chunk_words), .least = 200, .most = 2000, .otherwise = 800, .project = true,
     .help = "how many words to ask for at once"},
    {"limits.first_token_s", KEY_INT, AT(first_token_s), .least = 0, .most = DAY_S, .project = true,
     .help = "longest wait in seconds for the first token of an answer; 0, the default: learnt from the server's own "
             "speed"},
    {"limits.stall_s", KEY_INT, AT(stall_s), .least = 0, .most = DAY_S, .project = true,
     .help = "longest silence in seconds within an answer; 0, the default: learnt from the server's own speed"},
    {"limits.total_s", KEY_INT, AT(total_s), .least = 0, .most = 7 * DAY_S, .project = true,
     .help = "longest time in seconds for a whole answer; 0, the default: learnt from the server's own speed"},
};

const struct key_table config_keys = {
    .keys = keys, .count = ARRAY_LEN(keys), .dotted = true, .who_else = "your own config file"};

void config_init(struct config *c)
{
    memset(c, 0, sizeof *c);
    keys_init(&config_keys, c);
}

static void mark(struct config *c, uint64_t seen, enum config_origin origin)
{
    for (size_t i = 0; i < config_keys.count; i++)
        if (seen & UINT64_C(1) << i) c->origin[i] = (unsigned char)origin;
}

bool config_parse(struct config *c, const char *text, size_t len, const char *name, bool project, struct err *e)
{
    char label[DOCUMENT_LABEL_SIZE];
    uint64_t seen = 0;
    struct json *v = document_read(text, len, e);
    bool ok = v && keys_read_seen(&config_keys, c, v, "$", project, &seen, e);
    mark(c, seen, project ? CONFIG_PROJECT : CONFIG_USER);
    json_free(v);
    return ok || err_prefix(e, "%s", document_label(label, "config", name));
}

static bool refuse_key(const char *key, struct err *e)
{
    const char *near = keys_nearest(&config_keys, key);
    if (near) return err_set(e, ERR_USAGE, "unknown key '%s'; did you mean '%s'?", key, near);
    return err_set(e, ERR_USAGE, "unknown key '%s'; see: novelgen config", key);
}

// Lists of backends add up over files; one that is typed replaces them.
static void forget_backends(struct config *c)
{
    config_backends_release(c);
    c->backends = NULL;
    c->backends_count = 0;
}

bool config_set(struct config *c, const char *key, const char *value, enum config_origin origin, const char *where,
                struct err *e)
{
    const struct key *k = keys_find(&config_keys, key);
    uint64_t seen = 0;
    if (!k || k->type == KEY_IGNORED) return refuse_key(key, e);
    struct json *v = keys_typed(k, value, e);
    if (!v) return err_prefix(e, "%s", where);
    struct json *object = json_new_object();
    json_set(object, key, v);
    if (k->read == config_backends_read) forget_backends(c);
    bool ok = keys_read_seen(&config_keys, c, object, "$", false, &seen, e);
    mark(c, seen, origin);
    json_free(object);
    return ok || err_prefix(e, "%s", where);
}

void config_variable(char out[CONFIG_VARIABLE_SIZE], const char *key)
{
    int n = snprintf(out, CONFIG_VARIABLE_SIZE, "NOVELGEN_%s", key);
    for (int i = 0; i < n && i < CONFIG_VARIABLE_SIZE - 1; i++)
        out[i] = out[i] == '.' ? '_' : (char)toupper((unsigned char)out[i]);
}

void config_release(struct config *c)
{
    keys_release(&config_keys, c);
    config_backends_release(c);
    fallback_list_release(c->fallback, c->fallback_count);
    words_free(c->models_allow);
    words_free(c->on_wait);
    words_free(c->on_done);
    words_free(c->on_pause);
    memset(c, 0, sizeof *c);
}

const struct backend_conf *config_backend(const struct config *c, const char *name)
{
    for (size_t i = 0; i < c->backends_count; i++)
        if (c->backends[i].name && strcmp(c->backends[i].name, name) == 0) return &c->backends[i];
    return NULL;
}
