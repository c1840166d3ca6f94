// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Figures of style, from rows. A chapter's are kept as an event, so that the report need not count them again.
#include "engine/measure.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/shingle.h"
#include "text/style.h"

enum { HABITS_MOST = 8, HABITS_WORDS = 25000, SHINGLES_MOST = 1 << 20 };

// ---- a chapter -----------------------------------------------------------------------------------------------------

static bool add_prose(void *arg, const struct chunk_row *c)
{
    struct buf *prose = arg;
    if (c->gap) return true;
    buf_adds(prose, c->glue);
    buf_add(prose, c->text + c->skip, c->len - c->skip);
    return true;
}

static double rounded(double value)
{
    return (double)(int64_t)(value * 1000 + 0.5) / 1000;
}

static struct json *style_json(const struct style *y, int chapter)
{
    struct json *o = json_new_object();
    json_set_int(o, "chapter", chapter);
    json_set_int(o, "words", (int64_t)y->words);
    json_set_num(o, "distinct_2", rounded(y->distinct_2));
    json_set_num(o, "repeated_8", rounded(y->repeated_8));
    json_set_num(o, "sentence_cv", rounded(y->sentence_cv));
    json_set_num(o, "speech", rounded(y->speech));
    return o;
}

bool measure_chapter(const struct desk *d, int chapter, struct err *e)
{
    struct buf prose, data;
    struct style style;
    char text[160];
    buf_init(&prose, BUF_MAX_BOOK);
    buf_init(&data, BUF_MAX_PIECE);
    bool ok = store_chunks_each(d->store, d->job->id, chapter, STORE_BY_PLACE, add_prose, &prose, e);
    style_measure(&style, prose.data, prose.len);
    struct json *o = style_json(&style, chapter);
    json_write(o, &data, 0);
    (void)snprintf(text, sizeof(text), "chapter %d: %.0f %% different pairs of words, %.1f %% repeated runs of eight",
                   chapter, style.distinct_2 * 100, style.repeated_8 * 100);
    ok = ok && store_event_add(d->store, d->job->id, "style", text, data.data, e);
    json_free(o);
    buf_release(&prose);
    buf_release(&data);
    return ok;
}

// ---- the book -------------------------------------------------------------------------------------------------------

struct sums {
    struct json **measured; // of each chapter the last figures: it may have been written anew
    size_t count, cap;
    struct json *chapters;
    double words, distinct_2, sentence_cv, speech;
};

static bool keep_chapter(void *arg, const struct event_row *r)
{
    struct sums *s = arg;
    struct err e = ERR_INIT;
    if (strcmp(r->type, "style") != 0) return true;
    struct json *o = json_read(r->data, strlen(r->data), &e);
    int64_t chapter = json_int(json_get(o, "chapter"), 0);
    size_t at = 0;
    while (at < s->count && json_int(json_get(s->measured[at], "chapter"), 0) != chapter) at++;
    mem_grow(&s->measured, &s->cap, at + 1, sizeof(struct json *));
    if (at < s->count)
        json_free(s->measured[at]);
    else
        s->count++;
    s->measured[at] = o;
    return true;
}

// Takes over `o`.
static void add_chapter(struct sums *s, struct json *o)
{
    double words = json_num(json_get(o, "words"), 0);
    s->words += words;
    s->distinct_2 += words * json_num(json_get(o, "distinct_2"), 1);
    s->sentence_cv += words * json_num(json_get(o, "sentence_cv"), 0);
    s->speech += words * json_num(json_get(o, "speech"), 0);
    if (o) json_push(s->chapters, o);
}

struct repetition {
    struct shingles *said;
    size_t words, seen;
    // What is looked at for habits: each `stride`-th chunk, so that a long book takes no more memory than a short one.
    struct buf prose;
    int64_t chunks, stride;
};

static bool compare_chunk(void *arg, const struct chunk_row *c)
{
    struct repetition *r = arg;
    struct shingle_report found;
    const char *text = c->text + c->skip;
    size_t len = c->len - c->skip;
    shingles_compare(r->said, text, len, &found);
    shingles_add(r->said, text, len);
    r->words += found.words;
    r->seen += found.seen + found.repeated;
    if (r->chunks++ % r->stride != 0) return true;
    buf_adds(&r->prose, "\n\n");
    buf_add(&r->prose, text, len);
    return true;
}

static void set_habits(struct json *o, const struct buf *prose)
{
    struct buf habits;
    struct json *list = json_new_array();
    buf_init(&habits, BUF_MAX_PIECE);
    style_habits(&habits, prose->data, prose->len, HABITS_MOST);
    for (const char *at = habits.data; *at; at += strspn(at, "\n")) {
        size_t len = strcspn(at, "\n");
        char *habit = mem_strndup(at, len);
        json_push(list, json_new_str(habit));
        free(habit);
        at += len;
    }
    json_set(o, "habits", list);
    buf_release(&habits);
}

struct json *measure_book(struct store *s, int64_t job, struct err *e)
{
    struct sums sums = {.chapters = json_new_array()};
    struct repetition r = {.said = shingles_new(SHINGLES_MOST)};
    struct json *o = json_new_object();
    buf_init(&r.prose, BUF_MAX_BOOK);
    bool ok = store_events_each(s, job, 0, keep_chapter, &sums, e);
    for (size_t i = 0; i < sums.count; i++) add_chapter(&sums, sums.measured[i]);
    free(sums.measured);
    r.stride = 1 + (int64_t)sums.words / HABITS_WORDS;
    ok = ok && store_chunks_each(s, job, 0, STORE_BY_PLACE, compare_chunk, &r, e);
    double words = sums.words > 0 ? sums.words : 1;
    json_set_num(o, "distinct_2", rounded(sums.distinct_2 / words));
    json_set_num(o, "repeated_8", r.words > 0 ? rounded((double)r.seen / (double)r.words) : 0);
    json_set_num(o, "sentence_cv", rounded(sums.sentence_cv / words));
    json_set_num(o, "speech", rounded(sums.speech / words));
    json_set(o, "chapters", sums.chapters);
    set_habits(o, &r.prose);
    shingles_free(r.said);
    buf_release(&r.prose);
    if (ok) return o;
    json_free(o);
    return NULL;
}
