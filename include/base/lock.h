// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A held flock(2): the kernel ends it with its process, so there is no stale lock. The pid inside the file is for
// messages only. Descriptors are close-on-exec.
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

#include <stdbool.h>

#include "base/err.h"

struct lock {
    int fd; // -1: not held
};
#define LOCK_INIT                                                                                                    \
    {                                                                                                                \
        .fd = -1                                                                                                     \
    }

enum lock_result { LOCK_HELD, LOCK_TAKEN, LOCK_ERROR };

// Tries once. LOCK_TAKEN: somebody else holds it (no error is set). LOCK_ERROR: errno says why, too.
enum lock_result lock_try(struct lock *l, const char *path, bool shared, struct err *e);
// Waits for a shared lock (held by others only for moments).
bool lock_shared_wait(struct lock *l, const char *path, struct err *e);
// Waits for the only lock on a folder itself, which leaves no file behind: for whoever changes a file in it by reading it
// and putting another in its place.
bool lock_folder_wait(struct lock *l, const char *folder, struct err *e);
void lock_release(struct lock *l);
// Writes our pid into the held file, and reads the holder's from one we do not hold (0: unknown).
void lock_sign(const struct lock *l);
long lock_holder(const char *path);

#endif
