// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What a model puts around its answer: thought, chat, a heading, a moral, a control token.
//
//   [<think> … </think>] [chat] [heading] prose [moral] [chat] [control token]
#ifndef SIM_DRESS_H
#define SIM_DRESS_H

#include "sim/habits.h"

#include "base/buf.h"

void dress_thought(const struct task *t, struct buf *out);
// The same without tags, for a field of its own; how many bytes.
size_t dress_reason(const struct task *t, struct buf *out);
// True if anything was put: what follows begins a paragraph.
bool dress_prose_head(const struct task *t, struct buf *out);
void dress_prose_end(const struct task *t, struct buf *out);
void dress_control(const struct task *t, struct buf *out);

#endif
