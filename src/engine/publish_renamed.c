// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Chapters that have another name now, because their titles or numbers have changed: what stands under the old name.
#include "engine/publish.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"

enum { PATH_SIZE = 1400 };

static void path_of(const struct publish *p, char out[PATH_SIZE], const char *name)
{
    (void)snprintf(out, PATH_SIZE, "%s/%s", p->job->out_dir, name);
}

struct renamed {
    const struct pages *pages;
    struct {
        char path[PAGES_PATH_SIZE];
        uint64_t hash;
    } * old;
    size_t count, cap;
};

static bool note_renamed(void *arg, const struct file_row *f)
{
    struct renamed *r = arg;
    char now[PAGES_PATH_SIZE];
    int chapter = pages_path_chapter(f->path);
    if (chapter == 0) return true;
    pages_chapter_path(r->pages, chapter, now);
    if (strcmp(f->path, now) == 0) return true;
    mem_grow(&r->old, &r->cap, r->count + 1, sizeof(*r->old));
    (void)snprintf(r->old[r->count].path, PAGES_PATH_SIZE, "%s", f->path);
    r->old[r->count++].hash = f->hash;
    return true;
}

// The file under the old name goes when the new one stands, unless its owner has changed it.
static bool drop_one(struct publish *p, const struct renamed *r, size_t i, struct err *e)
{
    char name[PAGES_PATH_SIZE], path[PATH_SIZE];
    uint64_t hash, len;
    pages_chapter_path(r->pages, pages_path_chapter(r->old[i].path), name);
    path_of(p, path, name);
    if (!file_exists(path)) return true;
    path_of(p, path, r->old[i].path);
    bool there = file_hash(path, &hash, &len, e);
    if (e->code) return false;
    if (there && hash != r->old[i].hash) return true;
    return file_remove(path, e) && store_file_drop(p->store, p->job->id, r->old[i].path, e);
}

bool publish_drop_renamed(struct publish *p, const struct pages *g, struct err *e)
{
    struct renamed r = {.pages = g};
    bool ok = store_files_each(p->store, p->job->id, note_renamed, &r, e);
    for (size_t i = 0; ok && i < r.count; i++) ok = drop_one(p, &r, i, e);
    free(r.old);
    return ok;
}
