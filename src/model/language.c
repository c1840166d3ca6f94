// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The set of languages and what is known of each. language_name and language_line are declared in include/model/spec.h;
// the line exists because a model answers in the language that it read last.
#include "model/language.h"

#include "base/mem.h"
#include "model/language_data.h"
#include "model/spec.h"
#include "text/embedded.h"
#include "text/plain.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

// Not const, because the set is read and its patterns are compiled when they are first needed; it never changes
// otherwise, and the program has one thread that asks for it.
static struct {
    struct language *known, *unknown;
} set;

static void read_all(void)
{
    struct language **last = &set.known;
    for (const struct embedded_file *f = embedded_languages; f->name; f++) {
        *last = language_new(f->name, strcspn(f->name, "."));
        language_read(*last, f->data, f->len);
        last = &(*last)->next;
    }
}

const struct language *language_all(void)
{
    if (!set.known) read_all();
    return set.known;
}

static const struct language *find(const struct language *l, const char *tag)
{
    while (l && strcasecmp(l->tag, tag) != 0) l = l->next;
    return l;
}

const struct language *language_get(const char *tag)
{
    const struct language *l = find(language_all(), tag);
    if (!l) l = find(set.unknown, tag);
    if (l) return l;
    struct language *other = language_new(tag, strlen(tag));
    other->next = set.unknown;
    set.unknown = other;
    return other;
}

const char *language_tag(const struct language *l)
{
    return l->tag;
}

const char *language_title(const struct language *l)
{
    return l->name;
}

const char *language_chapter(const struct language *l)
{
    return l->chapter ? l->chapter : "Chapter";
}

// What is said of English holds where a language says nothing.
static const struct language *english(void)
{
    return language_get("en");
}

const char *language_word(const struct language *l, enum language_word w)
{
    return l->words[w] ? l->words[w] : english()->words[w];
}

const char *const *language_quotes(const struct language *l)
{
    const struct language *from = l->quotes[0] ? l : english();
    return (const char *const *)from->quotes;
}

const char *language_dash(const struct language *l)
{
    return l->dash ? l->dash : english()->dash;
}

const char *language_speech(const struct language *l)
{
    return l->speech ? l->speech : english()->speech;
}

const char *language_ellipsis(const struct language *l)
{
    return l->ellipsis ? l->ellipsis : "…";
}

bool language_elides(const struct language *l, const char *word, size_t len)
{
    for (const char *at = l->elisions; at && *at; at += strspn(at, " ")) {
        size_t known = strcspn(at, " ");
        if (known == len && strncasecmp(at, word, len) == 0) return true;
        at += known;
    }
    return false;
}

// A NUL is no mark.
static const char *space_of(const char *mark, char c)
{
    static const char *const spaces[] = {"\u202F", "\u00A0"};
    for (size_t i = 0; i < ARRAY_LEN(spaces); i++) {
        size_t len = strlen(spaces[i]);
        if (strncmp(mark, spaces[i], len) == 0 && mark[len] == c) return spaces[i];
    }
    return NULL;
}

const char *language_space_before(const struct language *l, char c)
{
    const char *found = NULL;
    for (const char *at = l->spaced; at && *at && c != '\0' && !found; at += strspn(at, " ")) {
        found = space_of(at, c);
        at += strcspn(at, " ");
    }
    return found;
}

bool language_rtl(const struct language *l)
{
    return l->rtl;
}

double language_tokens(const struct language *l)
{
    return l->tokens > 0 ? l->tokens : 2;
}

const char *language_common(const struct language *l)
{
    return l->common ? l->common : "";
}

const char *language_name(const char *tag)
{
    return language_get(tag)->name;
}

const char *language_line(const char *tag, char *out, size_t size)
{
    const struct language *l = language_get(tag);
    if (l->line)
        (void)snprintf(out, size, "%s", l->line);
    else
        (void)snprintf(out, size, "Write in %s.", l->name);
    return out;
}

const char *language_tag_of(const char *name)
{
    for (const struct language *l = language_all(); l; l = l->next)
        if (strcasecmp(l->name, name) == 0) return l->tag;
    return NULL;
}

char *language_fold(const char *s, size_t len)
{
    struct buf out;
    buf_init(&out, BUF_MAX_PIECE);
    plain_add(&out, s, len);
    return out.data;
}
