// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// All files of a book's folder, and whose they are: ours as we wrote them, or their owner's.
#ifndef APP_OWN_FILES_H
#define APP_OWN_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "model/job.h"
#include "store/store.h"

struct own_files {
    char **ours, **kept; // within the folder
    size_t ours_count, ours_cap, kept_count, kept_cap;
};

// `ours` may go without loss: published and unchanged, or a projection. `kept`: everything else that is there.
bool own_files_find(struct own_files *out, struct store *s, const struct job *j, struct err *e);
// Removes what is ours, and the folder if it is empty then.
bool own_files_remove(const struct own_files *l, const struct job *j, bool *folder_gone, struct err *e);
void own_files_release(struct own_files *l);

#endif
