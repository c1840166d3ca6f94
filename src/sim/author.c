// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// An answer is a stretch of the chapter, or notes. Where the stretch begins and ends:
//
//   chapter text  ────────┬───────────────┬──────────────────────┬────────
//                       start            here                    end
//        start: after the tail quoted in the user turn, or 0
//        here:  after the prefilled answer, if there is one, else start
//        end:   first sentence end with the words asked, counted from start
//
// Since start and end do not depend on here, a broken answer that is continued ends where it would have ended.
#include "sim/author.h"

#include "sim/chapter.h"
#include "sim/notes.h"
#include "sim/token.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { CHAPTERS_KEPT = 128 };

struct kept_chapter {
    bool used;
    bool polish;
    uint64_t book_seed;
    long number;
    struct chapter chapter;
};

struct author {
    struct author_habits habits;
    struct grammar *english, *polish;
    struct kept_chapter kept[CHAPTERS_KEPT];
    size_t next; // the one to be forgotten next
};

struct author *author_new(const struct author_habits *habits)
{
    struct author *a = mem_calloc(1, sizeof *a);
    a->habits = *habits;
    a->english = grammar_new(grammar_en, "");
    a->polish = grammar_new(grammar_pl, "a");
    return a;
}

void author_free(struct author *a)
{
    if (!a) return;
    for (size_t i = 0; i < CHAPTERS_KEPT; i++)
        if (a->kept[i].used) chapter_release(&a->kept[i].chapter);
    grammar_free(a->english);
    grammar_free(a->polish);
    free(a);
}

static const struct grammar *language(const struct author *a, bool polish)
{
    return polish ? a->polish : a->english;
}

static struct chapter *open_chapter(struct author *a, uint64_t book_seed, bool polish, long number)
{
    for (size_t i = 0; i < CHAPTERS_KEPT; i++) {
        struct kept_chapter *k = &a->kept[i];
        if (k->used && k->book_seed == book_seed && k->polish == polish && k->number == number) return &k->chapter;
    }
    struct kept_chapter *k = &a->kept[a->next];
    a->next = (a->next + 1) % CHAPTERS_KEPT;
    if (k->used) chapter_release(&k->chapter);
    *k = (struct kept_chapter){.used = true, .polish = polish, .book_seed = book_seed, .number = number};
    chapter_init(&k->chapter, book_seed, language(a, polish), number);
    return &k->chapter;
}

// The words between `right after "…` and the last quotation mark of that line, or NULL. The caller frees.
static char *quoted_tail(const char *turn)
{
    static const char KEY[] = "right after \"";
    static const char ELLIPSIS[] = "\xe2\x80\xa6";
    const char *tail = NULL;
    for (const char *s = strstr(turn, KEY); s; s = strstr(s + 1, KEY)) tail = s + sizeof KEY - 1;
    if (!tail) return NULL;
    if (strncmp(tail, ELLIPSIS, sizeof ELLIPSIS - 1) == 0) tail += sizeof ELLIPSIS - 1;
    size_t len = strcspn(tail, "\n");
    while (len && tail[len - 1] != '"') len--;
    return len ? mem_strndup(tail, len - 1) : NULL;
}

static bool find_start(struct chapter *c, const struct ask *ask, size_t *start)
{
    char *tail = quoted_tail(ask->last_user);
    *start = 0;
    bool found = !tail || chapter_after_passage(c, tail, start);
    free(tail);
    return found;
}

// Where stop_early_tokens lets go: the first sentence end after so many tokens from `here`.
static size_t early_end(struct chapter *c, size_t here, size_t end, long tokens)
{
    size_t at = here;
    for (; tokens > 0 && at < end; tokens--) at += token_len(c->text.data + at, end - at);
    return at < end ? chapter_sentence_end(c, at) : end;
}

// Many a model that is asked to go on begins with the sentence it was shown.
static void restate(struct chapter *c, size_t start, struct buf *out)
{
    size_t from = chapter_sentence_start(c, start);
    buf_add(out, c->text.data + from, start - from);
}

static bool write_prose(struct author *a, const struct ask *ask, uint64_t book_seed, struct buf *out)
{
    struct chapter *c = open_chapter(a, book_seed, ask->polish, ask->numbers[0]);
    size_t start;
    bool found = find_start(c, ask, &start);
    size_t here = start;
    if (ask->prefill && !a->habits.no_prefill) found = chapter_after_answer(c, start, ask->prefill, &here) && found;
    double words = (double)ask->words * a->habits.length_ratio + 0.5;
    size_t end = chapter_end_of_words(c, start, words < 1 ? 1 : (size_t)words);
    if (a->habits.stop_early_tokens && here < end) end = early_end(c, here, end, a->habits.stop_early_tokens);
    if (a->habits.restate && a->habits.no_prefill) restate(c, start, out);
    if (here < end) buf_add(out, c->text.data + here, end - here);
    return found;
}

static void write_notes(struct author *a, const struct ask *ask, uint64_t book_seed, struct buf *out)
{
    notes_write(ask, language(a, ask->polish), book_seed, out);
    if (!ask->prefill || a->habits.no_prefill) return;
    size_t len = strlen(ask->prefill);
    while (len && (ask->prefill[len - 1] == ' ' || ask->prefill[len - 1] == '\n')) len--;
    if (out->len >= len && memcmp(out->data, ask->prefill, len) == 0) buf_drop_front(out, len);
}

bool author_answer(struct author *a, const struct ask *ask, struct buf *out)
{
    uint64_t book_seed = rng_mix(a->habits.seed, ask->premise_hash);
    if (ask->kind == ASK_CHUNK) return write_prose(a, ask, book_seed, out);
    write_notes(a, ask, book_seed, out);
    return true;
}
