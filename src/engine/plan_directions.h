// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the owner has said of chapters that are only being planned.
#ifndef ENGINE_PLAN_DIRECTIONS_H
#define ENGINE_PLAN_DIRECTIONS_H

#include "engine/prompt.h"

// Appends, behind a planning question, the directions that hold for any of the chapters from..to; nothing without any.
bool plan_directions(struct buf *out, const struct desk *d, int from, int to, struct err *e);

#endif
