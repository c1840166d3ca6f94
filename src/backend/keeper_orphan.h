// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What a keeper that was itself killed (kill -9) leaves behind: its backend runs on, with nobody to end it, and holds
// the GPU and perhaps the port. So a keeper writes into its lock file which process group it keeps; whoever holds the lock
// next ends that group before it starts its own. The mark makes sure that the number still means the same process.
//
//   12345                                  the keeper (for messages)
//   12346 8812345@4f0c…                    its group's leader, and that process's mark
#ifndef BACKEND_KEEPER_ORPHAN_H
#define BACKEND_KEEPER_ORPHAN_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/lock.h"
#include "base/os.h"

struct orphan {
    pid_t group; // 0: none
    char mark[OS_MARK_SIZE];
};

// Signs the held lock file: our pid and, if `group` is not 0, the group.
void orphan_sign(const struct lock *l, pid_t group);
// What the last holder of the lock that we now hold left running.
struct orphan orphan_read(const struct lock *l);
bool orphan_lives(const struct orphan *o);

#endif
