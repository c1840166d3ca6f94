// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See include/app/book_folder.h.
#include "app/book_folder.h"

#include <inttypes.h>

#include "base/file.h"
#include "out/folder.h"

static bool folder_is_away(const struct job *j)
{
    return j->out_dir[0] != '\0' && out_folder_is_away(j->out_dir, j->uuid);
}

bool book_folder_find(const struct job *j, char out[BOOK_FOLDER_SIZE])
{
    static const char *const here[] = {".", "books"};
    char dir[BOOK_FOLDER_SIZE];
    struct err ignored = ERR_INIT;

    if (!folder_is_away(j)) return false;
    if (out_folder_beside(out, BOOK_FOLDER_SIZE, j->out_dir, j->uuid, NULL)) return true;
    for (size_t i = 0; i < sizeof here / sizeof *here; i++)
        if (file_absolute(dir, sizeof dir, here[i], &ignored) &&
            out_folder_find(out, BOOK_FOLDER_SIZE, dir, j->uuid, NULL))
            return true;
    return false;
}

void book_folder_text(const struct job *j, const char *home_hint, struct buf *out)
{
    char found[BOOK_FOLDER_SIZE];

    if (!folder_is_away(j)) return;
    buf_addf(out, "the book's folder %s is not there any more; ", j->out_dir);
    if (book_folder_find(j, found))
        buf_addf(out, "it is %s now: have it taken with: novelgen verify %" PRId64 " --repair%s", found, j->id,
                 home_hint);
    else
        buf_addf(out,
                 "if you have moved it, go to the directory where it is now; novelgen verify %" PRId64
                 " --repair%s takes it from there, and where it finds none it makes the files anew",
                 j->id, home_hint);
}
