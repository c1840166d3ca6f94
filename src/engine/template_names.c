// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The templates of a set, and the variables that each may use. templates/README.md explains them; a test holds the two
// together.
#include "engine/template_text.h"

#include <string.h>

static const char *const no_variables[] = {NULL};
static const char *const bible_variables[] = {
    "kind_name",  "title", "premise", "language_name", "words",       "chapters",      "style",
    "characters", "notes", "given",   "seed_initials", "seed_detail", "language_line", NULL};
static const char *const acts_variables[] = {"from", "to", "acts", "act_chapters", "last", "language_line", NULL};
static const char *const outline_variables[] = {"from",    "to",    "chapters", "where",         "act", "previous",
                                                "threads", "given", "last",     "language_line", NULL};
static const char *const opening_variables[] = {
    "rules",  "title",      "premise",      "style",         "bible",      "acts",  "story",
    "tail",   "chapter",    "ch_title",     "ch_summary",    "purpose",    "pov",   "opens",
    "closes", "ends_on",    "cast_here",    "threads_here",  "facts_here", "avoid", "last",
    "cards",  "card_words", "opening_kind", "language_line", NULL};
static const char *const chunk_variables[] = {"chapter", "part", "parts", "card",          "later", "words",
                                              "manner",  "stop", "join",  "language_line", NULL};
static const char *const flat_variables[] = {"rules",  "title",   "premise",       "style",      "bible",
                                             "recaps", "chapter", "ch_title",      "ch_summary", "so_far",
                                             "tail",   "request", "language_line", NULL};
static const char *const recap_variables[] = {"chapter", "recap_words", "language_line", NULL};
static const char *const merge_variables[] = {"premise", "from", "to", "notes", "merge_words", "language_line", NULL};

// `newer`: sets that were packed before there was such a template lack it.
static const struct template_kind {
    const char *name;
    const char *const *variables;
    bool newer;
} kinds[TEMPLATE_COUNT] = {
    [TEMPLATE_RULES] = {"rules", no_variables, false},
    [TEMPLATE_BIBLE] = {"bible", bible_variables, false},
    [TEMPLATE_ACTS] = {"acts", acts_variables, true},
    [TEMPLATE_OUTLINE] = {"outline", outline_variables, false},
    [TEMPLATE_OPENING] = {"opening", opening_variables, false},
    [TEMPLATE_CHUNK] = {"chunk", chunk_variables, false},
    [TEMPLATE_FLAT] = {"flat", flat_variables, true},
    [TEMPLATE_RECAP] = {"recap", recap_variables, false},
    [TEMPLATE_MERGE] = {"merge", merge_variables, true},
};

const char *template_name(enum template_id id)
{
    return kinds[id].name;
}

const char *const *template_variables(enum template_id id)
{
    return kinds[id].variables;
}

bool template_is_newer(enum template_id id)
{
    return kinds[id].newer;
}

bool template_check_text(enum template_id id, const char *path, const char *text, struct err *e)
{
    size_t count = 0;
    while (kinds[id].variables[count]) count++;
    return template_check(path, text, strlen(text), kinds[id].variables, count, e);
}
