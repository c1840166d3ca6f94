// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The backend of a keeper that was killed: see keeper_orphan.h.
#include "keeper_orphan.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ORPHAN_TEXT_SIZE = 256 };

void orphan_sign(const struct lock *l, pid_t group)
{
    char text[ORPHAN_TEXT_SIZE], mark[OS_MARK_SIZE];
    int len = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
    if (group != 0 && os_process_mark(group, mark))
        len = snprintf(text, sizeof(text), "%ld\n%ld %s\n", (long)getpid(), (long)group, mark);
    // Without its signature a backend is only ended later: by its own broken pipe, or by hand.
    if (ftruncate(l->fd, 0) != 0 || pwrite(l->fd, text, (size_t)len, 0) != len)
        log_line(LOG_WARN, "cannot write into the keeper's lock file");
}

struct orphan orphan_read(const struct lock *l)
{
    char text[ORPHAN_TEXT_SIZE];
    struct orphan o = {.group = 0};
    ssize_t n = pread(l->fd, text, sizeof(text) - 1, 0);
    if (n <= 0) return o;
    text[n] = '\0';
    char *line = strchr(text, '\n'), *end;
    if (line == NULL) return o;
    long group = strtol(line + 1, &end, 10);
    if (group <= 1 || *end != ' ') return o;
    (void)snprintf(o.mark, sizeof(o.mark), "%.*s", (int)strcspn(end + 1, "\n"), end + 1);
    o.group = (pid_t)group;
    return o;
}

bool orphan_lives(const struct orphan *o)
{
    char mark[OS_MARK_SIZE];
    return o->group > 1 && os_process_mark(o->group, mark) && strcmp(mark, o->mark) == 0;
}
