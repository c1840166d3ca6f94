// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What has been found out about a backend.
#include "store/handle.h"

#include <stdio.h>

bool store_profile_put(struct store *s, const char *backend, const struct backend_profile *p, struct err *e)
{
    return store_write(s, "backend", 0, e, SQL_PROFILE_PUT, "sibbs", backend, p->n_ctx_tokens, p->prefill,
                       p->slots_route, p->model);
}

static bool profile_on_row(void *arg, const struct db_row *row)
{
    struct backend_profile *p = arg;
    const char *model;

    db_read(row, "ibbs", &p->n_ctx_tokens, &p->prefill, &p->slots_route, &model);
    (void)snprintf(p->model, sizeof p->model, "%s", model);
    return true;
}

enum store_found store_profile_get(struct store *s, const char *backend, struct backend_profile *out, struct err *e)
{
    *out = (struct backend_profile){0};
    return store_found_of(db_each(s->db, SQL_PROFILE_GET, profile_on_row, out, e, "s", backend));
}
