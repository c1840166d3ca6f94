// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The patterns of a language on a text. Those of a kind are one expression, compiled when it is first needed: a program
// that writes in one language never pays for the others.
#include "model/language_data.h"

static const struct pattern *compiled(const struct language *l, enum language_pattern kind)
{
    struct pattern **p = &l->compiled->pattern[kind];
    struct err e = ERR_INIT; // a test compiles every pattern; one that is none matches nothing
    if (!*p && l->patterns[kind].len > 0) *p = pattern_new(l->patterns[kind].data, &e);
    return *p;
}

static bool matches(const struct language *l, enum language_pattern kind, const char *text)
{
    const struct pattern *p = compiled(l, kind);
    return p && pattern_matches(p, text);
}

bool language_matches(const struct language *l, enum language_pattern kind, const char *text)
{
    const struct language *english = language_get("en");
    return matches(l, kind, text) || (l != english && matches(english, kind, text));
}
