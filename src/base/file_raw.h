// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the files of base/file*.c share: system calls through the table `sys`, repeated when a signal interrupts
// them, with errno left as the failing call set it.
#ifndef BASE_FILE_RAW_H
#define BASE_FILE_RAW_H

#include "base/sys.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FILE_RAW_BLOCK = 64 * 1024 };

int file_raw_open(const char *path, int flags);       // -1: errno
ssize_t file_raw_read(int fd, void *buf, size_t len); // as read(2)
bool file_raw_write(int fd, const void *data, size_t len);
bool file_raw_pwrite(int fd, const void *data, size_t len, uint64_t at);
bool file_raw_fsync(int fd);
bool file_raw_cut(int fd, uint64_t len);
// Of data that matter: an interrupted close has closed, and no call may be made for that descriptor again.
bool file_raw_closes(int fd);
void file_raw_close(int fd); // of a descriptor whose data do not matter any more; keeps errno

// The directory part of `path` ("." when there is none, "/" for the root's children), cut to `size`.
void file_raw_dir(char *out, size_t size, const char *path);

#endif
