// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Between the files of a launch, all of them inside one transaction until the request is sent:
//
//   launch.c          what is next; the step to which the rows lead
//   launch_left.c     what earlier attempts of its task left: text to go on from, a smaller ask, room for thoughts
//   launch_request.c  the request: prompt, limit, seed, sampling; its attempt's row; sent after the commit
//
// All of it is a function of rows, so that it comes out the same after a crash.
#ifndef ENGINE_LAUNCH_H
#define ENGINE_LAUNCH_H

#include "engine/worker.h"

// Cleans the text of the last attempt for a continuation, and counts its words. Empty: not worth it, begin anew.
bool launch_carry(struct worker *w, const struct attempt *a, struct buf *text, int *words, bool prefill,
                  struct err *e);
// An attempt that was broken off by a proxy's limit, or found the context too small, makes the next one ask for half
// of what was left. It follows from the last row alone, so that a crash changes nothing. `have`: words that are carried.
void launch_shrink(struct worker *w, const struct attempt *a, int have);
// What the refused answers of this task had in common, from rows alone: two copies or loops, and the conversation that
// bred them is left; thinking aloud, and the next one gets room for it. `tried`: there are attempts.
bool launch_look_at_refused(struct worker *w, bool tried, int *copies, struct err *e);

// Builds the request of the step at hand and stores its attempt's row. `carried` NULL: it begins anew.
bool launch_begin_attempt(struct worker *w, const struct attempt *last, const struct carried *carried, int copies,
                          struct err *e);

#endif
