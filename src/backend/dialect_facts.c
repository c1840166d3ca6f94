// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See dialect_facts.h.
#include "dialect_facts.h"

#include "base/log.h"

#include <string.h>

enum { FACTS_SIZE_MOST = 100 * 1000 * 1000 };

void facts_assume(struct backend_facts *f, enum dialect_kind kind)
{
    const struct dialect *d = dialect_get(kind);
    bool known = kind != DIALECT_OPENAI;
    f->dialect = kind;
    f->prefill = d->prefill;
    f->schema = known && (d->params & PARAM_BIT(PARAM_SCHEMA)) != 0;
    f->dry = known && (d->params & PARAM_BIT(PARAM_DRY)) != 0;
    f->tokens_route = d->count_path != NULL;
}

void facts_set_version(struct backend_facts *f, const struct json *v)
{
    const char *text = json_str(v, NULL);
    if (text != NULL) log_mask(f->version, sizeof(f->version), text);
}

bool facts_read_version(struct backend_facts *f, const struct dialect_reply *r)
{
    facts_set_version(f, json_get(r->json, "version"));
    return f->version[0] != '\0';
}

void facts_set_size(int *n, const struct json *v)
{
    int64_t value = json_int(v, 0);
    if (value > 0 && value <= FACTS_SIZE_MOST) *n = (int)value;
}

void facts_add_model(struct backend_facts *f, const char *name, bool loaded)
{
    char masked[BACKEND_NAME_SIZE];
    if (name == NULL || *name == '\0') return;
    log_mask(masked, sizeof(masked), name);
    for (size_t i = 0; i < f->models_count; i++) {
        if (strcmp(f->models[i].name, masked) != 0) continue;
        f->models[i].loaded |= loaded;
        return;
    }
    if (f->models_count == BACKEND_MODELS_MOST) {
        f->models_whole = false;
        return;
    }
    struct backend_model *m = &f->models[f->models_count++];
    memcpy(m->name, masked, sizeof(m->name));
    m->loaded = loaded;
}

void facts_choose(struct backend_facts *f)
{
    const struct backend_model *chosen = f->models_count == 1 ? &f->models[0] : NULL;
    for (size_t i = f->models_count; i-- > 0;)
        if (f->models[i].loaded) chosen = &f->models[i];
    if (chosen != NULL) memcpy(f->model, chosen->name, sizeof(f->model));
}

static bool facts_is_latest(const char *longer, const char *name)
{
    size_t len = strlen(name);
    return strncmp(longer, name, len) == 0 && strcmp(longer + len, ":latest") == 0;
}

bool facts_is_asked(const struct backend_facts *f, const char *name, const char *wanted)
{
    const char *asked = wanted != NULL ? wanted : f->model;
    if (name == NULL || *asked == '\0') return false;
    return strcmp(name, asked) == 0 || facts_is_latest(name, asked) || facts_is_latest(asked, name);
}

const struct json *facts_list(const struct json *v)
{
    const struct json *list = json_get(v, "data");
    return json_kind(list) == JSON_KIND_ARRAY ? list : NULL;
}

bool facts_owned_by(const struct json *list, const char *owner)
{
    const char *by = json_str(json_get(json_at(list, 0), "owned_by"), NULL);
    return by != NULL && strcmp(by, owner) == 0;
}

const struct json *facts_entry(const struct backend_facts *f, const struct json *list, const char *wanted)
{
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *entry = json_at(list, i);
        if (facts_is_asked(f, json_str(json_get(entry, "id"), NULL), wanted)) return entry;
    }
    return json_at(list, 0);
}

void facts_add_list(struct backend_facts *f, const struct json *list, bool loaded)
{
    for (size_t i = 0; i < json_count(list); i++)
        facts_add_model(f, json_str(json_get(json_at(list, i), "id"), NULL), loaded);
    facts_choose(f);
}
