// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Reading a language's file: `key: value` lines. The files are part of the program, so what is wrong in one is found by
// a test; here an unknown key says nothing.
#include "model/language_data.h"

#include "base/mem.h"
#include "text/script.h"

#include <stdlib.h>
#include <string.h>

static const char *const pattern_keys[LANGUAGE_PATTERNS] = {
    [LANGUAGE_OPENER] = "opener",       [LANGUAGE_META] = "meta",     [LANGUAGE_REFUSAL] = "refusal",
    [LANGUAGE_REASONING] = "reasoning", [LANGUAGE_CLOSER] = "closer", [LANGUAGE_HEADING] = "heading",
};

struct language *language_new(const char *tag, size_t len)
{
    struct language *l = mem_calloc(1, sizeof(*l));
    l->tag = mem_strndup(tag, len);
    l->name = mem_strdup(l->tag);
    l->compiled = mem_calloc(1, sizeof(*l->compiled));
    for (int i = 0; i < LANGUAGE_PATTERNS; i++) buf_init(&l->patterns[i], BUF_MAX_PIECE);
    return l;
}

static void set_text(char **at, const char *value)
{
    free(*at);
    *at = mem_strdup(value);
}

static unsigned read_scripts(const char *value)
{
    unsigned bits = 0;
    for (const char *at = value; *at; at += strspn(at, " ")) {
        size_t len = strcspn(at, " ");
        bits |= 1U << script_find(at, len);
        at += len;
    }
    return bits;
}

static void add_pattern(struct language *l, const char *key, const char *value)
{
    for (int i = 0; i < LANGUAGE_PATTERNS; i++)
        if (strcmp(pattern_keys[i], key) == 0)
            buf_addf(&l->patterns[i], "%s(%s)", l->patterns[i].len > 0 ? "|" : "", value);
}

static void set_key(struct language *l, const char *key, const char *value)
{
    if (strcmp(key, "name") == 0)
        set_text(&l->name, value);
    else if (strcmp(key, "line") == 0)
        set_text(&l->line, value);
    else if (strcmp(key, "chapter") == 0)
        set_text(&l->chapter, value);
    else if (strcmp(key, "common") == 0)
        set_text(&l->common, value);
    else if (strcmp(key, "tokens") == 0)
        l->tokens = strtod(value, NULL);
    else if (strcmp(key, "script") == 0)
        l->scripts = read_scripts(value);
    else
        add_pattern(l, key, value);
}

static void read_line(struct language *l, char *line)
{
    char *colon = strchr(line, ':');
    if (line[0] == '#' || !colon) return;
    *colon = '\0';
    set_key(l, line, colon + 1 + strspn(colon + 1, " "));
}

void language_read(struct language *l, const char *text, size_t len)
{
    for (size_t at = 0; at < len;) {
        size_t line = strcspn(text + at, "\n");
        char *copy = mem_strndup(text + at, line);
        read_line(l, copy);
        free(copy);
        at += line + 1;
    }
}
