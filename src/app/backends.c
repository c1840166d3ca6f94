// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The servers that there are: see include/app/backends.h.
//
//   config, ports, or the one that is named ─▶ items ─▶ scan (those with a URL) ─▶ what each says ─▶ a page, or JSON
#include "app/backends.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/key.h"
#include "backend/scan.h"
#include "base/mem.h"

enum { BACKENDS_REMOTE_MS = 3000, BACKENDS_ADDRESS_SIZE = 300, BACKENDS_PORTS_MOST = 16 };

// ---- which ---------------------------------------------------------------------------------------------------------

static void backends_add(struct backends *b, const struct backend_conf *conf, const char *url)
{
    struct backends_item *i = &b->items[b->count++];

    *i = (struct backends_item){.conf = conf, .url = url, .state = BACKENDS_MANAGED};
    i->facts.dialect = conf != NULL ? conf->dialect : DIALECT_UNKNOWN;
}

static bool backends_same_address(const char *a, const char *b)
{
    char a_text[BACKENDS_ADDRESS_SIZE], b_text[BACKENDS_ADDRESS_SIZE];

    url_address(a, a_text, sizeof a_text);
    url_address(b, b_text, sizeof b_text);
    return strcmp(a_text, b_text) == 0;
}

static const struct backend_conf *backends_configured(const struct config *c, const char *url)
{
    for (size_t i = 0; i < c->backends_count; i++)
        if (c->backends[i].url != NULL && backends_same_address(c->backends[i].url, url)) return &c->backends[i];
    return NULL;
}

static void backends_add_all(struct backends *b, const struct config *c)
{
    for (size_t i = 0; i < c->backends_count; i++) backends_add(b, &c->backends[i], c->backends[i].url);
    for (const char *const *url = scan_local_urls; *url != NULL; url++)
        if (backends_configured(c, *url) == NULL) backends_add(b, NULL, *url);
}

// A URL that the config has too is asked with the config's key.
static void backends_add_one(struct backends *b, const struct config *c, const char *only)
{
    const struct backend_conf *conf = config_backend(c, only);

    if (conf == NULL && strstr(only, "://") != NULL) {
        conf = backends_configured(c, only);
        backends_add(b, conf, only);
    } else {
        backends_add(b, conf, conf != NULL ? conf->url : NULL); // the built-in simulator has no conf
    }
}

// ---- asking --------------------------------------------------------------------------------------------------------

// One look, while it lasts.
struct backends_survey {
    struct backends *b;
    struct loop *loop;
    struct scan_target *targets;
    size_t *items; // of each target
    char **keys;
    size_t count;
    int64_t limit_ms;
};

static void backends_fail(struct backends_item *i, enum failure f, const char *message)
{
    i->state = BACKENDS_FAILED;
    i->facts.failure = f;
    (void)snprintf(i->facts.message, sizeof i->facts.message, "%.255s", message);
}

static void backends_target(struct backends_survey *k, size_t index)
{
    struct backends_item *i = &k->b->items[index];
    struct err e = ERR_INIT;
    char *key = NULL;

    if (i->url == NULL) return;
    buf_addf(&k->b->tried, "%s%s", k->b->tried.len > 0 ? ", " : "", i->url);
    if (i->conf != NULL && !backend_key(i->conf, &key, &e)) {
        backends_fail(i, FAIL_CONFIG, e.text);
        return;
    }
    char address[BACKENDS_ADDRESS_SIZE];
    url_address(i->url, address, sizeof address);
    if (strncmp(address, "127.0.0.1:", 10) != 0) k->limit_ms = BACKENDS_REMOTE_MS;
    k->keys[k->count] = key;
    k->items[k->count] = index;
    k->targets[k->count++] = (struct scan_target){
        .url = i->url,
        .bearer = key,
        .model = i->conf != NULL ? i->conf->model : NULL,
        .dialect = i->facts.dialect,
    };
}

