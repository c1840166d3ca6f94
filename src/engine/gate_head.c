// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What goes from the head: thinking first, then talk, headings and fences in whatever order they come, then what of the
// text before is said again.
#include <string.h>

#include "engine/gate_rules.h"
#include "text/join.h"

static bool holds_newline(const char *s, size_t len)
{
    return memchr(s, '\n', len) != NULL;
}

// Control tokens and thinking, which stand in front of the answer proper.
static bool skip_thinking(struct gate_work *w, size_t *at)
{
    const struct gate_in *in = w->in;
    size_t behind = 0;
    switch (gate_thinking(in->text + *at, in->len - *at, &behind)) {
    case GATE_NO_THOUGHT:
        break;
    case GATE_ONLY_THOUGHT:
        return gate_refuse(w, GATE_REASONING);
    case GATE_THOUGHT:
        gate_note(w, GATE_THINKING, in->text + *at, behind);
        *at += behind;
        break;
    }
    size_t tokens = gate_token_head(in->text + *at, in->len - *at);
    if (tokens > 0 && tokens < in->len - *at) {
        gate_note(w, GATE_CONTROL, in->text + *at, tokens);
        *at += tokens;
    }
    *at += gate_blanks(in->text + *at, in->len - *at);
    return true;
}

size_t gate_no_story(const struct gate_in *in, const char *s, size_t len, enum gate_rule *rule)
{
    size_t n;
    if ((n = gate_chat(in, s, len)) > 0) // before headings: "**Here is the chapter:**"
        *rule = GATE_CHAT;
    else if ((n = gate_heading(in, s, len)) > 0)
        *rule = GATE_HEADING;
    else if (!in->markup && (n = gate_fence(s, len)) > 0)
        *rule = GATE_FENCE;
    return n;
}

static size_t skip_lines(struct gate_work *w, size_t at)
{
    const struct gate_in *in = w->in;
    enum gate_rule rule = GATE_HEADING;
    for (size_t n; (n = gate_no_story(in, in->text + at, in->len - at, &rule)) > 0;) {
        gate_note(w, rule, in->text + at, n);
        at += n;
        at += gate_blanks(in->text + at, in->len - at);
    }
    return at;
}

// Moves behind what is said again, and sets what joins the rest to the text before: a blank only if the answer, or what
// is left of it, began with one.
static size_t skip_restated(struct gate_work *w, size_t at)
{
    const struct gate_in *in = w->in;
    size_t from = at == gate_blanks(in->text, in->len) ? 0 : at, to = at;
    size_t overlap = join_overlap(in->before, in->before_len, in->text + at, in->len - at);
    if (overlap > 0) {
        gate_note(w, GATE_RESTATED, in->text + at, overlap);
        from = at + overlap;
        to = from + gate_blanks(in->text + from, in->len - from);
    }
    if (in->before_len > 0) w->out->glue = to == from || holds_newline(in->text + from, to - from) ? "\n\n" : " ";
    return to;
}

bool gate_head(struct gate_work *w)
{
    size_t at = gate_blanks(w->in->text, w->in->len);
    for (size_t before = at + 1; before != at;) { // tokens and thinking may take turns
        before = at;
        if (!skip_thinking(w, &at)) return false;
    }
    w->answer = at;
    w->out->skip = skip_restated(w, skip_lines(w, at));
    return true;
}
