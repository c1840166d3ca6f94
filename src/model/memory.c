// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the book remembers. Three lists, each bounded, from the recaps' lines:
//
//   people   CHANGED name: state   one entry a person, the newest state; "Mara" and "Mara Voss" are one
//   threads  OPEN, CLOSED          a thread that is closed goes
//   facts    FACT, DONE            as they came
//
// Beyond a bound the oldest entry goes. Texts are compared by their words (model/memory_words.h).
#include "model/memory.h"

#include "base/mem.h"
#include "model/memory_words.h"

#include <stdlib.h>
#include <string.h>

enum { ENTRIES_MOST = 400, COMMON_LEAST = 4 };

struct entry {
    char *text; // the state, the thread, the fact
    char *name; // of a person, else NULL
    int chapter;
    bool once;                 // DONE
    struct memory_words words; // of the name, or of the text
};

struct entries {
    struct entry *items; // in the order of their last change
    size_t count, cap;
};

struct memory {
    struct entries people, threads, facts;
};

static void entry_release(struct entry *x)
{
    free(x->text);
    free(x->name);
    memory_words_release(&x->words);
}

static void entries_remove(struct entries *l, size_t at)
{
    entry_release(&l->items[at]);
    memmove(l->items + at, l->items + at + 1, (l->count - at - 1) * sizeof(*l->items));
    l->count--;
}

static void entries_add(struct entries *l, struct entry x)
{
    if (l->count == ENTRIES_MOST) entries_remove(l, 0);
    mem_grow(&l->items, &l->cap, l->count + 1, sizeof(*l->items));
    l->items[l->count++] = x;
}

static void entries_release(struct entries *l)
{
    for (size_t i = 0; i < l->count; i++) entry_release(&l->items[i]);
    free(l->items);
}

struct memory *memory_new(void)
{
    return mem_calloc(1, sizeof(struct memory));
}

void memory_free(struct memory *m)
{
    if (!m) return;
    entries_release(&m->people);
    entries_release(&m->threads);
    entries_release(&m->facts);
    free(m);
}

// ---- adding -----------------------------------------------------------------------------------------------------

struct piece {
    const char *s;
    size_t len;
};

static struct piece trim(struct piece p)
{
    while (p.len && strchr(" \t\r", *p.s)) p = (struct piece){p.s + 1, p.len - 1};
    while (p.len && strchr(" \t\r", p.s[p.len - 1])) p.len--;
    return p;
}

static struct entry entry_of(int chapter, struct piece text)
{
    struct entry x = {.chapter = chapter, .text = mem_strndup(text.s, text.len)};
    memory_words_init(&x.words, text.s, text.len);
    return x;
}

// "Mara: limps", "Mara | limps", "Mara - limps"; else the first word is the name: "Mara limps".
static bool split_name(struct piece whole, struct piece *name, struct piece *state)
{
    static const char *const marks[] = {":", "：", "|", " - ", " – ", " — ", " "};
    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        size_t n = strlen(marks[i]);
        const char *at = memmem(whole.s, whole.len, marks[i], n);
        if (!at) continue;
        *name = trim((struct piece){whole.s, (size_t)(at - whole.s)});
        *state = trim((struct piece){at + n, whole.len - (size_t)(at - whole.s) - n});
        return name->len && state->len;
    }
    return false;
}

// The one person whose name this is, or a part of it, or the other way round. people.count: nobody for sure.
static size_t find_person(const struct entries *people, const struct memory_words *name)
{
    size_t found = people->count, parts = 0;
    for (size_t i = 0; i < people->count; i++) {
        const struct memory_words *other = &people->items[i].words;
        if (memory_words_equal(other, name)) return i;
        if (!memory_words_part(other, name) && !memory_words_part(name, other)) continue;
        found = i;
        parts++;
    }
    return parts == 1 ? found : people->count;
}

static void add_person(struct memory *m, int chapter, struct piece whole)
{
    struct piece name, state;
    if (!split_name(whole, &name, &state)) return;
    struct entry x = {
        .chapter = chapter, .text = mem_strndup(state.s, state.len), .name = mem_strndup(name.s, name.len)};
    memory_words_init(&x.words, name.s, name.len);
    size_t known = find_person(&m->people, &x.words);
    if (known < m->people.count) {
        struct entry *old = &m->people.items[known];
        if (old->words.count > x.words.count) { // the longer name says more
            struct entry kept = x;
            x.name = old->name;
            x.words = old->words;
            old->name = kept.name;
            old->words = kept.words;
        }
        entries_remove(&m->people, known);
    }
    entries_add(&m->people, x);
}

// Of the threads that share most of their words with these, the one that shares most of them. threads.count: none.
static size_t find_thread(const struct entries *threads, const struct memory_words *words)
{
    size_t best = threads->count;
    double best_share = 0.5;
    for (size_t i = 0; i < threads->count; i++) {
        double share = memory_words_share(&threads->items[i].words, words);
        if (share <= best_share) continue;
        best_share = share;
        best = i;
    }
    return best;
}