static void backends_on_found(void *arg, size_t index, const struct backend_facts *facts)
{
    struct backends_survey *k = arg;
    struct backends_item *i = &k->b->items[k->items[index]];

    i->facts = *facts;
    if (facts->failure == FAIL_NONE)
        i->state = BACKENDS_READY;
    else if (facts->failure == FAIL_LOADING)
        i->state = BACKENDS_LOADING;
    else if (facts->failure != FAIL_REFUSED || i->conf == NULL || i->conf->command == NULL)
        i->state = BACKENDS_FAILED;
}

static void backends_on_done(void *arg)
{
    struct backends_survey *k = arg;
    loop_stop(k->loop);
}

static void backends_ask(struct backends *b)
{
    struct backends_survey k = {.b = b, .loop = loop_new(), .limit_ms = SCAN_LIMIT_MS};
    struct http *http = http_new(k.loop);

    k.targets = mem_calloc(b->count + 1, sizeof *k.targets);
    k.items = mem_calloc(b->count + 1, sizeof *k.items);
    k.keys = mem_calloc(b->count + 1, sizeof *k.keys);
    for (size_t i = 0; i < b->count; i++) backends_target(&k, i);
    scan_start(k.loop, http, k.targets, k.count, k.limit_ms, false, backends_on_found, backends_on_done, &k);
    loop_run(k.loop);
    for (size_t i = 0; i < k.count; i++) free(k.keys[i]);
    free(k.keys);
    free(k.items);
    free(k.targets);
    http_free(http);
    loop_free(k.loop);
}

// On a well-known port: no server, or one of something else.
static bool backends_is_nobody(const struct backends_item *i)
{
    enum failure f = i->facts.failure;

    return i->conf == NULL && (f == FAIL_REFUSED || f == FAIL_RESET || f == FAIL_NOT_A_SERVER);
}

static void backends_drop_nobodies(struct backends *b)
{
    size_t kept = 0;

    for (size_t i = 0; i < b->count; i++)
        if (!backends_is_nobody(&b->items[i])) b->items[kept++] = b->items[i];
    b->count = kept;
}

bool backends_look(struct backends *b, const struct home *h, const char *only, struct err *e)
{
    const struct config *c = &h->config;
    bool all = only == NULL || strcmp(only, "auto") == 0;

    *b = (struct backends){.items = mem_calloc(c->backends_count + BACKENDS_PORTS_MOST, sizeof *b->items)};
    buf_init(&b->tried, BUF_MAX_LINE);
    if (!all && config_backend(c, only) == NULL && strstr(only, "://") == NULL && !home_check_backend(h, only, e))
        return false;
    if (!all && strstr(only, "://") != NULL && !url_check(only, e)) return false;
    if (all)
        backends_add_all(b, c);
    else
        backends_add_one(b, c, only);
    backends_ask(b);
    if (all) backends_drop_nobodies(b);
    return true;
}

void backends_release(struct backends *b)
{
    free(b->items);
    buf_release(&b->tried);
}

bool backends_any(const struct backends *b)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->items[i].state != BACKENDS_FAILED) return true;
    return false;
}

// ---- what is said of them ------------------------------------------------------------------------------------------

const char *backends_state_name(enum backends_state s)
{
    static const char *const names[] = {[BACKENDS_READY] = "ready",
                                        [BACKENDS_LOADING] = "loading",
                                        [BACKENDS_FAILED] = "failed",
                                        [BACKENDS_MANAGED] = "not running"};

    return names[s];
}

const char *backends_name(const struct backends_item *i)
{
    if (i->conf != NULL) return i->conf->name;
    return i->url != NULL ? NULL : "sim";
}

const char *backends_model(const struct backends_item *i)
{
    return i->conf != NULL && i->conf->model != NULL ? i->conf->model : i->facts.model;
}

