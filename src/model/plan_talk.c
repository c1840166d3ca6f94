// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Talk in planning answers. It matters only where prose is made a plan of, so the lists are short: what local models
// say most, in the languages they say it in. A plan that is lost by it is asked for again.
#include "model/plan_talk.h"

#include "base/mem.h"
#include "text/plain.h"

#include <string.h>

enum { HEAD_BYTES = 160 };

// Anywhere in an answer's first lines.
static const char *const refusals[] = {
    "i'm sorry",
    "i am sorry",
    "i cannot",
    "i can't",
    "i won't be able",
    "i'm unable",
    "i am unable",
    "i'm not able",
    "as an ai",
    "as a language model",
    "content policy",
    "jako model językowy",
    "ich kann leider nicht",
    "ich kann dabei nicht",
    "je ne peux pas vous",
    "no puedo ayudar",
    "作为ai",
    "作为人工智能",
};

// At its start: in the middle these are words of a story.
static const char *const apologies[] = {
    "sorry",
    "unfortunately",
    "i apologize",
    "przykro mi",
    "przepraszam",
    "nie mogę",
    "niestety",
    "tut mir leid",
    "es tut mir leid",
    "leider",
    "ich kann das nicht",
    "je suis désolé",
    "désolé",
    "je ne peux pas",
    "lo siento",
    "no puedo",
    "mi dispiace",
    "non posso",
    "não posso",
    "desculpe",
    "я не могу",
    "извините",
    "申し訳",
    "抱歉",
    "很抱歉",
    "对不起",
};

// At the start of a line or sentence.
static const char *const openers[] = {
    "sure",    "certainly",    "of course", "understood",     "absolutely", "here is",   "here's",     "here are",
    "below ",  "let me know",  "i hope",    "would you like", "feel free",  "jasne",     "oczywiście", "oto ",
    "poniżej", "daj znać",     "gerne",     "natürlich",      "hier ist",   "hier sind", "bien sûr",   "voici",
    "claro",   "por supuesto", "aquí ",     "以下",           "好的",       "当然",
};

static bool holds_some(const char *s, const char *const *list, size_t count, bool at_start)
{
    for (size_t i = 0; i < count; i++) {
        const char *at = strstr(s, list[i]);
        if (at && (!at_start || at == s)) return true;
    }
    return false;
}

static bool look(const char *s, size_t len, const char *const *list, size_t count, bool at_start)
{
    struct buf plain;
    buf_init(&plain, BUF_MAX_LINE);
    plain_add(&plain, s, len < HEAD_BYTES ? len : HEAD_BYTES);
    bool found = holds_some(plain.data, list, count, at_start);
    buf_release(&plain);
    return found;
}

bool plan_is_refusal(const char *text, size_t len)
{
    while (len && strchr(" \t\r\n*_", *text)) {
        text++;
        len--;
    }
    return look(text, len, refusals, ARRAY_LEN(refusals), false) ||
           look(text, len, apologies, ARRAY_LEN(apologies), true);
}

bool plan_is_chat(struct plan_span s)
{
    bool colon = s.len && s.s[s.len - 1] == ':';
    return colon || look(s.s, s.len, openers, ARRAY_LEN(openers), true);
}