static void open_thread(struct memory *m, int chapter, struct piece text)
{
    struct entry x = entry_of(chapter, text);
    size_t known = find_thread(&m->threads, &x.words);
    // Asked again in other words it is the same thread only if the two share most of their words both ways.
    if (known < m->threads.count && memory_words_share(&x.words, &m->threads.items[known].words) > 0.5)
        entry_release(&x);
    else
        entries_add(&m->threads, x);
}

static void close_thread(struct memory *m, struct piece text)
{
    struct memory_words words;
    memory_words_init(&words, text.s, text.len);
    size_t known = find_thread(&m->threads, &words);
    if (known < m->threads.count) entries_remove(&m->threads, known);
    memory_words_release(&words);
}

static void add_fact(struct memory *m, int chapter, struct piece text, bool once)
{
    struct entry x = entry_of(chapter, text);
    x.once = once;
    for (size_t i = 0; i < m->facts.count; i++) {
        if (strcmp(m->facts.items[i].text, x.text) != 0) continue;
        entries_remove(&m->facts, i);
        break;
    }
    entries_add(&m->facts, x);
}

static bool value_of(struct piece line, const char *key, struct piece *value)
{
    size_t len = strlen(key);
    if (line.len <= len || memcmp(line.s, key, len) != 0 || line.s[len] != ':') return false;
    *value = trim((struct piece){line.s + len + 1, line.len - len - 1});
    return value->len > 0;
}

void memory_add(struct memory *m, int chapter, const char *recap)
{
    struct piece value;
    for (; *recap; recap += strcspn(recap, "\n"), recap += *recap == '\n') {
        struct piece line = {recap, strcspn(recap, "\n")};
        if (value_of(line, "CHANGED", &value))
            add_person(m, chapter, value);
        else if (value_of(line, "OPEN", &value))
            open_thread(m, chapter, value);
        else if (value_of(line, "CLOSED", &value))
            close_thread(m, value);
        else if (value_of(line, "FACT", &value))
            add_fact(m, chapter, value, false);
        else if (value_of(line, "DONE", &value))
            add_fact(m, chapter, value, true);
    }
}

// ---- asking -----------------------------------------------------------------------------------------------------

// One line, if it fits into what is left of `most`.
static void add_line(struct buf *out, size_t start, size_t most, const struct entry *x)
{
    struct buf line;
    buf_init(&line, BUF_MAX_PIECE);
    buf_addf(&line, "- %s%s%s%s (chapter %d)\n", x->once ? "happened once: " : "", x->name ? x->name : "",
             x->name ? ": " : "", x->text, x->chapter);
    if (!line.full && out->len - start + line.len <= most) buf_add(out, line.data, line.len);
    buf_release(&line);
}

void memory_cast(const struct memory *m, const char *about, struct buf *out, size_t most)
{
    struct memory_words words;
    size_t start = out->len;
    memory_words_init(&words, about, strlen(about));
    for (size_t i = m->people.count; i-- > 0;) {
        if (memory_words_names(&m->people.items[i].words, &words)) add_line(out, start, most, &m->people.items[i]);
    }
    memory_words_release(&words);
}

void memory_threads(const struct memory *m, struct buf *out, size_t most)
{
    size_t start = out->len;
    for (size_t i = 0; i < m->threads.count; i++) add_line(out, start, most, &m->threads.items[i]);
}

// A word that stands in many facts tells none of them apart.
static bool is_common(const struct memory *m, uint64_t hash)
{
    size_t facts = 0, most = m->facts.count / COMMON_LEAST > 1 ? m->facts.count / COMMON_LEAST : 1;
    for (size_t i = 0; i < m->facts.count && facts <= most; i++)
        facts += memory_words_has(&m->facts.items[i].words, hash);
    return facts > most;
}

static bool is_name(const struct memory *m, uint64_t hash)
{
    for (size_t i = 0; i < m->people.count; i++) {
        if (memory_words_has(&m->people.items[i].words, hash)) return true;
    }
    return false;
}

static bool is_near(const struct memory *m, const struct entry *fact, const struct memory_words *about)
{
    for (size_t i = 0; i < fact->words.count; i++) {
        const struct memory_word *w = &fact->words.list[i];
        if (!memory_word_counts(w) || !memory_words_has(about, w->hash)) continue;
        if (is_name(m, w->hash) || !is_common(m, w->hash)) return true;
    }
    return false;
}

void memory_facts(const struct memory *m, const char *about, struct buf *out, size_t most)
{
    struct memory_words words;
    size_t start = out->len;
    bool near[ENTRIES_MOST] = {false};
    memory_words_init(&words, about, strlen(about));
    for (size_t i = 0; i < m->facts.count; i++) near[i] = is_near(m, &m->facts.items[i], &words);
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = m->facts.count; i-- > 0;) {
            if (near[i] == (pass == 0)) add_line(out, start, most, &m->facts.items[i]);
        }
    }
    memory_words_release(&words);
}
