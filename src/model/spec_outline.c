// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The outline of a spec: chapters as the user wants them, in the order of their numbers. Outlines are kept and shown in
// lines, and the events of a chapter stand there between semicolons; what would break that (a line break in a summary,
// a semicolon within a beat) is replaced on the way in.
#include "spec_parts.h"

#include "base/mem.h"

#include <stdio.h>
#include <string.h>

enum { BEATS_MAX = 40, BEAT_BYTES = 500, BEATS_BYTES = BEATS_MAX * (BEAT_BYTES + 2), WORDS_LEAST = 50 };

#define AT(field)       .offset = offsetof(struct spec_chapter, field)
#define BEATS_EXPECTED  "a list of texts"
#define BEATS_SEPARATOR "; "

static bool beats_read(void *chapter, const struct json *v, const char *at, struct err *e);
static void beats_write(const void *chapter, struct json *object, const char *name);

static const struct key keys[] = {
    {"chapter", KEY_INT, AT(number), .least = 1, .most = SPEC_CHAPTERS_MAX,
     .help = "its number; left out, the one after the chapter before it in this list"},
    {"title", KEY_LINE, AT(title), .most = 300, .required = true, .help = "title of the chapter"},
    {"summary", KEY_TEXT, AT(summary), .most = 4000, .help = "what happens in it: who does what to whom"},
    {"pov", KEY_LINE, AT(pov), .most = 200, .help = "whose point of view it is told from"},
    {"purpose", KEY_TEXT, AT(purpose), .most = 1000, .help = "what the book needs this chapter for"},
    {"beats", KEY_OWN, .most = BEATS_MAX, .read = beats_read, .write = beats_write,
     .help = "its events, one by one, in their order"},
    {"ends_on", KEY_TEXT, AT(ends_on), .most = 1000, .help = "what it ends on"},
    {"weight", KEY_REAL, AT(weight), .least = 0.5, .most = 2,
     .help = "its length beside the others; 1 is an ordinary chapter"},
    {"words", KEY_INT64, AT(words), .least = WORDS_LEAST, .most = 5000000,
     .help = "its length in words, instead of weight"},
};
const struct key_table spec_chapter_keys = {.keys = keys, .count = ARRAY_LEN(keys)};

// ---- beats -------------------------------------------------------------------------------------------------------

static void replace(char *text, const char *unwanted, char by)
{
    for (char *c = text; c && *c; c++)
        if (strchr(unwanted, *c)) *c = by;
}

static bool beat_add(struct buf *out, const struct json *v, const char *at, struct err *e)
{
    if (!keys_text(v, at, KEY_LINE, BEAT_BYTES, e)) return false;
    if (keys_blank(json_str(v, NULL))) return err_set(e, ERR_USAGE, "%s: found a blank text, expected words", at);
    char *beat = mem_strdup(json_str(v, NULL));
    replace(beat, ";", ',');
    if (out->len > 0) buf_adds(out, BEATS_SEPARATOR);
    buf_adds(out, beat);
    free(beat);
    return true;
}

static bool beats_read(void *chapter, const struct json *v, const char *at, struct err *e)
{
    struct spec_chapter *c = chapter;
    char item[KEY_PATH_SIZE + 24];
    struct buf beats;
    size_t count = json_count(v);
    if (json_kind(v) != JSON_KIND_ARRAY) return keys_refuse(e, at, v, BEATS_EXPECTED);
    if (count > BEATS_MAX)
        return err_set(e, ERR_USAGE, "%s: found %zu beats, expected at most %d; tell the rest in \"summary\"", at,
                       count, BEATS_MAX);
    buf_init(&beats, BEATS_BYTES);
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        (void)snprintf(item, sizeof item, "%s[%zu]", at, i);
        ok = beat_add(&beats, json_at(v, i), item, e);
    }
    if (ok && beats.len > 0) c->beats = mem_strndup(beats.data, beats.len);
    buf_release(&beats);
    return ok;
}

static void beats_write(const void *chapter, struct json *object, const char *name)
{
    const struct spec_chapter *c = chapter;
    if (!c->beats) return;
    struct json *list = json_new_array();
    for (const char *beat = c->beats; beat;) {
        const char *end = strstr(beat, BEATS_SEPARATOR);
        char *text = end ? mem_strndup(beat, (size_t)(end - beat)) : mem_strdup(beat);
        json_push(list, json_new_str(text));
        free(text);
        beat = end ? end + strlen(BEATS_SEPARATOR) : NULL;
    }
    json_set(object, name, list);
}

