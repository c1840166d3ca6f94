// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Models by name. Servers and people write one model in many ways: "Qwen3-8B", "qwen3-8b.gguf",
// "/models/Qwen3-8B.gguf", "llama3" for "llama3:latest", "publisher/name". An exact name wins over a likeness, and a
// likeness counts only if nothing else is alike.
#include "models.h"

#include "base/mem.h"

#include "dialect_facts.h"

#include <string.h>
#include <strings.h>

static size_t models_without(const char *name, size_t len, const char *ending)
{
    size_t n = strlen(ending);
    return len > n && strncasecmp(name + len - n, ending, n) == 0 ? len - n : len;
}

// The part of a name that is the model's own.
static const char *models_core(const char *name, size_t *len)
{
    const char *slash = strrchr(name, '/');
    if (slash != NULL && slash[1] != '\0') name = slash + 1;
    *len = models_without(name, strlen(name), ":latest");
    *len = models_without(name, *len, ".gguf");
    return name;
}

static bool models_same(const char *a, const char *b)
{
    return strcasecmp(a, b) == 0;
}

static bool models_same_but_latest(const char *a, const char *b)
{
    size_t a_len = models_without(a, strlen(a), ":latest"), b_len = models_without(b, strlen(b), ":latest");
    return a_len == b_len && strncasecmp(a, b, a_len) == 0;
}

static bool models_same_core(const char *a, const char *b)
{
    size_t a_len, b_len;
    a = models_core(a, &a_len);
    b = models_core(b, &b_len);
    return a_len == b_len && strncasecmp(a, b, a_len) == 0;
}

static const struct backend_model *models_only(const struct backend_facts *f, const char *name,
                                               bool (*same)(const char *a, const char *b))
{
    const struct backend_model *found = NULL;
    for (size_t i = 0; i < f->models_count; i++) {
        if (!same(f->models[i].name, name)) continue;
        if (found != NULL) return NULL;
        found = &f->models[i];
    }
    return found;
}

const struct backend_model *backend_facts_model(const struct backend_facts *f, const char *name)
{
    static bool (*const likenesses[])(const char *a, const char *b) = {models_same, models_same_but_latest,
                                                                       models_same_core};
    for (size_t i = 0; i < f->models_count; i++)
        if (strcmp(f->models[i].name, name) == 0) return &f->models[i];
    for (size_t i = 0; i < ARRAY_LEN(likenesses); i++) {
        const struct backend_model *m = models_only(f, name, likenesses[i]);
        if (m != NULL) return m;
    }
    return NULL;
}

void models_settle(struct backend_facts *f, const char *wanted)
{
    if (f->model[0] == '\0') facts_choose(f);
    const struct backend_model *m = backend_facts_model(f, wanted != NULL ? wanted : f->model);
    f->model_loaded = m != NULL && m->loaded;
}
