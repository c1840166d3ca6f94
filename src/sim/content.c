// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Filling the fields. The order in which they are filled is part of what a book is: each takes its numbers from the
// same dice.
#include "sim/content.h"

#include <string.h>

enum { OUTLINE_MOST = 1000, CARDS_MOST = 100, BIBLE_RULES = 4, BIBLE_CAST = 6, BIBLE_THREADS = 5 };

struct writer {
    const struct grammar *g;
    uint64_t book_seed;
    struct rng rng;
    struct cast cast;
};

static struct writer writer_for(const struct grammar *g, uint64_t book_seed, enum ask_kind kind)
{
    struct writer w = {.g = g, .book_seed = book_seed, .rng = {.state = rng_mix(book_seed, (uint64_t)kind + 1000)}};
    grammar_cast(g, book_seed, &w.cast);
    return w;
}

// What a number of the book has is its own, whatever the batch it is asked in.
static struct writer writer_of_number(const struct writer *w, long number)
{
    struct writer own = *w;
    own.rng.state = rng_mix(w->rng.state, (uint64_t)number);
    return own;
}

static json_t *text(struct writer *w, const char *rule)
{
    struct buf b;
    buf_init(&b, BUF_MAX_LINE);
    grammar_expand(w->g, &w->rng, &w->cast, rule, &b);
    json_t *j = json_stringn(b.data, b.len);
    buf_release(&b);
    return j;
}

static void set(struct writer *w, json_t *object, const char *key, const char *rule)
{
    json_object_set_new(object, key, text(w, rule));
}

static json_t *texts(struct writer *w, int times, const char *rule)
{
    json_t *list = json_array();
    for (int i = 0; i < times; i++) json_array_append_new(list, text(w, rule));
    return list;
}

// The question that a chapter raises and the next one answers.
static json_t *question(const struct writer *w, long chapter)
{
    struct writer own = *w;
    own.rng.state = rng_mix(rng_mix(w->book_seed, '?'), (uint64_t)chapter);
    return text(&own, "$C");
}

static json_t *question_list(const struct writer *w, long chapter, bool any)
{
    json_t *list = json_array();
    if (any) json_array_append_new(list, question(w, chapter));
    return list;
}

static bool title_given(const char *title, size_t len)
{
    static const char OPEN[] = "(yours to find)";
    return title && len && !(len == sizeof OPEN - 1 && memcmp(title, OPEN, len) == 0);
}

static json_t *bible(struct writer *w, const struct ask *ask)
{
    static const struct {
        const char *key, *rule;
    } FIELDS[] = {{"role", "$P"}, {"want", "$Q"}, {"fear", "$R"}, {"voice", "$S"}};
    size_t len = 0;
    const char *title = ask_line(ask->last_user, "Title: ", &len);
    json_t *b = json_object(), *cast = json_array();
    json_object_set_new(b, "title", title_given(title, len) ? json_stringn(title, len) : text(w, "$B"));
    set(w, b, "logline", "$G");
    set(w, b, "setting", "$H");
    set(w, b, "style", "$I");
    json_object_set_new(b, "rules", texts(w, BIBLE_RULES, "$M"));
    for (size_t i = 0; i < BIBLE_CAST; i++) {
        json_t *person = json_pack("{s:s}", "name", w->cast.names[i]);
        for (size_t k = 0; k < sizeof FIELDS / sizeof *FIELDS; k++) set(w, person, FIELDS[k].key, FIELDS[k].rule);
        json_array_append_new(cast, person);
    }
    json_object_set_new(b, "cast", cast);
    json_object_set_new(b, "threads", texts(w, BIBLE_THREADS, "$T"));
    set(w, b, "ending", "$U");
    return b;
}

static json_t *act(const struct writer *acts, long number)
{
    struct writer w = writer_of_number(acts, number);
    json_t *a = json_pack("{s:I}", "number", (json_int_t)number);
    set(&w, a, "start", "$Z");
    set(&w, a, "turn", "$c");
    set(&w, a, "open", "$T");
    return a;
}

// One chapter of five is longer or shorter than the others.
static json_t *weight(long chapter)
{
    if (chapter % 5) return json_integer(1);
    return json_real(chapter % 2 ? 1.2 : 0.8);
}

