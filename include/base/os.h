// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What differs between operating systems: os_linux.c and os_darwin.c each hold all of it.
#ifndef BASE_OS_H
#define BASE_OS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

int os_fsync(int fd);                      // to the medium, as far as the system can
bool os_self_path(char *out, size_t size); // absolute path of the running program
bool os_is_network_fs(const char *path, char *type,
                      size_t type_size); // NFS, CIFS, 9p, … : SQLite's WAL is not safe there
// What the file system of `path` is called ("ext4", "apfs"; a number if it has no name here). False: no such path.
bool os_fs_kind(const char *path, char *type, size_t type_size);
// How many processes hold a flock on the file, asked without taking it; -1: the system does not tell.
int os_lock_holders(const char *path);
const char *const *
os_inhibit_argv(void);           // a command that keeps the machine awake until its stdin closes; NULL if none
extern const int os_info_signal; // SIGUSR1, or SIGINFO where Ctrl-T sends it
bool os_runtime_dir(char *out, size_t size); // per-user directory for locks, created 0700
// For a program that makes and drops buffers of a megabyte many times a second: freed memory is kept for the next one
// instead of being given back and faulted in again, page by page.
void os_keep_memory(void);
bool os_random(void *out, size_t len);
// A word that no other process of that number will ever have (when it started, and in which boot), so that it can be
// known again. False: there is no such process any more.
enum { OS_MARK_SIZE = 96 };
bool os_process_mark(long pid, char out[OS_MARK_SIZE]);

#endif
