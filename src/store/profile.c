// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What has been found out about a backend.
#include "store/handle.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

void backend_profile_release(struct backend_profile *p)
{
    free(p->proved);
    p->proved = NULL;
}

bool store_profile_put(struct store *s, const char *server, const char *model, const struct backend_profile *p,
                       struct err *e)
{
    return store_write(s, "backend", 0, e, SQL_PROFILE_PUT, "sssiiiddsl", server, model, p->dialect, p->n_ctx_tokens,
                       p->n_ctx_against, p->n_ctx_sent, p->prefill_per_s, p->decode_per_s,
                       p->proved != NULL ? p->proved : "", p->proving_ms);
}

static bool profile_on_row(void *arg, const struct db_row *row)
{
    struct backend_profile *p = arg;
    const char *dialect;

    db_read(row, "siiiddSl", &dialect, &p->n_ctx_tokens, &p->n_ctx_against, &p->n_ctx_sent, &p->prefill_per_s,
            &p->decode_per_s, &p->proved, &p->proving_ms);
    (void)snprintf(p->dialect, sizeof p->dialect, "%s", dialect);
    return true;
}

enum store_found store_profile_get(struct store *s, const char *server, const char *model,
                                   struct backend_profile *out, struct err *e)
{
    *out = (struct backend_profile){.proved = NULL};
    enum store_found found =
        store_found_of(db_each(s->db, SQL_PROFILE_GET, profile_on_row, out, e, "ss", server, model));
    if (out->proved == NULL) out->proved = mem_strdup("");
    return found;
}

bool store_proving_get(struct store *s, const char *server, int64_t *since_ms, struct err *e)
{
    return db_get(s->db, SQL_PROVING_GET, e, "s:l", server, since_ms) == DB_FOUND;
}

bool store_proving_clear(struct store *s, const char *server, struct err *e)
{
    int64_t since_ms;

    if (!store_proving_get(s, server, &since_ms, e)) return false;
    return since_ms == 0 || store_write(s, "backend", 0, e, SQL_PROVING_CLEAR, "s", server);
}
