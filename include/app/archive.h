// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A book as one file that can be carried to another machine: tar.zst with
//
//     manifest.json     versions, the book's uuid and title, how many rows of each table, size and hash of each entry
//     spec.json         the request, to be read by people
//     rows.jsonl        all rows of the job (store/transfer.h): this is what is imported
//     templates/*.txt   the prompts, to be read by people
//     files/…           the book's folder as it was; those that its owner had edited are put back
//
// An archive comes from anywhere: nothing of it is stored before all of it has been read and tried.
#ifndef APP_ARCHIVE_H
#define APP_ARCHIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "app/home.h"
#include "base/err.h"
#include "engine/incoming.h"

// Writes the archive of a job under `path`, at once and whole. Safe while an engine writes the book.
bool archive_export(const struct home *h, int64_t job, const char *path, struct err *e);

// What an archive holds, checked and unpacked: it lies in a folder of the home's until archive_unstage.
struct archive_stage {
    char key[INCOMING_KEY_SIZE]; // for the message
    char *uuid;
    char *backend;  // another one that is to be taken, because this config does not know the archive's; NULL: keep it
    char *lost;     // that name
    char *fallback; // likewise; "" takes the list away; NULL: keep it
    char *model;    // that the book is pinned to, or asks for; NULL: none
    bool ended;     // done or cancelled: nothing will be sent to a server
};
// ERR_USAGE: there is something wrong with the archive, and the line says what. Nothing is stored in either case, and on
// false nothing lies there any more.
bool archive_stage(struct archive_stage *out, const struct home *h, const char *path, struct err *e);
void archive_unstage(const struct archive_stage *a, const struct home *h);
void archive_stage_release(struct archive_stage *a); // the memory alone

#endif
