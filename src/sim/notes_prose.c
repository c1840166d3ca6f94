// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Plans as a model writes them that was made for chat.
#include "sim/notes.h"

#include "sim/content.h"

#include <string.h>

enum { KEY_LINES_MOST = 3 };

// The few words that hold the content together, in the two languages.
struct phrases {
    const char *opener, *chapter, *about, *then, *act, *until, *book, *people;
};
static const struct phrases ENGLISH = {
    .opener = "Great idea! Here is how I would approach it:\n\n",
    .chapter = "Chapter",
    .about = "In this chapter",
    .then = "After that",
    .act = "Act",
    .until = "All this goes on until",
    .book = "The book tells how",
    .people = "At the heart of it stand",
};
static const struct phrases POLISH = {
    .opener = "Świetny pomysł! Zrobiłbym to tak:\n\n",
    .chapter = "Rozdział",
    .about = "W tym rozdziale",
    .then = "Potem",
    .act = "Akt",
    .until = "Trwa to, dopóki",
    .book = "Książka mówi o tym, jak",
    .people = "W jej środku stoją",
};

static const char *nth(const json_t *object, const char *key, size_t n)
{
    const char *s = json_string_value(json_array_get(json_object_get(object, key), n));
    return s ? s : "";
}

static long long number(const json_t *object)
{
    return (long long)json_integer_value(json_object_get(object, "number"));
}

// Free text, with up to three of the lines that were asked for.
static void write_bible(const struct task *t, const struct phrases *p, const json_t *b, struct buf *out)
{
    static const char *const KEYS[KEY_LINES_MOST][2] = {
        {"TITLE", "title"}, {"SETTING", "setting"}, {"ENDING", "ending"}};
    struct rng r = habits_rng(t, "bible");
    size_t keys = rng_below(&r, KEY_LINES_MOST + 1), i;
    const json_t *person;
    for (i = 0; i < keys && i < KEY_LINES_MOST; i++)
        buf_addf(out, "%s: %s\n", KEYS[i][0], content_text(b, KEYS[i][1]));
    buf_addf(out, "%s %s. %s ", p->book, content_text(b, "logline"), p->people);
    json_array_foreach(json_object_get(b, "cast"), i, person)
        buf_addf(out, "%s%s (%s)", i ? ", " : "", content_text(person, "name"), content_text(person, "role"));
    buf_addf(out, ". %s, %s.", p->then, nth(b, "rules", 0));
}

static void write_acts(const struct phrases *p, const json_t *content, struct buf *out)
{
    size_t i;
    const json_t *a;
    json_array_foreach(json_object_get(content, "acts"), i, a)
        buf_addf(out, "%s%s %lld: %s. %s %s.", i ? "\n\n" : "", p->act, number(a), content_text(a, "start"), p->until,
                 content_text(a, "turn"));
}

static void write_outline(const struct phrases *p, const json_t *content, struct buf *out)
{
    size_t i;
    const json_t *c;
    json_array_foreach(json_object_get(content, "chapters"), i, c)
        buf_addf(out, "%s%s %lld - %s. %s %s. %s, %s.", i ? "\n\n" : "", p->chapter, number(c),
                 content_text(c, "title"), p->about, content_text(c, "summary"), p->then, nth(c, "beats", 1));
}

static void write_cards(const json_t *content, struct buf *out)
{
    size_t i;
    const json_t *c;
    json_array_foreach(json_object_get(content, "cards"), i, c) buf_addf(
        out, "%s- %s: %s, %s", i ? "\n" : "", content_text(c, "state"), nth(c, "events", 0), nth(c, "events", 1));
}

static void write_recap(const struct phrases *p, const json_t *r, struct buf *out)
{
    const json_t *c = json_array_get(json_object_get(r, "changed"), 0);
    buf_addf(out, "%s %s. %s %s %s.", content_text(r, "happened"), nth(r, "facts", 0), p->then,
             content_text(c, "name"), content_text(c, "state"));
}

void notes_write_prose(const struct task *t, const json_t *content, struct buf *out)
{
    const struct phrases *p = t->ask->polish ? &POLISH : &ENGLISH;
    if (t->ask->kind != ASK_RECAP && t->ask->kind != ASK_MERGE) buf_adds(out, p->opener);
    switch (t->ask->kind) {
    case ASK_BIBLE:
        write_bible(t, p, content, out);
        break;
    case ASK_ACTS:
        write_acts(p, content, out);
        break;
    case ASK_OUTLINE:
        write_outline(p, content, out);
        break;
    case ASK_BEATS:
        write_cards(content, out);
        break;
    case ASK_RECAP:
    case ASK_MERGE:
        write_recap(p, content, out);
        break;
    case ASK_CHUNK:
    case ASK_OTHER:
    case ASK_PROOF:
    case ASK_KINDS:
        break;
    }
}
