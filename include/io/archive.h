// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// tar.zst files by libarchive. Writing: entry by entry, regular files of one owner, mode and time, so that the same
// entries give the same bytes; the file appears at once and whole. Reading: what comes from anywhere, entry by entry,
// within limits; whatever is no plain file under a plain name is refused. Nothing is ever unpacked by this module: the
// caller gets bytes and decides where they go.
#ifndef IO_ARCHIVE_H
#define IO_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct library;

struct archive_writer;
struct archive_writer *archive_writer_new(const char *path, struct err *e); // NULL on failure
// `size` bytes must follow, in any pieces, before the next entry.
bool archive_writer_entry(struct archive_writer *w, const char *name, int64_t size, struct err *e);
bool archive_writer_add(struct archive_writer *w, const void *data, size_t len, struct err *e);
bool archive_writer_commit(struct archive_writer *w, struct err *e); // publishes
void archive_writer_free(struct archive_writer *w);                  // before a commit: nothing is left; NULL is fine

struct archive_limits {
    int64_t entries;     // how many
    int64_t entry_bytes; // of one entry
    int64_t total_bytes; // of all entries
    int64_t ratio;       // unpacked bytes for a packed one, once there are more than
    int64_t ratio_free;  // so many unpacked bytes
};
enum { ARCHIVE_NAME_MAX = 240 };

struct archive_reader;
struct archive_reader *archive_reader_new(const char *path, const struct archive_limits *l, struct err *e);
enum archive_next { ARCHIVE_NEXT_ENTRY, ARCHIVE_NEXT_END, ARCHIVE_NEXT_FAILED };
// `name` lives until the next call.
enum archive_next archive_reader_next(struct archive_reader *r, const char **name, int64_t *size, struct err *e);
// *len 0: the entry ends.
bool archive_reader_read(struct archive_reader *r, void *data, size_t size, size_t *len, struct err *e);
void archive_reader_free(struct archive_reader *r); // NULL is fine

void archive_library(struct library *out); // see base/library.h

// A relative path of plain parts: UTF-8 without control characters, backslashes, empty parts, "." or "..".
bool archive_name_is_plain(const char *name);

#endif
