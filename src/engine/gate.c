// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The gate: the table of its rules, and the order in which they are applied. A rule that trims moves `skip` or `end`; a
// rule that refuses sets `rule`, and none is looked at after it. The rules themselves:
//
//   gate_head.c ── gate_thinking.c, gate_chat.c, gate_heading.c     what goes from the head
//   gate_answer.c ─ gate_chat.c                                     answers that are no story at all
//   gate_end.c ─── gate_token.c, gate_chat.c                        what goes from the end
//   gate_prose.c                                                    what the rest must be
#include "engine/gate.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "engine/gate_rules.h"
#include "text/utf8.h"
#include "text/words.h"

enum { DETAIL_CHARACTERS = 40 };

static const struct {
    const char *name, *text;
} rules[GATE_RULES] = {
    [GATE_THINKING] = {"thinking", "the answer begins with its thinking"},
    [GATE_CHAT] = {"chat", "the answer begins with talk about the text"},
    [GATE_HEADING] = {"heading", "the answer begins with a heading"},
    [GATE_FENCE] = {"fence", "the answer is set in a code block"},
    [GATE_RESTATED] = {"restated", "the answer begins with text that was there already"},
    [GATE_LOOP] = {"loop", "the answer repeats itself in a loop"},
    [GATE_COPIED] = {"copied", "the answer copies earlier text of the book"},
    [GATE_CONTROL] = {"control", "the answer holds control characters or tokens of a chat format"},
    [GATE_META] = {"meta", "the answer ends with talk about the text"},
    [GATE_CLOSER] = {"closer", "the answer ends with a conclusion, but the book goes on"},
    [GATE_CUT_SENTENCE] = {"cut_sentence", "the last sentence is not whole"},
    [GATE_OVER_LENGTH] = {"over_length", "the answer is longer than its place"},
    [GATE_EMPTY] = {"empty", "the answer is empty"},
    [GATE_NO_SENTENCE] = {"no_sentence", "the answer holds no whole sentence of story"},
    [GATE_TOO_SHORT] = {"too_short", "the answer is far too short"},
    [GATE_REFUSAL] = {"refusal", "the model refuses to write this"},
    [GATE_REASONING] = {"reasoning", "the answer is thinking aloud, not story"},
    [GATE_WRONG_LANGUAGE] = {"wrong_language", "the answer is in another language"},
    [GATE_REPEATS] = {"repeats", "the answer repeats itself or earlier text of the book"},
    [GATE_PLACEHOLDER] = {"placeholder", "the answer holds placeholders instead of text"},
};

// What was found, quoted in the detail.
static void quote(struct gate_out *out, const char *s, size_t len)
{
    size_t from = gate_blanks(s, len), end = gate_trim(s, len);
    size_t most = end > from ? gate_first(s + from, end - from, DETAIL_CHARACTERS) : 0;
    struct buf shown;
    buf_init(&shown, sizeof(out->detail) - 8); // and the quotation marks
    utf8_terminal(&shown, s + from, most, true);
    (void)snprintf(out->detail, sizeof(out->detail), "\"%s%s\"", shown.data, from + most < end ? "…" : "");
    buf_release(&shown);
}

void gate_note(struct gate_work *w, enum gate_rule rule, const char *s, size_t len)
{
    w->out->trimmed = rules[rule].name;
    quote(w->out, s, len);
}

bool gate_refuse(struct gate_work *w, enum gate_rule rule)
{
    w->out->rule = rules[rule].name;
    w->out->detail[0] = '\0';
    return false;
}

bool gate_refuse_quote(struct gate_work *w, enum gate_rule rule, const char *s, size_t len)
{
    w->out->rule = rules[rule].name;
    quote(w->out, s, len);
    return false;
}

bool gate_refuse_detail(struct gate_work *w, enum gate_rule rule, const char *fmt, ...)
{
    va_list ap;
    w->out->rule = rules[rule].name;
    va_start(ap, fmt);
    (void)vsnprintf(w->out->detail, sizeof(w->out->detail), fmt, ap);
    va_end(ap);
    return false;
}

static void begin(struct gate_work *w, const struct gate_in *in, struct gate_out *out)
{
    memset(out, 0, sizeof(*out));
    memset(w, 0, sizeof(*w));
    out->glue = "";
    out->end = in->len;
    w->in = in;
    w->out = out;
}

void gate_chunk(const struct gate_in *in, struct gate_out *out)
{
    struct gate_work w;
    begin(&w, in, out);
    if (in->len == 0)
        gate_refuse(&w, GATE_EMPTY);
    else
        (void)(gate_head(&w) && gate_judge_answer(&w) && gate_end(&w) && gate_judge_prose(&w));
}

void gate_piece(const struct gate_in *in, struct gate_out *out)
{
    struct gate_work w;
    begin(&w, in, out);
    if (!gate_head(&w)) return;
    (void)gate_repetition(&w);
    out->words = (int)words_count(in->text + out->skip, out->end - out->skip);
}

const char *gate_rule_text(const char *rule)
{
    static const struct {
        const char *name, *text;
    } others[] = {
        {"no_plan", "nothing of what was asked for can be read from it"},
        {"unfinished", "a limit ended it before there was enough of it"},
    };
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (strcmp(others[i].name, rule) == 0) return others[i].text;
    for (size_t i = 0; i < ARRAY_LEN(rules); i++)
        if (strcmp(rules[i].name, rule) == 0) return rules[i].text;
    return rule;
}

const char *const *gate_copying_rules(void)
{
    static const char *const names[] = {"loop", "copied", "repeats", NULL};
    return names;
}
