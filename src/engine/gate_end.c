// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What goes from the end. First what makes the rest worthless (a loop, copied text, another turn of the conversation),
// then talk, half a sentence, a conclusion, and what is too much.
#include <string.h>

#include "base/mem.h"
#include "engine/gate_rules.h"
#include "text/cycle.h"
#include "text/words.h"

enum { KEEP_WORDS = 60, KEEP_SHARE = 4 }; // what stands before a cut is worth keeping: words, and 1 / of the need

static const char *prose(const struct gate_work *w)
{
    return w->in->text + w->out->skip;
}

static size_t length(const struct gate_work *w)
{
    return w->out->end - w->out->skip;
}

// Cuts what is behind the first `keep` bytes of the prose; false: too little is left, and the rule refuses.
static bool cut(struct gate_work *w, enum gate_rule rule, size_t keep)
{
    size_t least = (size_t)(w->in->need_words / KEEP_SHARE);
    if (least < KEEP_WORDS) least = KEEP_WORDS;
    bool worth = words_count(prose(w), keep) >= least;
    if (!worth) return gate_refuse_quote(w, rule, prose(w) + keep, length(w) - keep);
    gate_note(w, rule, prose(w) + keep, length(w) - keep);
    w->out->end = w->out->skip + keep;
    w->cut = true;
    return true;
}

bool gate_repetition(struct gate_work *w)
{
    if (w->in->guarded) return true;
    size_t once = cycle_find(prose(w), length(w));
    if (once < length(w) && !cut(w, GATE_LOOP, once)) return false;
    if (!w->in->book) return true;
    struct shingle_report report;
    shingles_compare(w->in->book, prose(w), length(w), &report);
    return !report.has_run || cut(w, GATE_COPIED, report.run_from);
}

// Control tokens: what is behind one is not of this answer.
static bool trim_tokens(struct gate_work *w)
{
    bool last = false;
    size_t at = gate_token_find(prose(w), length(w), &last);
    if (at == length(w)) return true;
    if (!last) return cut(w, GATE_CONTROL, at);
    gate_note(w, GATE_CONTROL, prose(w) + at, length(w) - at);
    w->out->end = w->out->skip + at;
    return true;
}

static void trim_to(struct gate_work *w, enum gate_rule rule, size_t keep)
{
    if (keep == length(w)) return;
    gate_note(w, rule, prose(w) + keep, length(w) - keep);
    w->out->end = w->out->skip + keep;
}

static void trim_blanks(struct gate_work *w)
{
    w->out->end = w->out->skip + gate_trim(prose(w), length(w));
}

// Where the last whole line ends: a list has no sentences.
static size_t line_whole(const char *s, size_t len)
{
    const char *newline = mem_rchr(s, '\n', len);
    return newline ? gate_trim(s, (size_t)(newline - s)) : 0;
}

static void trim_sentence(struct gate_work *w)
{
    bool broken = w->in->cut || w->cut;
    trim_blanks(w);
    if (!broken && (w->in->markup || sentence_ends(prose(w), length(w)))) return;
    size_t whole = sentence_whole(prose(w), length(w));
    size_t line = w->in->markup ? line_whole(prose(w), length(w)) : 0;
    if (line > whole) whole = line;
    if (w->cut) // the rule that has cut it is the one to be named
        w->out->end = w->out->skip + whole;
    else
        trim_to(w, GATE_CUT_SENTENCE, whole);
}

// Where an answer that may bring `most` words and a little ends: at the last paragraph, else the last sentence within
// them, else behind the first sentence. 0: there is none.
static size_t whole_within(const char *s, size_t len, size_t most, size_t slack)
{
    size_t within = words_head(s, len, most + slack), keep = paragraph_whole(s, within);
    if (words_count(s, keep) + slack < most) keep = sentence_whole(s, within);
    for (size_t words = most + slack; keep == 0 && within < len; words += slack) {
        within = words_head(s, len, words);
        keep = sentence_whole(s, within);
    }
    return keep;
}

// The book may not run far over the words asked for.
static void trim_length(struct gate_work *w)
{
    int slack = w->in->most_words / 50 + 15;
    if (w->in->most_words == 0 || w->out->words <= w->in->most_words + slack) return;
    size_t keep = whole_within(prose(w), length(w), (size_t)w->in->most_words, (size_t)slack);
    if (keep == 0) return;
    trim_to(w, GATE_OVER_LENGTH, keep);
    w->out->words = (int)words_count(prose(w), keep);
}

bool gate_end(struct gate_work *w)
{
    if (!gate_repetition(w) || !trim_tokens(w)) return false;
    trim_blanks(w);
    trim_to(w, GATE_META, gate_meta(w->in, prose(w), length(w)));
    trim_sentence(w);
    size_t open = gate_closer(w->in, prose(w), length(w));
    if (open < length(w)) {
        trim_to(w, GATE_CLOSER, open);
        trim_blanks(w);
    }
    w->out->words = (int)words_count(prose(w), length(w));
    trim_length(w);
    return true;
}
