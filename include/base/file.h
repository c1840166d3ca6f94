// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Files and directories on the data's way. Paths are relative to the process's directory or absolute. Every error
// names the path. Nothing here follows a symbolic link in the last component when it writes.
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum file_read_status { FILE_READ_OK, FILE_READ_MISSING, FILE_READ_ERROR };

// Reads a whole regular file into `out` (its ceiling holds). A directory, a device, or a file over the ceiling is an error.
enum file_read_status file_read(const char *path, struct buf *out, struct err *e);
bool file_read_fd(int fd, const char *name, struct buf *out, struct err *e); // to the end of the stream

// Publishes `data` under `path`: O_EXCL temporary in the same directory, write, fsync, close, rename, fsync of the
// directory. `path` is absent or old until the rename, complete after it (also when only the last fsync fails).
bool file_publish(const char *path, const void *data, size_t len, struct err *e);

// A file that is written piece by piece and published as a whole (the same steps as file_publish).
struct file_atomic {
    int fd;
    bool failed;
    uint64_t hash; // of all bytes written so far
    uint64_t len;
    char path[1024], temp[1056];
    struct err err; // the first error
};
bool file_atomic_begin(struct file_atomic *f, const char *path, struct err *e);
void file_atomic_add(struct file_atomic *f, const void *data, size_t len); // remembers an error
bool file_atomic_commit(struct file_atomic *f, struct err *e);             // ends the object either way
void file_atomic_abort(struct file_atomic *f);
// Removes from a directory the temporaries of processes that are gone (".<name>.<pid>.<n>.tmp", left by a crash).
bool file_sweep(const char *dir, struct err *e);

// Makes the file's content `data[0..len)`, touching only what differs: reads, cuts at the first difference, appends.
// For projections (live.md, *.part): no fsync, no rename, so that `tail -f` goes on.
bool file_project(const char *path, const void *data, size_t len, struct err *e);
// Appends at exactly offset `at`, after cutting the file there. False if the file is shorter than `at`.
bool file_append_at(const char *path, uint64_t at, const void *data, size_t len, struct err *e);

bool file_hash(const char *path, uint64_t *hash, uint64_t *len, struct err *e); // false without an error: missing
bool file_exists(const char *path);
bool file_remove(const char *path, struct err *e); // missing is fine
// Renames it to "PATH.mine" (".mine-2", … where that is taken), which `out` gets: what is made in its place loses nothing.
bool file_set_aside(const char *path, char *out, size_t size, struct err *e);
bool file_mkdirs(const char *path, unsigned mode, struct err *e);
bool file_sync_dir(const char *path, struct err *e);
bool file_absolute(char *out, size_t size, const char *path, struct err *e); // need not exist

// Calls `each` with every name in the directory but "." and "..", sorted by bytes. A missing directory has no names.
// When `each` returns false the listing ends and file_list returns false, without an error of its own.
bool file_list(const char *path, bool (*each)(void *arg, const char *name), void *arg, struct err *e);

#endif
