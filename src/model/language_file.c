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

// Keys that are a text and nothing more.
static const struct {
    const char *key;
    size_t offset;
} text_keys[] = {
    {"name", offsetof(struct language, name)},
    {"line", offsetof(struct language, line)},
    {"common", offsetof(struct language, common)},
    {"chapter", offsetof(struct language, chapter)},
    {"contents", offsetof(struct language, words[LANGUAGE_CONTENTS])},
    {"cover", offsetof(struct language, words[LANGUAGE_COVER])},
    {"title_page", offsetof(struct language, words[LANGUAGE_TITLE_PAGE])},
    {"unfinished", offsetof(struct language, words[LANGUAGE_UNFINISHED])},
    {"gap", offsetof(struct language, words[LANGUAGE_GAP])},
    {"dash", offsetof(struct language, dash)},
    {"speech", offsetof(struct language, speech)},
    {"ellipsis", offsetof(struct language, ellipsis)},
    {"elisions", offsetof(struct language, elisions)},
    {"spaced", offsetof(struct language, spaced)},
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

// A value with a blank at one of its ends stands in straight marks.
static void set_text(char **at, const char *value)
{
    size_t len = strlen(value);
    bool marked = len >= 2 && value[0] == '"' && value[len - 1] == '"';
    free(*at);
    *at = marked ? mem_strndup(value + 1, len - 2) : mem_strdup(value);
}

static bool set_text_key(struct language *l, const char *key, const char *value)
{
    for (size_t i = 0; i < ARRAY_LEN(text_keys); i++) {
        if (strcmp(text_keys[i].key, key) != 0) continue;
        set_text((char **)((char *)l + text_keys[i].offset), value);
        return true;
    }
    return false;
}

static void set_quotes(struct language *l, const char *value)
{
    for (int i = 0; i < LANGUAGE_QUOTES; i++) {
        size_t len = strcspn(value, " ");
        free(l->quotes[i]);
        l->quotes[i] = mem_strndup(value, len);
        value += len + strspn(value + len, " ");
    }
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
    if (set_text_key(l, key, value)) return;
    if (strcmp(key, "quotes") == 0)
        set_quotes(l, value);
    else if (strcmp(key, "tokens") == 0)
        l->tokens = strtod(value, NULL);
    else if (strcmp(key, "script") == 0)
        l->scripts = read_scripts(value);
    else if (strcmp(key, "direction") == 0)
        l->rtl = strcmp(value, "rtl") == 0;
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
