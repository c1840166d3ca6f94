// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Answers that are no story as a whole: the model refuses, or thinks aloud. A story may apologise and think too, so only
// the beginning is looked at, and the end of an answer that came to no end; a long answer that begins with an apology is
// one only if it also ends as talk.
#include "base/mem.h"
#include "engine/gate_rules.h"
#include "text/plain.h"
#include "text/words.h"

enum {
    HEAD_CHARACTERS = 300,
    SHORT_WORDS = 150,
    LAST_PARAGRAPHS = 2,
    SHORT_SENTENCES = 16,
};

static size_t last_paragraph(const char *s, size_t len)
{
    size_t before = paragraph_whole(s, len);
    return before + gate_blanks(s + before, len - before);
}

static bool is_refusal(const struct language *l, const char *s, size_t len)
{
    if (!gate_matches_head(l, LANGUAGE_REFUSAL, s, len, HEAD_CHARACTERS)) return false;
    if (words_count(s, len) < SHORT_WORDS) return true;
    size_t last = last_paragraph(s, len);
    return gate_matches(l, LANGUAGE_META, s + last, len - last) ||
           gate_matches(l, LANGUAGE_REFUSAL, s + last, len - last);
}

static bool thinks_at(const struct language *l, const char *s, size_t len)
{
    return gate_matches_head(l, LANGUAGE_REASONING, s, len, HEAD_CHARACTERS);
}

static size_t count_thoughts(const struct language *l, const char *s, size_t len, size_t *sentences)
{
    size_t thoughts = 0;
    for (size_t end = gate_trim(s, len), start; end > 0; end = gate_trim(s, start)) {
        start = sentence_whole(s, end - 1);
        size_t from = start + gate_blanks(s + start, end - start);
        if (gate_matches(l, LANGUAGE_REASONING, s + from, end - from)) thoughts++;
        (*sentences)++;
    }
    return thoughts;
}

// Thinking that began in the middle of a thought. One sentence of it may be a narrator's, in a text of some length.
bool gate_thinks(const struct language *l, const char *s, size_t len)
{
    struct buf silent;
    size_t sentences = 0;
    buf_init(&silent, BUF_MAX_PIECE);
    plain_without_speech(&silent, s, gate_first(s, len, GATE_THOUGHT_CHARACTERS));
    size_t thoughts = count_thoughts(l, silent.data, silent.len, &sentences);
    buf_release(&silent);
    return thoughts > (sentences < SHORT_SENTENCES ? 0 : 1);
}

static bool is_reasoning(const struct gate_in *in, const char *s, size_t len)
{
    const struct language *l = in->language;
    if (thinks_at(l, s, len) || (!in->head_seen && gate_thinks(l, s, len))) return true;
    for (int i = 0; i < LAST_PARAGRAPHS && len > 0; i++) {
        size_t last = last_paragraph(s, len);
        if (thinks_at(l, s + last, len - last)) return true;
        len = gate_trim(s, last);
    }
    return false;
}

bool gate_judge_answer(struct gate_work *w)
{
    const char *answer = w->in->text + w->answer;
    size_t len = gate_trim(answer, w->in->len - w->answer);
    if (is_refusal(w->in->language, answer, len)) return gate_refuse_quote(w, GATE_REFUSAL, answer, len);
    if (is_reasoning(w->in, answer, len)) return gate_refuse_quote(w, GATE_REASONING, answer, len);
    return true;
}
