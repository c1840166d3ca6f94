// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Joining what was continued, without what is no story between the pieces.
#include "engine/gate_join.h"

#include "engine/gate_rules.h"
#include "text/join.h"
#include "text/words.h"

// How much of the head of `next` is no story. Talk and headings are looked for only where a sentence has ended before:
// behind half of one they would be the rest of it.
static size_t head(const struct buf *before, const struct buf *next, const struct language *l, bool markup)
{
    const char *s = next->data;
    const struct gate_in in = {.text = s, .len = next->len, .before = "", .language = l, .markup = markup};
    enum gate_rule rule;
    size_t begin = gate_blanks(s, next->len), at = begin, behind = 0, n;
    enum gate_thought thought = gate_thinking(s + at, next->len - at, &behind);
    if (thought == GATE_ONLY_THOUGHT) return next->len;
    at += behind + gate_blanks(s + at + behind, next->len - at - behind); // blanks belong to what they follow
    bool whole = l && sentence_ends(before->data, before->len);
    while (whole && (n = gate_no_story(&in, s + at, next->len - at, &rule)) > 0)
        at += n + gate_blanks(s + at + n, next->len - at - n);
    return at > begin ? at : 0;
}

void gate_join(struct buf *out, const struct buf *before, const struct buf *next, const struct language *l,
               bool markup)
{
    size_t skip = before->len > 0 ? head(before, next, l, markup) : 0;
    struct buf rest;
    buf_init(&rest, BUF_MAX_PROMPT);
    if (skip > 0) buf_add(&rest, next->data + skip, next->len - skip);
    join_pieces(out, before, skip > 0 ? &rest : next);
    buf_release(&rest);
}
