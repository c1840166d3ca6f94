// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See include/app/own_files.h.
#include "app/own_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/own_edits.h"
#include "base/file.h"
#include "base/mem.h"
#include "out/folder.h"

struct own_walk {
    struct own_files *list;
    struct store *store;
    const struct job *job;
    const char *folder; // "", or "chapters/"
    bool foreign;       // the folder is another book's by now: nothing in it is ours
    struct err *err;
};

static bool own_is_projection(const char *name)
{
    size_t len = strlen(name);

    return strcmp(name, "live.md") == 0 || strcmp(name, "report.json") == 0 || strcmp(name, OUT_FOLDER_MARK) == 0 ||
           (strncmp(name, "chapters/", 9) == 0 && len > 8 && strcmp(name + len - 8, ".md.part") == 0);
}

static bool own_is_regular(const struct job *j, const char *name)
{
    char *path = own_file_path(j, name);
    struct stat st;
    bool regular = lstat(path, &st) == 0 && S_ISREG(st.st_mode);

    free(path);
    return regular;
}

// False: the store failed.
static bool own_is_ours(const struct own_walk *w, const char *name, bool *ours)
{
    struct file_row f = {.path = name};

    *ours = false;
    if (w->foreign) return true;
    *ours = own_is_projection(name) && own_is_regular(w->job, name);
    if (*ours) return true;
    enum store_found found = store_file_get(w->store, w->job->id, name, &f.hash, &f.len, w->err);
    *ours = found == STORE_FOUND && own_file_state(w->job, &f) == OWN_AS_PUBLISHED;
    return found != STORE_ERROR;
}

// It is walked on its own. A link is not followed: what it leads to was never ours.
static bool own_has_chapters(const struct job *j)
{
    char *path = own_file_path(j, "chapters");
    struct stat st;
    bool has = lstat(path, &st) == 0 && S_ISDIR(st.st_mode);

    free(path);
    return has;
}

static bool own_on_name(void *arg, const char *base)
{
    struct own_walk *w = arg;
    struct own_files *l = w->list;
    bool ours = false;

    if (w->folder[0] == '\0' && strcmp(base, "chapters") == 0 && own_has_chapters(w->job)) return true;
    char *name = mem_printf("%s%s", w->folder, base);
    bool ok = own_is_ours(w, name, &ours);
    if (ours) {
        mem_grow(&l->ours, &l->ours_cap, l->ours_count + 1, sizeof *l->ours);
        l->ours[l->ours_count++] = name;
    } else {
        mem_grow(&l->kept, &l->kept_cap, l->kept_count + 1, sizeof *l->kept);
        l->kept[l->kept_count++] = name;
    }
    return ok;
}

bool own_files_find(struct own_files *out, struct store *s, const struct job *j, struct err *e)
{
    static const char *const folders[] = {"chapters/", ""};
    bool ok = true, foreign = !out_folder_is_of(j->out_dir, j->uuid);

    *out = (struct own_files){0};
    for (size_t i = 0; ok && j->out_dir[0] != '\0' && i < ARRAY_LEN(folders); i++) {
        struct own_walk w = {.list = out, .store = s, .job = j, .folder = folders[i], .foreign = foreign, .err = e};
        if (folders[i][0] != '\0' && !own_has_chapters(j)) continue;
        char *path = own_file_path(j, folders[i]);
        ok = file_list(path, own_on_name, &w, e);
        free(path);
    }
    if (!ok) own_files_release(out);
    return ok;
}

static bool own_remove_all(const struct own_files *l, const struct job *j, bool hidden, struct err *e)
{
    bool ok = true;

    for (size_t i = 0; ok && i < l->ours_count; i++) {
        if ((l->ours[i][0] == '.') != hidden) continue;
        char *path = own_file_path(j, l->ours[i]);
        ok = file_remove(path, e);
        free(path);
    }
    return ok;
}

bool own_files_remove(const struct own_files *l, const struct job *j, bool *folder_gone, struct err *e)
{
    // What shows that the folder is ours is hidden, and goes last: whoever is killed here can begin again.
    bool ok = own_remove_all(l, j, false, e) && own_remove_all(l, j, true, e);
    char *chapters = own_file_path(j, "chapters");
    (void)rmdir(chapters); // fails as it should while something is in it
    *folder_gone = rmdir(j->out_dir) == 0 || !file_exists(j->out_dir);
    free(chapters);
    return ok;
}

void own_files_release(struct own_files *l)
{
    for (size_t i = 0; i < l->ours_count; i++) free(l->ours[i]);
    for (size_t i = 0; i < l->kept_count; i++) free(l->kept[i]);
    free(l->ours);
    free(l->kept);
    *l = (struct own_files){0};
}
