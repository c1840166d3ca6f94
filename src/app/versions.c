// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Reading versions: see include/app/versions.h.
#include "app/versions.h"

#include <stdlib.h>

#include "base/mem.h"
#include "engine/pages.h"

static bool versions_on_row(void *arg, const struct version_row *row)
{
    struct versions *v = arg;

    mem_grow(&v->items, &v->cap, v->count + 1, sizeof *v->items);
    v->items[v->count++] = (struct version){.number = row->version,
                                            .parts = row->parts,
                                            .gaps = row->gaps,
                                            .words = row->words,
                                            .replaced_ms = row->replaced_ms,
                                            .reason = mem_strdup(row->reason)};
    return true;
}

// Of a chapter that the book does not have it is no use to wait.
static bool versions_none(struct store *s, int64_t job, int chapter, struct err *e)
{
    struct job j;

    if (store_job_get(s, job, &j, e) != STORE_FOUND) return false;
    int total = j.chapters_total;
    job_release(&j);
    if (chapter <= total || total == 0) return err_set(e, ERR_USAGE, "nothing of chapter %d is written yet", chapter);
    return err_set(e, ERR_USAGE, "there is no chapter %d: the book has %d", chapter, total);
}

bool versions_load(struct versions *v, struct store *s, int64_t job, int chapter, struct err *e)
{
    *v = (struct versions){.chapter = chapter};
    if (!store_versions_each(s, job, chapter, versions_on_row, v, e)) return false;
    return v->count > 0 || versions_none(s, job, chapter, e);
}

void versions_release(struct versions *v)
{
    for (size_t i = 0; i < v->count; i++) free(v->items[i].reason);
    free(v->items);
    *v = (struct versions){0};
}

const struct version *versions_find(const struct versions *v, int64_t number, struct err *e)
{
    for (size_t i = 0; i < v->count; i++)
        if (v->items[i].number == number) return &v->items[i];
    if (v->count == 1)
        err_set(e, ERR_USAGE, "chapter %d has no version %lld, only version %d", v->chapter, (long long)number,
                v->items[0].number);
    else
        err_set(e, ERR_USAGE, "chapter %d has no version %lld; it has %d to %d", v->chapter, (long long)number,
                v->items[0].number, v->items[v->count - 1].number);
    return NULL;
}

static bool versions_on_chunk(void *arg, const struct chunk_row *c)
{
    const struct prose_chunk chunk = pages_prose(c);
    prose_add(arg, &chunk);
    return true;
}

bool versions_text(struct store *s, int64_t job, int chapter, int number, struct buf *out, struct err *e)
{
    return store_chunks_of_version(s, job, chapter, number, versions_on_chunk, out, e) &&
           (!out->full || err_set(e, ERR_CEILING, "chapter %d is too long to be shown", chapter));
}
