// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Lines in the forms that the templates ask for, or JSON.
#include "sim/notes.h"

#include "sim/content.h"

#include <stdlib.h>
#include <string.h>

static void write_list(const json_t *content, const char *key, const char *label, struct buf *out)
{
    size_t i;
    const json_t *item;
    json_array_foreach(json_object_get(content, key), i, item)
        buf_addf(out, "\n%s: %s", label, json_string_value(item));
}

static void write_bible(const json_t *b, struct buf *out)
{
    size_t i;
    const json_t *p;
    buf_addf(out, "TITLE: %s\nLOGLINE: %s\nSETTING: %s\nSTYLE: %s", content_text(b, "title"),
             content_text(b, "logline"), content_text(b, "setting"), content_text(b, "style"));
    write_list(b, "rules", "RULE", out);
    json_array_foreach(json_object_get(b, "cast"), i, p)
        buf_addf(out, "\nCAST: %s | %s | %s | %s | %s", content_text(p, "name"), content_text(p, "role"),
                 content_text(p, "want"), content_text(p, "fear"), content_text(p, "voice"));
    write_list(b, "threads", "THREAD", out);
    buf_addf(out, "\nENDING: %s", content_text(b, "ending"));
}

static void write_joined(const json_t *list, struct buf *out)
{
    size_t i;
    const json_t *item;
    json_array_foreach(list, i, item) buf_addf(out, "%s%s", i ? "; " : "", json_string_value(item));
}

static void write_threads(const json_t *list, char sign, struct buf *out)
{
    size_t i;
    const json_t *item;
    json_array_foreach(list, i, item)
        buf_addf(out, "%s%c%s", out->data[out->len - 1] == ' ' ? "" : " ", sign, json_string_value(item));
}

static void write_chapter(const json_t *c, struct buf *out)
{
    buf_addf(out, "%lld | %s | %s | ", (long long)json_integer_value(json_object_get(c, "number")),
             content_text(c, "title"), content_text(c, "pov"));
    write_joined(json_object_get(c, "beats"), out);
    buf_addf(out, " | %s | %s | ", content_text(c, "purpose"), content_text(c, "ends_on"));
    write_threads(json_object_get(c, "opens"), '+', out);
    write_threads(json_object_get(c, "closes"), '-', out);
    buf_addf(out, " | %g", json_number_value(json_object_get(c, "weight")));
}

static void write_act(const json_t *a, struct buf *out)
{
    buf_addf(out, "ACT %lld | %s | %s | %s", (long long)json_integer_value(json_object_get(a, "number")),
             content_text(a, "start"), content_text(a, "turn"), content_text(a, "open"));
}

static void write_each(const json_t *list, void (*write)(const json_t *, struct buf *), struct buf *out)
{
    size_t i;
    const json_t *item;
    json_array_foreach(list, i, item)
    {
        if (i) buf_addc(out, '\n');
        write(item, out);
    }
}

static void write_cards(const json_t *list, struct buf *out)
{
    size_t i;
    const json_t *c;
    json_array_foreach(list, i, c)
    {
        buf_addf(out, "%sCARD %zu | %s | ", i ? "\n" : "", i + 1, content_text(c, "state"));
        write_joined(json_object_get(c, "events"), out);
        buf_addf(out, " | %s", content_text(c, "end"));
    }
}

static void write_recap(const json_t *r, struct buf *out)
{
    size_t i;
    const json_t *c;
    buf_addf(out, "HAPPENED: %s", content_text(r, "happened"));
    json_array_foreach(json_object_get(r, "changed"), i, c)
        buf_addf(out, "\nCHANGED: %s: %s", content_text(c, "name"), content_text(c, "state"));
    write_list(r, "open", "OPEN", out);
    write_list(r, "closed", "CLOSED", out);
    write_list(r, "facts", "FACT", out);
    write_list(r, "done", "DONE", out);
}

static void write_other(const struct task *t, struct buf *out)
{
    const struct ask *ask = t->ask;
    struct rng r = {.state = rng_mix(t->book_seed, (uint64_t)ask->kind + 1000)};
    // The question by which clients find out whether a prefilled answer is continued.
    bool paris = strstr(ask->last_user, "capital of France") || (ask->prefill && strstr(ask->prefill, "of France"));
    grammar_expand(t->grammar, &r, &t->cast, paris ? "The capital of France is Paris." : "$Y", out);
}

static void write_json(const json_t *content, struct buf *out)
{
    char *text = json_dumps(content, JSON_REAL_PRECISION(3));
    if (text) buf_adds(out, text);
    free(text);
}

static void write_lines(enum ask_kind kind, const json_t *content, struct buf *out)
{
    switch (kind) {
    case ASK_BIBLE:
        write_bible(content, out);
        break;
    case ASK_ACTS:
        write_each(json_object_get(content, "acts"), write_act, out);
        break;
    case ASK_OUTLINE:
        write_each(json_object_get(content, "chapters"), write_chapter, out);
        break;
    case ASK_BEATS:
        write_cards(json_object_get(content, "cards"), out);
        break;
    case ASK_RECAP:
    case ASK_MERGE:
        write_recap(content, out);
        break;
    case ASK_CHUNK:
    case ASK_OTHER:
    case ASK_PROOF:
    case ASK_KINDS:
        break;
    }
}

static bool has_json_form(enum ask_kind kind)
{
    return kind == ASK_BIBLE || kind == ASK_ACTS || kind == ASK_OUTLINE;
}

void notes_write(const struct task *t, struct buf *out)
{
    json_t *content = content_new(t->ask, t->grammar, t->book_seed);
    if (!content)
        write_other(t, out);
    else if (t->habits->plan_prose)
        notes_write_prose(t, content, out);
    else if (t->ask->json && !t->habits->no_json && has_json_form(t->ask->kind))
        write_json(content, out);
    else
        write_lines(t->ask->kind, content, out);
    json_decref(content);
}
