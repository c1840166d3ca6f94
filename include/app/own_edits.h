// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What a book's owner has changed in its folder: told by the hashes of what was published (table `file`).
#ifndef APP_OWN_EDITS_H
#define APP_OWN_EDITS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "model/job.h"
#include "store/store.h"

struct own_edit {
    char *path;  // within the book's folder
    int chapter; // 0: it is no chapter's, and sync does not take it in
};
struct own_edits {
    struct own_edit *items;
    size_t count, cap;
};

// The published files that are there and were changed since. Reads only what has the published length; the projections
// (live.md, *.part) and report.json are made anew all the time, and are not looked at.
bool own_edits_find(struct own_edits *out, struct store *s, const struct job *j, struct err *e);
void own_edits_release(struct own_edits *l);
// A line for people: "changed by hand: chapters/03-the-door.md; take it in with: novelgen sync 3". Nothing without edits.
void own_edits_text(const struct own_edits *l, int64_t job, const char *home_hint, struct buf *out);

// A file by its row and by what stands on the disk. A link in its place is its owner's.
enum own_state { OWN_ABSENT, OWN_AS_PUBLISHED, OWN_EDITED };
enum own_state own_file_state(const struct job *j, const struct file_row *f);
char *own_file_path(const struct job *j, const char *name); // malloc'ed

#endif
