// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The plan as a value, and what is checked of an edit whatever form it came in.
#include "model/outline.h"

#include "base/mem.h"
#include "model/spec.h"
#include "text/typo.h"
#include "text/utf8.h"
#include "model/outline_parts.h"

#include <stdarg.h>
#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { CHAPTERS_MOST = 2000, BIBLE_LINES_MOST = 40, BIBLE_LINE_BYTES = 400 };

const char *const outline_field_names[OUTLINE_FIELDS] = {
    [OUTLINE_TITLE] = "title",     [OUTLINE_POV] = "pov",     [OUTLINE_SUMMARY] = "summary",
    [OUTLINE_PURPOSE] = "purpose", [OUTLINE_OPENS] = "opens", [OUTLINE_CLOSES] = "closes",
    [OUTLINE_ENDS_ON] = "ends_on",
};

static const size_t field_bytes[OUTLINE_FIELDS] = {
    [OUTLINE_TITLE] = 300,  [OUTLINE_POV] = 200,     [OUTLINE_SUMMARY] = 24000, [OUTLINE_PURPOSE] = 1000,
    [OUTLINE_OPENS] = 1000, [OUTLINE_CLOSES] = 1000, [OUTLINE_ENDS_ON] = 1000,
};

// ---- the value -----------------------------------------------------------------------------------------------------

void outline_init(struct outline *o)
{
    *o = (struct outline){.first = 1};
}

void outline_release(struct outline *o)
{
    for (size_t i = 0; i < o->count; i++)
        for (int k = 0; k < OUTLINE_FIELDS; k++) free(o->chapters[i].texts[k]);
    for (size_t i = 0; i < o->acts_count; i++) {
        free(o->acts[i].start);
        free(o->acts[i].turn);
        free(o->acts[i].open);
    }
    free(o->chapters);
    free(o->acts);
    free(o->title);
    free(o->bible);
    outline_init(o);
}

struct outline_chapter *outline_add(struct outline *o)
{
    mem_grow(&o->chapters, &o->cap, o->count + 1, sizeof(*o->chapters));
    struct outline_chapter *c = &o->chapters[o->count++];
    *c = (struct outline_chapter){.state = OUTLINE_TO_COME};
    for (int k = 0; k < OUTLINE_FIELDS; k++) c->texts[k] = mem_strdup("");
    return c;
}

void outline_set(struct outline_chapter *c, enum outline_field field, const char *text, size_t len)
{
    char *copy = mem_strndup(text, len);
    free(c->texts[field]);
    c->texts[field] = copy;
}

bool outline_same_texts(const struct outline_chapter *a, const struct outline_chapter *b)
{
    for (int k = 0; k < OUTLINE_FIELDS; k++)
        if (strcmp(a->texts[k], b->texts[k]) != 0) return false;
    return true;
}

const struct outline_chapter *outline_find(const struct outline *o, int number)
{
    return number >= 1 && (size_t)number <= o->count ? &o->chapters[number - 1] : NULL;
}

void outline_hash(const struct outline *o, int first, int last, char out[HASH_TEXT_SIZE])
{
    uint64_t hash = hash_bytes(o->bible ? o->bible : "", o->bible ? strlen(o->bible) : 0);
    for (int n = first; n <= last && outline_find(o, n); n++) {
        const struct outline_chapter *c = outline_find(o, n);
        char numbers[80];
        (void)snprintf(numbers, sizeof(numbers), "%d %d %.9g", n, c->act, c->weight);
        hash = hash_add(hash, numbers, strlen(numbers) + 1);
        for (int k = 0; k < OUTLINE_FIELDS; k++) hash = hash_add(hash, c->texts[k], strlen(c->texts[k]) + 1);
    }
    hash_text(out, hash);
}

// ---- mistakes ------------------------------------------------------------------------------------------------------

void outline_faults_release(struct outline_faults *f)
{
    for (size_t i = 0; i < f->count; i++) free(f->items[i].text);
    free(f->items);
    *f = (struct outline_faults){0};
}

