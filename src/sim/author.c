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
#include "sim/dress.h"
#include "sim/notes.h"
#include "sim/place.h"
#include "sim/proof.h"
#include "sim/stray.h"
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
    struct habits habits;
    struct grammar *english, *polish;
    struct kept_chapter kept[CHAPTERS_KEPT];
    size_t next;     // the one to be forgotten next
    uint64_t proofs; // so far
};

struct author *author_new(const struct habits *habits)
{
    struct author *a = mem_calloc(1, sizeof *a);
    a->habits = *habits;
    a->english = grammar_new(grammar_en, "");
    a->polish = grammar_new(grammar_pl, "a");
    return a;
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

// Where stop_early_tokens lets go: the first sentence end after so many tokens from `here`.
static size_t early_end(struct chapter *c, size_t here, size_t end, long tokens)
{
    size_t at = here;
    for (; tokens > 0 && at < end; tokens--) at += token_len(c->text.data + at, end - at);
    return at < end ? chapter_sentence_end(c, at) : end;
}

static size_t words_to_write(const struct task *t)
{
    double words = t->habits->ignore_length ? (double)t->habits->ignore_length
                                            : (double)t->ask->words * t->habits->length_ratio + 0.5;
    return words < 1 ? 1 : (size_t)words;
}

// Many a model that is asked to go on begins with the sentence it was shown.
static void restate(struct chapter *c, size_t start, struct buf *out)
{
    size_t from = chapter_sentence_start(c, start);
    buf_add(out, c->text.data + from, start - from);
}

// The chapter from `here` to `end`, with what is said again in its middle.
static void write_stretch(const struct task *t, struct chapter *c, size_t here, size_t end, struct buf *out)
{
    char *copy = stray_copy(t);
    size_t middle = *copy ? chapter_sentence_end(c, here + (end - here) / 2) : end;
    if (middle > end) middle = end;
    buf_add(out, c->text.data + here, middle - here);
    if (middle < end) buf_addf(out, " %s", copy);
    buf_add(out, c->text.data + middle, end - middle);
    free(copy);
}

static bool continues(const struct task *t)
{
    return t->ask->prefill && *t->ask->prefill && !t->habits->no_prefill;
}

// What is asked for in front of a passage that stands is no stretch of the chapter, which has that passage there: it has a
// text of its own, by its part.
static uint64_t text_seed(const struct task *t)
{
    return t->ask->between ? rng_mix(t->book_seed, (uint64_t)t->ask->numbers[1]) : t->book_seed;
}

static bool write_prose(struct author *a, const struct task *t, struct buf *out)
{
    const struct habits *h = t->habits;
    struct chapter *c = open_chapter(a, text_seed(t), t->ask->polish, t->ask->numbers[0]);
    size_t start, here, words = words_to_write(t);
    bool found = place_start(c, t, &start) || t->ask->between;
    found = place_here(c, t, start, &here) && found;
    if (stray_instead(t, words, out)) return found;
    size_t end = chapter_end_of_words(c, start, words);
    if (h->stop_early_tokens && here < end) end = early_end(c, here, end, h->stop_early_tokens);
    bool fresh = !continues(t) && dress_prose_head(t, out);
    if (h->restate && h->no_prefill) restate(c, start, out);
    if (here >= end) return found;
    if (fresh) here = chapter_skip_space(c, here);
    if (stray_loop(t, c, here, end, out)) return found;
    write_stretch(t, c, here, end, out);
    dress_prose_end(t, out);
    return found;
}

static void write_notes(const struct task *t, struct buf *out)
{
    notes_write(t, out);
    if (!t->ask->prefill || t->habits->no_prefill) return;
    size_t len = strlen(t->ask->prefill);
    while (len && (t->ask->prefill[len - 1] == ' ' || t->ask->prefill[len - 1] == '\n')) len--;
    if (out->len >= len && memcmp(out->data, t->ask->prefill, len) == 0) buf_drop_front(out, len);
}

static struct task task_for(const struct author *a, const struct ask *ask, long limit_tokens)
{
    struct task t = {
        .habits = &a->habits,
        .ask = ask,
        .grammar = language(a, ask->polish),
        .other = language(a, !ask->polish),
        .book_seed = rng_mix(a->habits.seed, ask->premise_hash),
        .limit_tokens = limit_tokens,
    };
    grammar_cast(t.grammar, t.book_seed, &t.cast);
    // An obedient answer needs no dice, and hashing a long prompt takes time.
    if (habits_roll_dice(&a->habits)) t.hash = ask_hash(ask);
    return t;
}

bool author_answer(struct author *a, const struct ask *ask, long limit_tokens, struct buf *out, size_t *thought)
{
    struct task t = task_for(a, ask, limit_tokens);
    bool found = true;
    *thought = 0;
    if (ask->kind == ASK_OTHER) {
        write_notes(&t, out);
        return true;
    }
    if (!continues(&t)) dress_thought(&t, out);
    if (!continues(&t)) *thought = dress_reason(&t, out);
    if (ask->kind == ASK_PROOF) {
        proof_write(&t, a->proofs++, out);
        return true;
    }
    if (stray_refuses(&t))
        stray_refuse(&t, out);
    else if (ask->kind == ASK_CHUNK)
        found = write_prose(a, &t, out);
    else
        write_notes(&t, out);
    dress_control(&t, out);
    return found;
}
