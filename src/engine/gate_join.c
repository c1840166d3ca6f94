// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Joining what was continued, without the thoughts between the pieces.
#include "engine/gate_join.h"

#include "engine/gate_rules.h"
#include "text/join.h"

void gate_join(struct buf *out, const struct buf *before, const struct buf *next)
{
    size_t behind = 0, begin = gate_blanks(next->data, next->len);
    enum gate_thought thought =
        before->len > 0 ? gate_thinking(next->data + begin, next->len - begin, &behind) : GATE_NO_THOUGHT;
    if (thought == GATE_NO_THOUGHT) {
        join_pieces(out, before, next);
        return;
    }
    struct buf rest;
    buf_init(&rest, BUF_MAX_PROMPT);
    if (thought == GATE_THOUGHT) {
        size_t from = begin + behind;
        from += gate_blanks(next->data + from, next->len - from); // they belong to the mark
        buf_add(&rest, next->data + from, next->len - from);
    }
    join_pieces(out, before, &rest);
    buf_release(&rest);
}