void outline_fault_add(struct outline_faults *f, int place, const char *format, ...)
{
    char text[600];
    va_list ap;
    va_start(ap, format);
    (void)vsnprintf(text, sizeof(text), format, ap);
    va_end(ap);
    struct buf shown;
    buf_init(&shown, BUF_MAX_LINE);
    utf8_terminal(&shown, text, utf8_whole(text, strlen(text)), true);
    mem_grow(&f->items, &f->cap, f->count + 1, sizeof(*f->items));
    f->items[f->count++] = (struct outline_fault){.place = place, .text = mem_strdup(shown.data)};
    buf_release(&shown);
}

void outline_fault_text(const struct outline_fault *f, int shift, struct buf *out)
{
    if (f->place > 0) buf_addf(out, "line %d: ", f->place + shift);
    if (f->place < 0) buf_addf(out, "$.chapters[%d]: ", -f->place - 1);
    buf_adds(out, f->text);
}

// ---- the check -----------------------------------------------------------------------------------------------------

static void check_texts(const struct outline_chapter *c, struct outline_faults *f)
{
    for (int k = 0; k < OUTLINE_FIELDS; k++) {
        size_t len = strlen(c->texts[k]);
        if (len > field_bytes[k])
            outline_fault_add(f, c->place, "the %s has %zu bytes, at most %zu are kept", outline_field_names[k], len,
                              field_bytes[k]);
    }
    if (!*c->texts[OUTLINE_TITLE])
        outline_fault_add(f, c->place, "a chapter needs a title");
    else if (!*c->texts[OUTLINE_SUMMARY])
        outline_fault_add(f, c->place, "chapter '%.80s' does not say what happens, expected a line or more of it",
                          c->texts[OUTLINE_TITLE]);
}

static void check_from(const struct outline *edit, size_t at, const struct outline *now, struct outline_faults *f)
{
    const struct outline_chapter *c = &edit->chapters[at];
    if (c->from == 0) return;
    if (c->from < now->first)
        outline_fault_add(f, c->place, "chapter %d has begun and cannot be changed any more", c->from);
    else if (!outline_find(now, c->from))
        outline_fault_add(f, c->place, "there is no chapter %d to be changed; a new chapter has no number", c->from);
    for (size_t i = 0; i < at; i++)
        if (edit->chapters[i].from == c->from) {
            outline_fault_add(f, c->place, "chapter %d stands here twice; a new chapter has no number", c->from);
            return;
        }
}

static void check_words(const struct outline_chapter *c, struct outline_faults *f)
{
    if (c->words != 0 && (c->words < OUTLINE_WORDS_LEAST || c->words > OUTLINE_WORDS_MOST))
        outline_fault_add(f, c->place, "found %lld words, expected a whole number from %d to %d", (long long)c->words,
                          OUTLINE_WORDS_LEAST, OUTLINE_WORDS_MOST);
}

// The acts in which chapters may stand: from the one of the first chapter to come to the last that is outlined.
static void act_bounds(const struct outline *now, int *least, int *most)
{
    const struct outline_chapter *first = outline_find(now, now->first), *before = outline_find(now, now->first - 1);
    *least = first ? first->act : before ? before->act : 0;
    assert(now->count == 0 || now->chapters);
    *most = now->count > 0 ? now->chapters[now->count - 1].act : 0;
}

static void check_acts(struct outline *edit, const struct outline *now, struct outline_faults *f)
{
    int least, most;
    act_bounds(now, &least, &most);
    int at = least;
    for (size_t i = 0; i < edit->count; i++) {
        struct outline_chapter *c = &edit->chapters[i];
        if (c->act == 0) c->act = at;
        if (c->act > most || c->act < least)
            outline_fault_add(f, c->place, "found act %d, expected %d%s", c->act, least,
                              most > least ? " or a later one that is outlined" : "");
        else if (c->act < at)
            outline_fault_add(f, c->place, "found act %d behind act %d: acts follow one another", c->act, at);
        else
            at = c->act;
    }
}

static void check_count(const struct outline *edit, const struct outline *now, struct outline_faults *f)
{
    size_t planned_later = (size_t)now->chapters_total - now->count, all = (size_t)now->first - 1 + edit->count;
    bool some_to_come = now->first <= (int)now->count; // else the edit has taken none away
    if (edit->count + planned_later == 0 && some_to_come)
        outline_fault_add(f, 0, "no chapter is left to come, expected at least one: the book needs its ending");
    if (all + planned_later > CHAPTERS_MOST)
        outline_fault_add(f, 0, "found %zu chapters, expected at most %d", all + planned_later, CHAPTERS_MOST);
}

