// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The last lines of what a backend wrote: mostly they say why it died.
#ifndef BACKEND_KEEPER_TAIL_H
#define BACKEND_KEEPER_TAIL_H

#include <stddef.h>

enum { TAIL_LINES = 5, TAIL_LINE_SIZE = 512 };

struct tail {
    char lines[TAIL_LINES][TAIL_LINE_SIZE]; // masked; a ring
    size_t count;                           // of all that were added
};

void tail_add(struct tail *t, const char *line); // an empty one is passed over
// Joins the newest lines (at most `most`), oldest first, by " | ": as many as fit into `size`. The newest is always there,
// cut if need be. "" if there are none.
void tail_join(const struct tail *t, size_t most, char *out, size_t size);

#endif
