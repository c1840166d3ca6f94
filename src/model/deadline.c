// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// How long a book can become by a deadline.
//
//   now ◀──────────── what can be used ────────────▶◀─ reserve ─▶ deadline
//   words that stand + speed × what can be used = words of the book
//
// Speed is words accepted for each millisecond of all requests, those for plans and recaps and those that were refused
// too, so that it holds what a word costs in the end. At first that would count the plan of the whole book against its
// first page, and chapters that are dropped do not come back: until some thousand words stand, part of the speed is what
// the tokens would give if all of them were prose. What the book gets less comes off its last chapters: the others keep
// their length.
#include "model/deadline.h"

#include <math.h>

static const double words_per_token = 0.7, reserve_share = 0.05;
enum { RESERVE_LEAST_MS = 10000, HALF_TRUSTED_WORDS = 1000 };

// A chapter more is kept for at least this part of an ordinary one: a chapter that is dropped does not come back.
static const double chapter_least = 0.25;

// Also what was replaced since: it took its time.
static int64_t words_written(const struct book *b)
{
    int64_t words = b->words_replaced;
    for (size_t i = 0; i < b->chapters_count; i++)
        words += b->chapters[i].given ? 0 : book_chapter_words(&b->chapters[i]);
    return words;
}

// Words in a millisecond; 0: not known.
static double speed_of(const struct job *j, const struct book *b)
{
    if (j->busy_ms <= 0) return 0;
    double written = (double)words_written(b), possible = fmax((double)j->output_tokens * words_per_token, written);
    double trust = written / (written + HALF_TRUSTED_WORDS);
    return (trust * written + (1 - trust) * possible) / (double)j->busy_ms;
}

static int64_t usable_ms(int64_t left_ms)
{
    if (left_ms <= 0) return 0;
    double reserve = fmax((double)left_ms * reserve_share, RESERVE_LEAST_MS);
    return (double)left_ms > reserve ? left_ms - (int64_t)reserve : 0;
}

static int64_t words_before(const struct book *b, int chapter)
{
    int64_t words = 0;
    for (size_t i = 0; i < b->chapters_count && b->chapters[i].number < chapter; i++)
        words += book_chapter_words(&b->chapters[i]);
    return words;
}

// The length that is aimed at and the chapters it was divided into go down together, so that their ratio stays about
// what it was when the book was asked for.
static int chapters_for(const struct book *b, int chapter, int64_t words)
{
    double ordinary = (double)b->words_target / (double)b->chapters_total;
    double left = (double)(words - words_before(b, chapter));
    double more = ordinary > 0 ? ceil(left / ordinary - chapter_least) : 1;
    if (more < 1) more = 1;
    double chapters = chapter - 1 + more, most = chapter > b->chapters_total ? chapter : b->chapters_total;
    return (int)fmin(chapters, most);
}

struct deadline_plan deadline_plan(const struct job *j, const struct book *b, int chapter, int64_t now_ms)
{
    struct deadline_plan plan = {.words = j->words_target, .chapters = b->chapters_total};
    double speed = speed_of(j, b);
    if (j->deadline_ms == 0 || speed <= 0) return plan;
    int64_t stand = book_words(b);
    double can = (double)stand + speed * (double)usable_ms(j->deadline_ms - now_ms);
    if (can < (double)plan.words) {
        plan.words = (int64_t)can;
        plan.chapters = chapters_for(b, chapter, plan.words);
    }
    if (plan.words < stand) plan.words = stand;
    return plan;
}
