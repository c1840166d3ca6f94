// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Thinking that servers leave in the text, in the marks of many models. Some prompts open it for the model, so that an
// answer holds only the mark that closes it.
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "engine/gate.h"
#include "engine/gate_rules.h"

static const struct {
    const char *open, *close;
} thoughts[] = {
    {"<think>", "</think>"},
    {"<thinking>", "</thinking>"},
    {"<thought>", "</thought>"},
    {"<reasoning>", "</reasoning>"},
    {"<seed:think>", "</seed:think>"},
    {"[THINK]", "[/THINK]"},
    {"<|START_THINKING|>", "<|END_THINKING|>"},
    {"<|channel|>analysis", "<|channel|>final<|message|>"},
    {"<|channel|>final", "<|message|>"},
    {"<|channel>thought", "<channel|>"},
    {"◁think▷", "◁/think▷"},
};

static bool begins_with(const char *s, size_t len, const char *mark)
{
    return len >= strlen(mark) && strncasecmp(s, mark, strlen(mark)) == 0;
}

static size_t find(const char *s, size_t len, const char *mark)
{
    const char *at = memmem(s, len, mark, strlen(mark));
    return at ? (size_t)(at - s) : len;
}

enum gate_thought gate_thinking(const char *s, size_t len, size_t *behind)
{
    for (size_t i = 0; i < ARRAY_LEN(thoughts); i++) {
        bool opens = begins_with(s, len, thoughts[i].open);
        size_t close = find(s, len, thoughts[i].close);
        // A mark that closes what nothing opened; but "<|message|>" closes only what it follows.
        bool dangles = close < len && thoughts[i].close[1] == '/' && find(s, close, thoughts[i].open) == close;
        if (!opens && !dangles) continue;
        if (close == len) return GATE_ONLY_THOUGHT;
        *behind = close + strlen(thoughts[i].close);
        return gate_trim(s + *behind, len - *behind) > 0 ? GATE_THOUGHT : GATE_ONLY_THOUGHT;
    }
    return GATE_NO_THOUGHT;
}

bool gate_has_thoughts(const char *text, size_t len)
{
    size_t behind;
    return gate_thinking(text, len, &behind) == GATE_THOUGHT;
}
