// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// One probe for each target, all at once. Each has the scan's limit for itself, so that none needs to be cut off: what
// a slow server has said by then is told.
#include "backend/scan.h"

#include "base/mem.h"

#include <stdlib.h>

// llama.cpp and MLX, Ollama, vLLM, LM Studio, llama.cpp's announced port, SGLang, KoboldCpp.
const char *const scan_local_urls[] = {
    "http://127.0.0.1:8080", "http://127.0.0.1:11434", "http://127.0.0.1:8000", "http://127.0.0.1:1234",
    "http://127.0.0.1:9931", "http://127.0.0.1:30000", "http://127.0.0.1:5001", NULL,
};

struct scan_item {
    struct scan *scan;
    struct probe *probe;
    bool told, answers;
};

struct scan {
    struct scan_item *items;
    size_t count, left;
    bool first;
    void (*found)(void *arg, size_t index, const struct backend_facts *facts);
    void (*done)(void *arg);
    void *arg;
    struct timer *none; // answers where there is nothing to ask
    bool telling, cancelled;
};

static void scan_free(struct scan *s)
{
    for (size_t i = 0; i < s->count; i++) probe_cancel(s->items[i].probe);
    timer_free(s->none);
    free(s->items);
    free(s);
}

// From inside a callback the scan is freed as soon as that has returned.
void scan_cancel(struct scan *s)
{
    if (s == NULL) return;
    if (s->telling) {
        s->cancelled = true;
    } else {
        scan_free(s);
    }
}

static bool scan_tell(struct scan *s, size_t index, const struct backend_facts *facts)
{
    s->telling = true;
    s->found(s->arg, index, facts);
    s->telling = false;
    return !s->cancelled;
}

static void scan_finish(void *arg)
{
    struct scan *s = arg;
    s->telling = true;
    s->done(s->arg);
    scan_free(s);
}

// The first in the list that answers, when all before it are known not to.
static bool scan_is_certain(const struct scan *s)
{
    if (s->left == 0) return true;
    for (size_t i = 0; s->first && i < s->count && s->items[i].told; i++)
        if (s->items[i].answers) return true;
    return false;
}

static void scan_on_facts(void *arg, const struct backend_facts *facts)
{
    struct scan_item *item = arg;
    struct scan *s = item->scan;
    item->probe = NULL;
    item->told = true;
    item->answers = facts->failure == FAIL_NONE || facts->failure == FAIL_LOADING;
    s->left--;
    if (!scan_tell(s, (size_t)(item - s->items), facts)) {
        scan_free(s);
    } else if (scan_is_certain(s)) {
        scan_finish(s);
    }
}

struct scan *scan_start(struct loop *l, struct http *h, const struct scan_target *targets, size_t count,
                        int64_t limit_ms, bool first,
                        void (*found)(void *arg, size_t index, const struct backend_facts *facts),
                        void (*done)(void *arg), void *arg)
{
    struct scan *s = mem_calloc(1, sizeof(*s));
    *s = (struct scan){.count = count, .left = count, .first = first, .found = found, .done = done, .arg = arg};
    s->items = mem_calloc(count + 1, sizeof(*s->items));
    s->none = timer_new(l, scan_finish, s);
    if (count == 0) timer_set(s->none, 0);
    for (size_t i = 0; i < count; i++) {
        const struct probe_options o = {.url = targets[i].url,
                                        .bearer = targets[i].bearer,
                                        .model = targets[i].model,
                                        .dialect = targets[i].dialect,
                                        .guess = DIALECT_UNKNOWN,
                                        .limit_ms = limit_ms};
        s->items[i].scan = s;
        s->items[i].probe = probe_start(l, h, &o, scan_on_facts, &s->items[i]);
    }
    return s;
}