const char *backends_reason(const struct backends_item *i)
{
    if (i->state == BACKENDS_READY) return "";
    if (i->state == BACKENDS_MANAGED) return "managed: it is started when a book needs it";
    if (i->facts.failure == FAIL_AUTH)
        return i->conf != NULL && (i->conf->api_key_env != NULL || i->conf->api_key_file != NULL)
                   ? "it refuses the key"
                   : "it wants a key: give it an entry with \"api_key_env\" in the config";
    return i->facts.message;
}

size_t backends_missing(const struct backends_item *i, const struct config *c,
                        const char *missing[BACKENDS_MISSING_MOST])
{
    const struct backend_facts *f = &i->facts;
    const char *model = backends_model(i);
    bool listed = *model != '\0' && backend_facts_model(f, model) != NULL;
    size_t n = 0;

    if (i->state != BACKENDS_READY) return 0;
    if (*model == '\0')
        missing[n++] = f->models_count > 0 ? "no word of which model answers: name one" : "no model";
    else if (f->models_whole && f->models_count > 0 && !listed)
        missing[n++] = "it does not have this model";
    else if (f->models_whole && !f->model_loaded)
        missing[n++] = "the model is not loaded";
    if (*model != '\0' && !config_allows(c, model)) missing[n++] = "models.allow does not have this model";
    if (f->n_ctx_tokens == 0 && (i->conf == NULL || i->conf->n_ctx_tokens == 0)) missing[n++] = "no context size";
    if (!f->idle_route) missing[n++] = "no word of when it is idle";
    if (!f->tokens_route) missing[n++] = "no token counts";
    return n;
}

static void backends_set_text(struct json *v, const char *key, const char *text)
{
    json_set_str(v, key, text != NULL && *text != '\0' ? text : NULL);
}

static void backends_set_count(struct json *v, const char *key, int n)
{
    if (n > 0)
        json_set_int(v, key, n);
    else
        json_set_str(v, key, NULL);
}

static struct json *backends_models_json(const struct backend_facts *f)
{
    struct json *list = json_new_array();

    for (size_t i = 0; i < f->models_count; i++) {
        struct json *m = json_new_object();
        json_set_str(m, "name", f->models[i].name);
        json_set_bool(m, "loaded", f->models[i].loaded);
        json_push(list, m);
    }
    return list;
}

static struct json *backends_item_json(const struct backends_item *i, const struct config *c)
{
    const struct backend_facts *f = &i->facts;
    const char *missing[BACKENDS_MISSING_MOST];
    size_t count = backends_missing(i, c, missing);
    struct json *v = json_new_object(), *list = json_new_array();

    backends_set_text(v, "name", backends_name(i));
    backends_set_text(v, "url", i->url);
    json_set_bool(v, "managed", i->conf != NULL ? i->conf->command != NULL : i->url == NULL);
    backends_set_text(v, "dialect",
                      f->dialect != DIALECT_UNKNOWN ? dialect_name((enum dialect_kind)f->dialect) : NULL);
    backends_set_text(v, "version", f->version);
    backends_set_text(v, "model", backends_model(i));
    json_set(v, "models", backends_models_json(f));
    json_set_bool(v, "loaded", f->model_loaded);
    backends_set_count(v, "n_ctx_tokens", f->n_ctx_tokens);
    backends_set_count(v, "slots", f->slots);
    json_set_str(v, "state", backends_state_name(i->state));
    backends_set_text(v, "failure", i->state == BACKENDS_FAILED ? failure_name(f->failure) : NULL);
    backends_set_text(v, "reason", backends_reason(i));
    for (size_t k = 0; k < count; k++) json_push(list, json_new_str(missing[k]));
    json_set(v, "missing", list);
    return v;
}

struct json *backends_json(const struct backends *b, const struct config *c)
{
    struct json *all = json_new_array();

    for (size_t i = 0; i < b->count; i++) json_push(all, backends_item_json(&b->items[i], c));
    return all;
}
