// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Answers that leave the way: refusals, analysis without end, the wrong language, loops, and copies of earlier prose.
#ifndef SIM_STRAY_H
#define SIM_STRAY_H

#include "sim/chapter.h"
#include "sim/habits.h"

#include "base/buf.h"

bool stray_refuses(const struct task *t);
void stray_refuse(const struct task *t, struct buf *out);
// Writes something else in place of `words` words of prose; false if it does not.
bool stray_instead(const struct task *t, size_t words, struct buf *out);
// Writes the chapter from `from`, and somewhere before `to` repeats its last words up to the token limit; false if not.
bool stray_loop(const struct task *t, const struct chapter *c, size_t from, size_t to, struct buf *out);
// What is copied into the middle of prose ("" if nothing is). The caller frees.
char *stray_copy(const struct task *t);

#endif
