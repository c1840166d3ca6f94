// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Loading, as far as a client can tell: the cache is gone, and it takes time.
#include "sim/model.h"

#include "sim/pace.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

void model_init(struct sim *sim)
{
    sim->model = sim->options->model;
    sim->ctx_tokens = sim->options->ctx_tokens;
}

const char *model_next(const char **list, size_t *len)
{
    const char *name = *list;
    if (!name || !*name) return NULL;
    *len = strcspn(name, ",");
    *list = name + *len + (name[*len] == ',');
    return name;
}

const char *model_list(const struct sim *sim)
{
    const char *more = sim->dialect->more_models;
    if (sim->options->models) return sim->options->models;
    return more ? more : sim->options->model;
}

// Ollama takes "llama3" for "llama3:latest".
static bool same(const char *a, size_t a_len, const char *b, size_t b_len)
{
    static const char LATEST[] = ":latest";
    size_t tail = sizeof LATEST - 1;
    if (a_len > tail && memcmp(a + a_len - tail, LATEST, tail) == 0) a_len -= tail;
    if (b_len > tail && memcmp(b + b_len - tail, LATEST, tail) == 0) b_len -= tail;
    return a_len == b_len && memcmp(a, b, a_len) == 0;
}

// The name as it stands in the list, for good; NULL: there is none such.
static char *find(const struct sim *sim, const char *wanted)
{
    const char *list = model_list(sim), *name;
    size_t len, wanted_len = strlen(wanted);
    if (same(sim->options->model, strlen(sim->options->model), wanted, wanted_len))
        return mem_strdup(sim->options->model);
    while ((name = model_next(&list, &len)))
        if (same(name, len, wanted, wanted_len)) return mem_strndup(name, len);
    return NULL;
}

bool model_is_known(const struct sim *sim, const char *name)
{
    char *found = find(sim, name);
    free(found);
    return found != NULL;
}

bool model_is_loading(struct sim *sim)
{
    pthread_mutex_lock(&sim->lock);
    bool loading = pace_now_ns() < sim->loading_until_ns;
    pthread_mutex_unlock(&sim->lock);
    return loading;
}

bool model_is_loaded(struct sim *sim, const char *name, size_t len)
{
    pthread_mutex_lock(&sim->lock);
    bool loaded = same(sim->model, strlen(sim->model), name, len);
    pthread_mutex_unlock(&sim->lock);
    return loaded;
}

long model_ctx_tokens(struct sim *sim)
{
    pthread_mutex_lock(&sim->lock);
    long n = sim->ctx_tokens;
    pthread_mutex_unlock(&sim->lock);
    return n;
}

long model_ctx_most_tokens(const struct sim *sim)
{
    long most = sim->options->ctx_most_tokens;
    return most ? most : sim->options->ctx_tokens;
}

struct wish {
    const char *model;
    long ctx_tokens;
};

// What the request wants loaded; false if that is there already.
static bool wants_load(const struct sim *sim, const char *name, const struct ask *ask, struct wish *w)
{
    long most = model_ctx_most_tokens(sim);
    *w = (struct wish){.model = sim->model, .ctx_tokens = sim->ctx_tokens};
    if (name && strcmp(name, sim->model) != 0) w->model = name;
    if (ask->num_ctx) w->ctx_tokens = ask->num_ctx < most ? ask->num_ctx : most;
    return w->model != sim->model || w->ctx_tokens != sim->ctx_tokens;
}

// A name is kept once it was loaded: answers and lists may still speak of it.
static void load(struct sim *sim, const struct wish *w)
{
    if (w->model == sim->model)
        sim->account.reloads++;
    else
        sim->account.loads++;
    sim->model = w->model;
    sim->ctx_tokens = w->ctx_tokens;
    sim->loading_until_ns = pace_now_ns() + sim->options->load_ms * PACE_MS_NS;
    account_forget(&sim->account, w->ctx_tokens);
}

static enum model_state wait_for_load(struct sim *sim, int fd, const struct wish *before)
{
    pthread_mutex_lock(&sim->lock);
    int64_t until = sim->loading_until_ns;
    pthread_mutex_unlock(&sim->lock);
    if (pace_wait(fd, until)) return MODEL_READY;
    pthread_mutex_lock(&sim->lock);
    if (sim->loading_until_ns == until) {
        sim->model = before->model;
        sim->ctx_tokens = before->ctx_tokens;
        sim->loading_until_ns = 0;
    }
    pthread_mutex_unlock(&sim->lock);
    return MODEL_LEFT;
}

enum model_state model_ready(struct sim *sim, int fd, const struct ask *ask)
{
    enum model_policy policy = sim->dialect->models;
    // A server with one model that is not told of others does not look at the name, where its kind does not.
    bool checked = policy != MODEL_IGNORED && (policy != MODEL_LOADING || sim->options->models);
    char *name = checked && ask->model ? find(sim, ask->model) : NULL;
    if (checked && ask->model && !name) return MODEL_UNKNOWN;
    struct wish before, wish;
    pthread_mutex_lock(&sim->lock);
    before = (struct wish){.model = sim->model, .ctx_tokens = sim->ctx_tokens};
    bool loads = policy != MODEL_CHECKED && wants_load(sim, name, ask, &wish);
    if (loads) load(sim, &wish);
    bool loading = pace_now_ns() < sim->loading_until_ns;
    pthread_mutex_unlock(&sim->lock);
    if (!loads || wish.model != name) free(name);
    if (!loading) return MODEL_READY;
    return policy == MODEL_HELD ? wait_for_load(sim, fd, &before) : MODEL_NOT_YET;
}
