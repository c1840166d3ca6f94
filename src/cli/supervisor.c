// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See supervisor.h. The protocol is four lines long, and libsystemd is not everywhere.
#include "cli/supervisor.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { MESSAGE_SIZE = 1024 };

static const char *supervisor_socket(void)
{
    const char *path = getenv("NOTIFY_SOCKET"); // NOLINT(concurrency-mt-unsafe): nobody calls setenv
    return path != NULL && (path[0] == '/' || path[0] == '@') ? path : NULL;
}

// A name with "@" in front is an abstract one: its first byte is NUL.
static socklen_t supervisor_address(struct sockaddr_un *to, const char *path)
{
    size_t len = strlen(path);

    *to = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (len >= sizeof to->sun_path) return 0;
    memcpy(to->sun_path, path, len);
    if (path[0] == '@') to->sun_path[0] = '\0';
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

static void supervisor_tell(const char *text)
{
    struct sockaddr_un to;
    const char *path = supervisor_socket();
    socklen_t len = path != NULL ? supervisor_address(&to, path) : 0;

    if (len == 0) return;
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    if (fd < 0) return;
    // Nobody may read it: that is no reason to stop writing.
    (void)sendto(fd, text, strlen(text), MSG_DONTWAIT, (const struct sockaddr *)&to, len);
    (void)close(fd);
}

bool supervisor_listens(void)
{
    return supervisor_socket() != NULL;
}

void supervisor_ready(void)
{
    static bool told;

    if (!told) supervisor_tell("READY=1");
    told = true;
}

void supervisor_status(const char *text)
{
    char message[MESSAGE_SIZE];

    (void)snprintf(message, sizeof message, "STATUS=%.*s", (int)strcspn(text, "\n"), text);
    supervisor_tell(message);
}

void supervisor_stopping(void)
{
    supervisor_tell("STOPPING=1");
}
