// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The two pieces of an answer that was broken off and continued, as one text.
#ifndef ENGINE_GATE_JOIN_H
#define ENGINE_GATE_JOIN_H

#include "base/buf.h"

// As join_pieces. A model that thinks before it goes on has its thoughts in front of `next`: they are left out here,
// because in the middle of the whole they would be taken for prose, or what they follow for thoughts.
void gate_join(struct buf *out, const struct buf *before, const struct buf *next);

#endif
