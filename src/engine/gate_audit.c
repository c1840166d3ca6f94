// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The gate's rules over accepted prose, one after the other: unlike an answer, which is refused at the first of them, a
// part of a book is told all that is wrong with it.
#include "engine/gate_audit.h"

#include <string.h>

#include "engine/gate_rules.h"
#include "text/words.h"

enum { HEADING_BYTES = 120 };

struct audit {
    struct gate_in in;
    struct gate_out out;
    struct gate_work work;
    void (*found)(void *arg, const char *rule, const char *detail);
    void *arg;
};

// Each rule sees the part anew, as a whole.
static struct gate_work *begin(struct audit *a)
{
    a->out = (struct gate_out){.glue = "", .end = a->in.len, .words = (int)words_count(a->in.text, a->in.len)};
    a->work = (struct gate_work){.in = &a->in, .out = &a->out};
    return &a->work;
}

// What the rules said since `begin`.
static void tell(const struct audit *a)
{
    const char *rule = a->out.rule ? a->out.rule : a->out.trimmed;
    if (rule) a->found(a->arg, rule, a->out.detail);
}

static void audit_head(struct audit *a)
{
    (void)gate_head(begin(a));
    tell(a);
}

static void audit_answer(struct audit *a)
{
    (void)gate_judge_answer(begin(a));
    tell(a);
}

static void audit_repetition(struct audit *a)
{
    (void)gate_repetition(begin(a));
    tell(a);
}

static void audit_tokens(struct audit *a)
{
    bool last = false;
    size_t head = gate_token_head(a->in.text, a->in.len); // the head's own rule has told of those
    size_t at = head + gate_token_find(a->in.text + head, a->in.len - head, &last);
    if (at == a->in.len) return;
    gate_note(begin(a), GATE_CONTROL, a->in.text + at, a->in.len - at);
    tell(a);
}

static void audit_meta(struct audit *a)
{
    size_t len = gate_trim(a->in.text, a->in.len), keep = gate_meta(&a->in, a->in.text, len);
    if (keep == len) return;
    gate_note(begin(a), GATE_META, a->in.text + keep, len - keep);
    tell(a);
}

static void audit_prose(struct audit *a)
{
    (void)gate_judge_prose(begin(a));
    tell(a);
}

// "Chapter 12" on a line of its own behind the head.
static void audit_headings(struct audit *a)
{
    const char *s = a->in.text;
    size_t len = a->in.len, at = gate_line(s, len);
    if (a->in.markup || !a->in.language) return;
    while (at < len) {
        at += gate_blanks(s + at, len - at);
        size_t line = gate_line(s + at, len - at), whole = gate_trim(s + at, line);
        bool says = whole > 0 && whole <= HEADING_BYTES && !sentence_ends(s + at, whole) &&
                    gate_matches(a->in.language, LANGUAGE_HEADING, s + at, whole);
        if (says) {
            gate_note(begin(a), GATE_HEADING, s + at, whole);
            tell(a);
        }
        at += line;
    }
}

void gate_audit(const struct language *l, bool markup, const char *s, size_t len,
                void (*found)(void *arg, const char *rule, const char *detail), void *arg)
{
    struct audit a = {
        .in = {.text = s, .len = len, .before = "", .language = l, .last_of_book = true, .markup = markup},
        .found = found,
        .arg = arg};
    audit_head(&a);
    audit_answer(&a);
    audit_repetition(&a);
    audit_tokens(&a);
    audit_headings(&a);
    audit_meta(&a);
    audit_prose(&a);
}
