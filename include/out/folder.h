// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The folder of a book: PARENT/books/ID-SLUG. It bears the job's uuid in a hidden file; a folder of that name that
// bears another one, or none, is left alone and the next free name (-2, -3, …) is taken. So is one of the same book in
// another home (it came there in an archive, with the same output folder): two engines would write the same files. Below
// the uuid stands whose it is; a home that is not there any more has left it to whoever has the book.
#ifndef OUT_FOLDER_H
#define OUT_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define OUT_FOLDER_MARK ".novelgen-job" // the hidden file

// Makes the folder, or finds it again. `out` gets its absolute path. `home`: its absolute path.
bool out_folder_make(char *out, size_t size, const char *parent, int64_t id, const char *slug, const char *uuid,
                     const char *home, struct err *e);

// Whether the folder bears the job's uuid: one that does not is somebody else's, whatever its name.
bool out_folder_is_of(const char *path, const char *uuid);
// And is no other home's. `home` NULL, here and below: whosever it is.
bool out_folder_is_ours(const char *path, const char *uuid, const char *home);

// Whether the folder that was at `path` is there no more: nothing is, or another book's has come in its place. One that
// has lost its mark is still taken for what it was.
bool out_folder_is_away(const char *path, const char *uuid);

// Finds a folder that bears the uuid: `dir` itself, or one that stands in it. `out` gets its path.
bool out_folder_find(char *out, size_t size, const char *dir, const char *uuid, const char *home);
// Finds it beside the place where it was: renamed by hand.
bool out_folder_beside(char *out, size_t size, const char *was, const char *uuid, const char *home);

#endif
