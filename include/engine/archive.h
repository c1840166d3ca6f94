// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Writing a book as one archive (include/app/archive.h says what is in it), and what its reader must know of that.
#ifndef ENGINE_ARCHIVE_H
#define ENGINE_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/store.h"

#define ARCHIVE_MANIFEST "manifest.json"
#define ARCHIVE_SPEC     "spec.json"
#define ARCHIVE_ROWS     "rows.jsonl"
#define ARCHIVE_FILES    "files/"
#define ARCHIVE_KIND     "novelgen book"

enum {
    ARCHIVE_FORMAT = 1,       // grows when an older program cannot read it any more
    ARCHIVE_SCHEMA_LEAST = 4, // the oldest schema whose rows were ever written so
    ARCHIVE_ENTRIES_MOST = 20000,
    ARCHIVE_FILE_MOST = 64 * 1024 * 1024,   // bytes of one of the book's files; larger ones stay behind
    ARCHIVE_FILES_MOST = 256 * 1024 * 1024, // of all of them
    ARCHIVE_MANIFEST_MOST = 8 * 1024 * 1024,
};
#define ARCHIVE_ROWS_MOST  INT64_C(2147483648)
#define ARCHIVE_TOTAL_MOST (ARCHIVE_ROWS_MOST + INT64_C(536870912))

#define ARCHIVE_ENDING "tar.zst"

// The files of a book's folder that go along, by their names within it.
bool archive_takes(const char *name);
// Writes the archive of a job under `path`, at once and whole, of one view of the rows. The caller may have begun a
// transaction.
bool archive_book(struct store *s, int64_t job, const char *path, struct err *e);
// Whether the file is an archive of the book with this uuid: by its manifest; nothing else in it is looked at.
bool archive_is_of(const char *path, const char *uuid);

#endif
