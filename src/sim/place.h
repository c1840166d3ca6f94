// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Where in its chapter a request goes on.
#ifndef SIM_PLACE_H
#define SIM_PLACE_H

#include "sim/chapter.h"
#include "sim/habits.h"

// The position behind the tail that the turn quotes, or 0. False if it quotes words that are nowhere in the chapter.
bool place_start(struct chapter *c, const struct task *t, size_t *start);
// The position behind the answer that is to be continued, which began at `start`; `start` if there is none.
bool place_here(struct chapter *c, const struct task *t, size_t start, size_t *here);

#endif