void outline_bible_line(const char *line, size_t len, int place, struct outline_faults *f)
{
    static const char *const keys[] = {"TITLE", "LOGLINE", "SETTING", "STYLE", "RULE", "CAST", "THREAD", "ENDING"};
    char word[16];
    size_t n = 0;
    while (n < len && line[n] != ':') n++;
    (void)snprintf(word, sizeof(word), "%.*s", (int)n, line);
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        if (n == len || n != strlen(keys[i]) || strcmp(word, keys[i]) != 0) continue;
        if (len > BIBLE_LINE_BYTES)
            outline_fault_add(f, place, "this line of the bible has %zu bytes, expected at most %d", len,
                              BIBLE_LINE_BYTES);
        return;
    }
    const char *near = typo_nearest(word, keys, ARRAY_LEN(keys));
    outline_fault_add(
        f, place, "found '%.40s' in the bible, %s%s%s", word, near ? "did you mean '" : "expected ",
        near ? near : "TITLE:, LOGLINE:, SETTING:, STYLE:, RULE:, CAST:, THREAD: or ENDING:", near ? ":'?" : "");
}

static void check_bible(const struct outline *edit, const struct outline *now, struct outline_faults *f)
{
    if (!edit->bible || (now->bible && strcmp(edit->bible, now->bible) == 0)) return;
    if (!now->bible_open) {
        outline_fault_add(f, 0, "the bible cannot be changed any more: the book is being written by it");
        return;
    }
    int lines = 0;
    for (const char *at = edit->bible; *at; lines++) {
        at += strcspn(at, "\n");
        at += strspn(at, "\n");
    }
    if (lines < 3 || lines > BIBLE_LINES_MOST)
        outline_fault_add(f, 0, "found %d lines of the bible, expected 3 to %d", lines, BIBLE_LINES_MOST);
}

// A chapter whose words are those that were shown keeps its weight to the last digit.
void outline_weigh(struct outline *edit, const struct outline *now)
{
    for (size_t i = 0; i < edit->count; i++) {
        struct outline_chapter *c = &edit->chapters[i];
        const struct outline_chapter *was = outline_find(now, c->from);
        bool as_it_was = c->words == 0 || (was && c->words == was->words) || now->words_per_weight <= 0;
        c->weight = !as_it_was ? (double)c->words / now->words_per_weight : was ? was->weight : 1;
        if (c->words == 0 && was) c->words = was->words;
    }
}

bool outline_check(struct outline *edit, const struct outline *now, struct outline_faults *f)
{
    for (size_t i = 0; i < edit->count; i++) {
        check_texts(&edit->chapters[i], f);
        check_from(edit, i, now, f);
        check_words(&edit->chapters[i], f);
    }
    check_acts(edit, now, f);
    check_count(edit, now, f);
    check_bible(edit, now, f);
    return f->count == 0;
}

// ---- what an edit changes ------------------------------------------------------------------------------------------

static bool is_changed(const struct outline_chapter *c, const struct outline_chapter *was)
{
    bool same_weight = c->weight <= was->weight && c->weight >= was->weight;
    return !same_weight || !outline_same_texts(c, was);
}

// Moved is what stands behind a chapter that it stood before.
struct outline_change outline_compare(const struct outline *edit, const struct outline *now)
{
    struct outline_change out = {.bible = edit->bible && now->bible && strcmp(edit->bible, now->bible) != 0};
    int most = 0, kept = 0;
    for (size_t i = 0; i < edit->count; i++) {
        const struct outline_chapter *c = &edit->chapters[i], *was = outline_find(now, c->from);
        out.added += !was;
        if (!was) continue;
        kept++;
        out.changed += is_changed(c, was);
        out.moved += c->from < most || c->act != was->act;
        if (c->from > most) most = c->from;
    }
    out.removed = (int)now->count - (now->first - 1) - kept;
    return out;
}

bool outline_is_changed(const struct outline_change *c)
{
    return c->changed || c->added || c->removed || c->moved || c->bible;
}
