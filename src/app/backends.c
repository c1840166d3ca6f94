// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The servers that there are: see include/app/backends.h.
//
//   config, ports, or the one that is named ─▶ items ─▶ scan (those with a URL) ─▶ what each says ─▶ a page, or JSON
#include "app/backends.h"

#include <stdlib.h>
#include <string.h>

#include "backend/scan.h"
#include "base/log.h"
#include "base/mem.h"

enum { BACKENDS_REMOTE_MS = 3000, BACKENDS_ADDRESS_SIZE = 300 };

// One look, while it lasts.
struct backends_looking {
    struct backends *b;
    struct loop *loop;
    struct scan_target *targets;
    size_t *of; // the item of each target
    char **keys;
    size_t count;
    int64_t limit_ms;
};

// ---- which ---------------------------------------------------------------------------------------------------------

static struct backends_item *backends_add(struct backends *b, const struct backend_conf *conf, const char *url)
{
    size_t cap = b->count;
    mem_grow(&b->items, &cap, b->count + 1, sizeof(*b->items));
    struct backends_item *i = &b->items[b->count++];
    *i = (struct backends_item){.conf = conf, .url = url, .state = BACKENDS_MANAGED};
    i->facts.dialect = conf != NULL ? conf->dialect : DIALECT_UNKNOWN;
    return i;
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
