// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See include/app/own_edits.h.
#include "app/own_edits.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"
#include "engine/pages.h"

enum { OWN_NAMED_MOST = 3 };

char *own_file_path(const struct job *j, const char *name)
{
    return mem_printf("%s/%s", j->out_dir, name);
}

static enum own_state own_state_at(const char *path, const struct file_row *f)
{
    struct stat st;
    struct err ignored = ERR_INIT;
    uint64_t hash, len;

    if (lstat(path, &st) != 0) return OWN_ABSENT;
    if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size != f->len) return OWN_EDITED;
    return file_hash(path, &hash, &len, &ignored) && hash == f->hash ? OWN_AS_PUBLISHED : OWN_EDITED;
}

enum own_state own_file_state(const struct job *j, const struct file_row *f)
{
    char *path = own_file_path(j, f->path);
    enum own_state state = own_state_at(path, f);

    free(path);
    return state;
}

struct own_edits_reader {
    struct own_edits *list;
    const struct job *job;
};

static bool own_on_published(void *arg, const struct file_row *f)
{
    struct own_edits_reader *r = arg;
    struct own_edits *l = r->list;

    if (own_file_state(r->job, f) != OWN_EDITED) return true;
    mem_grow(&l->items, &l->cap, l->count + 1, sizeof *l->items);
    l->items[l->count++] = (struct own_edit){.path = mem_strdup(f->path), .chapter = pages_path_chapter(f->path)};
    return true;
}

bool own_edits_find(struct own_edits *out, struct store *s, const struct job *j, struct err *e)
{
    struct own_edits_reader r = {.list = out, .job = j};

    *out = (struct own_edits){0};
    if (j->out_dir[0] == '\0' || store_files_each(s, j->id, own_on_published, &r, e)) return true;
    own_edits_release(out);
    return false;
}

void own_edits_release(struct own_edits *l)
{
    for (size_t i = 0; i < l->count; i++) free(l->items[i].path);
    free(l->items);
    *l = (struct own_edits){0};
}

void own_edits_text(const struct own_edits *l, int64_t job, const char *home_hint, struct buf *out)
{
    bool chapters = false;

    if (l->count == 0) return;
    buf_adds(out, "changed by hand: ");
    for (size_t i = 0; i < l->count; i++) {
        chapters = chapters || l->items[i].chapter > 0;
        if (i < OWN_NAMED_MOST) buf_addf(out, "%s%s", i > 0 ? ", " : "", l->items[i].path);
    }
    if (l->count > OWN_NAMED_MOST) buf_addf(out, " and %zu more", l->count - OWN_NAMED_MOST);
    if (chapters)
        buf_addf(out, "; take %s in with: novelgen sync %lld%s", l->count == 1 ? "it" : "the chapters",
                 (long long)job, home_hint);
    else
        buf_adds(out, "; left alone: move it away to have it made again");
}
