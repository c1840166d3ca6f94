// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// libmicrohttpd joins the threads of its connections when it stops, one of which asked for the outage: a thread of its
// own does it.
#include "sim/outage.h"

#include "sim/pace.h"
#include "sim/server.h"

#include "base/mem.h"

#include <microhttpd.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct outage {
    struct sim *sim;
    int port;
    int64_t until_ns;
};

static void *be_away(void *arg)
{
    struct outage *o = arg;
    struct sim *sim = o->sim;
    struct err e = ERR_INIT;
    MHD_stop_daemon(sim->daemon);
    pace_sleep(o->until_ns);
    int fd = server_listen(&o->port, &e);
    if (fd < 0 || !server_start(sim, fd, &e)) {
        (void)fprintf(stderr, "novelgen-sim: %s\n", e.text);
        _exit(EXIT_FAILURE);
    }
    pthread_mutex_lock(&sim->lock);
    sim->down = false;
    pthread_mutex_unlock(&sim->lock);
    free(o);
    return NULL;
}

void outage_begin(struct sim *sim, long ms)
{
    pthread_mutex_lock(&sim->lock);
    bool already = sim->down;
    sim->down = true;
    pthread_mutex_unlock(&sim->lock);
    if (already) return;
    struct outage *o = mem_calloc(1, sizeof *o);
    int listener = MHD_get_daemon_info(sim->daemon, MHD_DAEMON_INFO_LISTEN_FD)->listen_fd;
    pthread_t thread;
    *o = (struct outage){.sim = sim, .port = server_port(listener), .until_ns = pace_now_ns() + ms * PACE_MS_NS};
    // At once, so that nobody comes in before the thread runs; whoever else holds the socket (it may be inherited) does
    // not listen on it any more either.
    (void)shutdown(listener, SHUT_RDWR);
    if (pthread_create(&thread, NULL, be_away, o) != 0) abort();
    pthread_detach(thread);
}

bool outage_hangs(struct sim *sim, const char *path)
{
    static const char *const ROUTES[] = {"/slots", "/metrics", "/api/extra/perf", "/api/ps"};
    bool told = false;
    for (size_t i = 0; i < ARRAY_LEN(ROUTES); i++) told = told || strcmp(path, ROUTES[i]) == 0;
    if (!told || !sim->options->wedge_slots) return false;
    pthread_mutex_lock(&sim->lock);
    bool wedged = sim->account.wedged;
    pthread_mutex_unlock(&sim->lock);
    return wedged;
}
