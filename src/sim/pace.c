// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Waiting on a socket that nothing is expected from.
#include "sim/pace.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

enum { POLL_MOST_MS = 1000 };

int64_t pace_now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * PACE_SECOND_NS + t.tv_nsec;
}

static void doze(int64_t ns)
{
    struct timespec t = {.tv_sec = (time_t)(ns / PACE_SECOND_NS), .tv_nsec = (long)(ns % PACE_SECOND_NS)};
    nanosleep(&t, NULL);
}

static bool client_left(int fd)
{
    char byte;
    ssize_t n = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

bool pace_wait(int fd, int64_t until_ns)
{
    for (;;) {
        if (client_left(fd)) return false;
        int64_t left = until_ns - pace_now_ns();
        if (left <= 0) return true;
        // poll counts whole milliseconds; the rest is slept, so that a high rate keeps its pace.
        if (left < 2 * PACE_MS_NS) {
            doze(left);
            continue;
        }
        int64_t ms = left / PACE_MS_NS - 1;
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (poll(&p, 1, ms > POLL_MOST_MS ? POLL_MOST_MS : (int)ms) > 0 && !client_left(fd))
            doze(left < 20 * PACE_MS_NS ? left : 20 * PACE_MS_NS); // an early next request: do not spin on it
    }
}

void pace_sleep(int64_t until_ns)
{
    for (int64_t left; (left = until_ns - pace_now_ns()) > 0;) doze(left);
}

void pace_reset(int fd)
{
    // Linux resets a connection that is dissolved so; elsewhere the reset comes with the closing.
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    (void)connect(fd, &nobody, sizeof nobody);
}