static json_t *chapter(const struct writer *outline, long number, long last)
{
    struct writer w = writer_of_number(outline, number);
    json_t *c = json_pack("{s:I}", "number", (json_int_t)number), *beats = json_array();
    set(&w, c, "title", "$B");
    set(&w, c, "pov", "$N");
    json_array_append_new(beats, text(&w, "$E"));
    json_array_append_new(beats, text(&w, "$c"));
    json_t *ends_on = text(&w, "$F");
    set(&w, c, "summary", "$c");
    json_object_set_new(c, "beats", beats);
    set(&w, c, "purpose", "$A");
    json_object_set_new(c, "ends_on", ends_on);
    json_object_set_new(c, "opens", question_list(&w, number, number < last));
    json_object_set_new(c, "closes", question_list(&w, number - 1, number > 1));
    json_object_set_new(c, "weight", weight(number));
    return c;
}

static json_t *each(const struct writer *w, const struct ask *ask, const char *key)
{
    json_t *list = json_array();
    long from = ask->numbers[0], to = ask->numbers[1];
    for (long n = from; n <= to && n - from < OUTLINE_MOST; n++)
        json_array_append_new(list, ask->kind == ASK_ACTS ? act(w, n) : chapter(w, n, ask->numbers[2]));
    return json_pack("{s:o}", key, list);
}

static json_t *cards(const struct writer *beats, const struct ask *ask)
{
    struct writer w = writer_of_number(beats, ask->numbers[0]);
    json_t *list = json_array();
    for (long k = 1; k <= ask->numbers[1] && k <= CARDS_MOST; k++) {
        json_t *card = json_object();
        set(&w, card, "state", "$K$N");
        json_object_set_new(card, "events", texts(&w, 2, "$c"));
        set(&w, card, "end", "$Z");
        json_array_append_new(list, card);
    }
    return json_pack("{s:o}", "cards", list);
}

static json_t *recap(const struct writer *recaps, const struct ask *ask)
{
    long number = ask->numbers[0];
    bool merged = ask->kind == ASK_MERGE;
    struct writer w = writer_of_number(recaps, merged ? number * OUTLINE_MOST + ask->numbers[1] : number);
    json_t *r = json_object(), *changed = json_array();
    set(&w, r, "happened", "$V");
    for (int i = 0; i < (merged ? 2 : 1); i++) {
        json_t *name = text(&w, "$N");
        json_array_append_new(changed, json_pack("{s:o,s:o}", "name", name, "state", text(&w, "$W")));
    }
    json_object_set_new(r, "changed", changed);
    json_object_set_new(r, "open", question_list(&w, number, !merged));
    json_object_set_new(r, "closed", question_list(&w, number - 1, !merged && number > 1));
    json_object_set_new(r, "facts", texts(&w, 2, "$X"));
    json_object_set_new(r, "done", texts(&w, merged ? 0 : 1, "$c"));
    return r;
}

json_t *content_new(const struct ask *ask, const struct grammar *g, uint64_t book_seed)
{
    struct writer w = writer_for(g, book_seed, ask->kind);
    switch (ask->kind) {
    case ASK_BIBLE:
        return bible(&w, ask);
    case ASK_ACTS:
        return each(&w, ask, "acts");
    case ASK_OUTLINE:
        return each(&w, ask, "chapters");
    case ASK_BEATS:
        return cards(&w, ask);
    case ASK_RECAP:
    case ASK_MERGE:
        return recap(&w, ask);
    case ASK_CHUNK:
    case ASK_OTHER:
    case ASK_PROOF:
    case ASK_KINDS:
        break;
    }
    return NULL;
}

const char *content_text(const json_t *object, const char *key)
{
    const char *s = json_string_value(json_object_get(object, key));
    return s ? s : "";
}

void content_title(const struct grammar *g, uint64_t book_seed, long number, struct buf *out)
{
    struct writer outline = writer_for(g, book_seed, ASK_OUTLINE), w = writer_of_number(&outline, number);
    grammar_expand(g, &w.rng, &w.cast, "$B", out);
}
