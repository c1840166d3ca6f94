// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Where everything is, and how much of it there is.
#include "app/doctor_work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/os.h"
#include "engine/incoming.h"

enum { DEPTH_MOST = 6 };

struct measure {
    char folder[DOCTOR_PATH_SIZE];
    int depth;
    int64_t bytes;
};

static void paths_measure(struct measure *m);

static bool paths_on_entry(void *arg, const char *name)
{
    struct measure *m = arg, below = {.depth = m->depth + 1};

    int n = snprintf(below.folder, sizeof below.folder, "%s/%s", m->folder, name);
    if (n < 0 || (size_t)n >= sizeof below.folder) return true;
    paths_measure(&below);
    m->bytes += below.bytes;
    return true;
}

// Links are counted, not followed.
static void paths_measure(struct measure *m)
{
    struct stat st;
    struct err ignored = ERR_INIT;

    if (lstat(m->folder, &st) != 0) return;
    if (S_ISREG(st.st_mode)) m->bytes += (int64_t)st.st_size;
    if (S_ISDIR(st.st_mode) && m->depth < DEPTH_MOST) (void)file_list(m->folder, paths_on_entry, m, &ignored);
}

static void paths_add(struct doctor_paths *p, const char *what, const char *path, bool inside)
{
    struct measure m = {0};
    bool there = file_exists(path);

    (void)snprintf(m.folder, sizeof m.folder, "%s", path);
    if (there) paths_measure(&m);
    mem_grow(&p->items, &p->cap, p->count + 1, sizeof *p->items);
    p->items[p->count++] =
        (struct doctor_path){.what = what, .path = mem_strdup(path), .bytes = there ? m.bytes : -1, .inside = inside};
    if (there && !inside) p->sum += m.bytes;
}

struct listing {
    const struct doctor *d;
    struct doctor_paths *out;
};

static bool paths_on_job(void *arg, const struct job *j)
{
    struct listing *b = arg;
    size_t len = strlen(b->d->home.path);
    bool inside = strncmp(j->out_dir, b->d->home.path, len) == 0 && j->out_dir[len] == '/';

    if (j->out_dir[0] != '\0') paths_add(b->out, "book", j->out_dir, inside);
    return true;
}

// A plan in somebody's editor, or one that was refused and kept.
static bool paths_on_home(void *arg, const char *name)
{
    const struct listing *l = arg;
    char path[DOCTOR_PATH_SIZE];

    doctor_path_of(l->d, path, name);
    if (strncmp(name, "outline-", strlen("outline-")) == 0) paths_add(l->out, "edited outline", path, true);
    return true;
}

void doctor_find_paths(const struct doctor *d, struct doctor_paths *out)
{
    static const struct {
        const char *what, *name;
    } parts[] = {{"database", "novelgen.db"},
                 {"write-ahead log", "novelgen.db-wal"},
                 {"inbox", "inbox"},
                 {"books on their way in", INCOMING_DIR},
                 {"marks of exports", "exports"},
                 {"marks of looks", "looked"},
                 {"logs", "log"}}; // also those of managed backends
    char path[DOCTOR_PATH_SIZE];
    struct err ignored = ERR_INIT;
    struct listing b = {d, out};

    *out = (struct doctor_paths){0};
    if (d->located) paths_add(out, "home", d->home.path, false);
    for (size_t i = 0; d->located && i < ARRAY_LEN(parts); i++) {
        doctor_path_of(d, path, parts[i].name);
        paths_add(out, parts[i].what, path, true);
    }
    if (d->located) (void)file_list(d->home.path, paths_on_home, &b, &ignored);
    if (home_config_path(path, sizeof path)) paths_add(out, "config", path, false);
    if (file_absolute(path, sizeof path, HOME_PROJECT_CONFIG, &ignored) && file_exists(path))
        paths_add(out, "config of this folder", path, false);
    if (os_runtime_dir(path, sizeof path)) paths_add(out, "locks of servers", path, false);
    if (d->store != NULL) (void)store_jobs_each(d->store, paths_on_job, &b, &ignored);
}

void doctor_paths_release(struct doctor_paths *p)
{
    for (size_t i = 0; i < p->count; i++) free(p->items[i].path);
    free(p->items);
    *p = (struct doctor_paths){0};
}
