// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A loop repeats the last words of the chapter before it, so that its first round is prose of the chapter:
//
//   from ──────────────┬────────┬── place ── round ── round ── round …
//                      └─ unit ─┘
#include "sim/stray.h"

#include "sim/meter.h"
#include "sim/token.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { COPY_WORDS_A_TURN = 30, COPY_TURNS_MOST = 20, ANALYSIS_SENTENCES_A_PARAGRAPH = 5, LONGEST_TOKEN_BYTES = 64 };

bool stray_refuses(const struct task *t)
{
    return habits_strike(t, "refuse", t->habits->refuse_percent);
}

void stray_refuse(const struct task *t, struct buf *out)
{
    struct rng r = habits_rng(t, "refusal");
    grammar_expand(t->grammar, &r, &t->cast, "$f", out);
}

// Whether the text that grows still lacks tokens of the limit. `done` is what was counted before.
static bool wants_more(const struct task *t, const struct buf *out, struct meter_mark *done)
{
    while (done->at + LONGEST_TOKEN_BYTES < out->len) {
        done->at += token_len(out->data + done->at, out->len - done->at);
        done->tokens++;
    }
    return done->tokens <= t->limit_tokens && !out->full;
}

static void write_circle(const struct task *t, struct buf *out)
{
    struct rng r = habits_rng(t, "analysis");
    struct meter_mark done = {0};
    for (int i = 0; wants_more(t, out, &done); i++) {
        if (i) buf_adds(out, i % ANALYSIS_SENTENCES_A_PARAGRAPH ? " " : "\n\n");
        grammar_expand(t->grammar, &r, &t->cast, "$h", out);
    }
}

// Of another book, so that no client can take it for its place in this one.
static void write_other_language(const struct task *t, size_t words, struct buf *out)
{
    struct rng r = habits_rng(t, "language");
    struct chapter other;
    chapter_init(&other, rng_next(&r), t->other, t->ask->numbers[0]);
    size_t end = chapter_end_of_words(&other, 0, words);
    buf_add(out, other.text.data, end);
    chapter_release(&other);
}

bool stray_instead(const struct task *t, size_t words, struct buf *out)
{
    if (habits_strike(t, "wrong language", t->habits->wrong_language_percent))
        write_other_language(t, words, out);
    else if (habits_strike(t, "circle", t->habits->circle_percent))
        write_circle(t, out);
    else
        return false;
    return true;
}

static bool blank(char c)
{
    return c == ' ' || c == '\n';
}

// Where the last `words` words before `at` begin, not before `least`.
static size_t words_back(const char *s, size_t least, size_t at, size_t words)
{
    while (words && at > least) {
        while (at > least && blank(s[at - 1])) at--;
        while (at > least && !blank(s[at - 1])) at--;
        words--;
    }
    while (blank(s[at])) at++;
    return at;
}

static size_t paragraph_start(const char *s, size_t least, size_t at)
{
    while (at > least && !(at >= least + 2 && s[at - 1] == '\n' && s[at - 2] == '\n')) at--;
    while (blank(s[at])) at++;
    return at;
}

struct loop {
    size_t unit, place; // what is repeated, and where that begins
    const char *between;
};

static struct loop choose_loop(const struct task *t, const struct chapter *c, size_t from, size_t to)
{
    static const size_t WORDS[] = {1, 2, 4, 9, 25};
    struct rng r = habits_rng(t, "loop place");
    const char *s = c->text.data;
    size_t kind = rng_below(&r, ARRAY_LEN(WORDS) + 2);
    struct loop l = {.place = from + rng_below(&r, to - from), .between = " "};
    while (l.place < to && blank(s[l.place])) l.place++;
    if (kind < ARRAY_LEN(WORDS)) {
        while (l.place < to && !blank(s[l.place])) l.place++;
        l.unit = words_back(s, from, l.place, WORDS[kind]);
    } else if (kind == ARRAY_LEN(WORDS)) {
        while (l.place < to && !strchr(".!?", s[l.place])) l.place++;
        while (l.place < to && !blank(s[l.place])) l.place++;
        l.unit = chapter_sentence_start(c, l.place);
    } else {
        while (l.place < to && s[l.place] != '\n') l.place++;
        l.unit = paragraph_start(s, from, l.place);
        l.between = "\n\n";
    }
    if (l.unit < from) l.unit = words_back(s, from, from + 1, 1);
    return l;
}

bool stray_loop(const struct task *t, const struct chapter *c, size_t from, size_t to, struct buf *out)
{
    if (from >= to || !habits_strike(t, "loop", t->habits->loop_percent)) return false;
    struct loop l = choose_loop(t, c, from, to);
    struct meter_mark done = {0};
    buf_add(out, c->text.data + from, l.place - from);
    while (wants_more(t, out, &done)) {
        buf_adds(out, l.between);
        buf_add(out, c->text.data + l.unit, l.place - l.unit);
    }
    return true;
}

static size_t words_forward(const char *s, size_t words)
{
    size_t at = 0;
    while (words-- && s[at]) {
        while (blank(s[at])) at++;
        while (s[at] && !blank(s[at])) at++;
    }
    return at;
}

// From the beginning of a sentence, if there is one behind a random place with `words` words left.
static const char *copy_from(struct rng *r, const char *text, size_t words)
{
    size_t len = strlen(text), last = words_back(text, 0, len, words);
    const char *at = text + (last ? rng_below(r, last) : 0);
    const char *sentence = strstr(at, ". ");
    return sentence && sentence + 2 <= text + last ? sentence + 2 : text;
}

char *stray_copy(const struct task *t)
{
    size_t turns = 0;
    while (t->habits->copy && ask_prose(t->ask, turns)) turns++;
    if (!turns) return mem_strdup("");
    struct rng r = habits_rng(t, "copy");
    size_t words = COPY_WORDS_A_TURN * (turns < COPY_TURNS_MOST ? turns : COPY_TURNS_MOST);
    const char *from = copy_from(&r, ask_prose(t->ask, rng_below(&r, turns)), words);
    while (blank(*from)) from++;
    return mem_strndup(from, words_forward(from, words));
}