// ---- chapters ----------------------------------------------------------------------------------------------------

static bool read_chapter(struct spec_chapter *c, const struct json *v, const char *at, struct err *e)
{
    if (!keys_read(&spec_chapter_keys, c, v, at, false, e)) return false;
    if (c->weight > 0 && c->words > 0)
        return err_set(e, ERR_USAGE, "%s: found both \"weight\" and \"words\", expected one of them", at);
    replace(c->summary, "\n\t", ' ');
    replace(c->purpose, "\n\t", ' ');
    replace(c->ends_on, "\n\t", ' ');
    return true;
}

// `seen` has a byte for each number.
static bool number_chapter(struct spec_chapter *c, int before, bool *seen, const char *at, struct err *e)
{
    if (c->number == 0) c->number = before + 1;
    if (c->number > SPEC_CHAPTERS_MAX)
        return err_set(e, ERR_USAGE, "%s: found chapter %d, expected at most %d", at, c->number, SPEC_CHAPTERS_MAX);
    if (seen[c->number])
        return err_set(e, ERR_USAGE, "%s: found chapter %d a second time, expected another number in \"chapter\"", at,
                       c->number);
    seen[c->number] = true;
    return true;
}

static int by_number(const void *a, const void *b)
{
    const struct spec_chapter *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

bool spec_outline_read(void *spec, const struct json *v, const char *at, struct err *e)
{
    struct spec *s = spec;
    char item[KEY_PATH_SIZE + 24];
    bool seen[SPEC_CHAPTERS_MAX + 1] = {false};
    size_t count = json_count(v);
    int before = 0;
    if (json_kind(v) != JSON_KIND_ARRAY)
        return keys_refuse(e, at, v, "a list of chapters such as {\"title\": \"...\"}");
    if (count > SPEC_CHAPTERS_MAX)
        return err_set(e, ERR_USAGE, "%s: found %zu chapters, expected at most %d", at, count, SPEC_CHAPTERS_MAX);
    s->outline = mem_calloc(count + 1, sizeof *s->outline);
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(item, sizeof item, "%s[%zu]", at, i);
        s->outline_count = i + 1;
        if (!read_chapter(&s->outline[i], json_at(v, i), item, e)) return false;
        if (!number_chapter(&s->outline[i], before, seen, item, e)) return false;
        before = s->outline[i].number;
    }
    qsort(s->outline, count, sizeof *s->outline, by_number);
    return true;
}

void spec_outline_write(const void *spec, struct json *object, const char *name)
{
    const struct spec *s = spec;
    if (s->outline_count == 0) return;
    struct json *list = json_new_array();
    for (size_t i = 0; i < s->outline_count; i++) {
        struct json *item = json_new_object();
        keys_write(&spec_chapter_keys, &s->outline[i], item);
        json_push(list, item);
    }
    json_set(object, name, list);
}

void spec_outline_release(struct spec *s)
{
    for (size_t i = 0; i < s->outline_count; i++) {
        keys_release(&spec_chapter_keys, &s->outline[i]);
        free(s->outline[i].beats);
    }
    free(s->outline);
}

// ---- beside the rest of the spec ---------------------------------------------------------------------------------

int outline_last(const struct spec *s)
{
    return s->outline_count > 0 ? s->outline[s->outline_count - 1].number : 0;
}

// What the chapters that are still to be written claim for themselves.
static int64_t words_claimed(const struct spec *s)
{
    int64_t sum = 0;
    for (size_t i = 0; i < s->outline_count; i++)
        if ((size_t)s->outline[i].number > s->opening_count) sum += s->outline[i].words;
    return sum;
}

bool spec_outline_check(const struct spec *s, struct err *e)
{
    int last = outline_last(s);
    int64_t claimed = words_claimed(s);
    if (s->chapters > 0 && last > s->chapters)
        return err_set(e, ERR_USAGE, "$.outline: found chapter %d, expected at most %d, as $.chapters says", last,
                       s->chapters);
    if (claimed <= s->words) return true;
    return err_set(e, ERR_USAGE,
                   "$.outline: found %lld words in its chapters, expected at most %lld, as $.words says",
                   (long long)claimed, (long long)s->words);
}
