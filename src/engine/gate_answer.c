// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Answers that are no story as a whole: the model refuses, or thinks aloud. A story may apologise and think too, so only
// the beginning is looked at, and the end of an answer that came to no end; a long answer that begins with an apology is
// one only if it also ends as talk.
#include "engine/gate_rules.h"
#include "text/words.h"

enum { HEAD_CHARACTERS = 300, SHORT_WORDS = 150, LAST_PARAGRAPHS = 2 };

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

static bool is_reasoning(const struct language *l, const char *s, size_t len)
{
    if (thinks_at(l, s, len)) return true;
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
    if (is_reasoning(w->in->language, answer, len)) return gate_refuse_quote(w, GATE_REASONING, answer, len);
    return true;
}
