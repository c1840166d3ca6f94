// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See nap.h.
#include "cli/nap.h"

#include <poll.h>
#include <time.h>
#include <unistd.h>

bool nap_while_read(int ms)
{
    struct pollfd reader = {.fd = STDOUT_FILENO};
    struct timespec rest = {.tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000L * 1000L};

    if (poll(&reader, 1, ms) <= 0) return true;
    if ((reader.revents & POLLERR) != 0) return false;
    (void)nanosleep(&rest, NULL); // a descriptor that cannot be waited for
    return true;
}
