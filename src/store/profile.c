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
    return store_write(s, "backend", 0, e, SQL_PROFILE_PUT, "sibbs", server, p->n_ctx_tokens, false, false, model);
}

static bool profile_on_row(void *arg, const struct db_row *row)
{
    struct backend_profile *p = arg;
    const char *model;
    bool a, b;

    db_read(row, "ibbs", &p->n_ctx_tokens, &a, &b, &model);
    return true;
}

enum store_found store_profile_get(struct store *s, const char *server, const char *model,
                                   struct backend_profile *out, struct err *e)
{
    (void)model;
    *out = (struct backend_profile){.proved = mem_strdup("")};
    return store_found_of(db_each(s->db, SQL_PROFILE_GET, profile_on_row, out, e, "s", server));
}
