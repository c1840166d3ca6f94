// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The arithmetic of length_next. See the header for the idea; the numbers that were chosen:
//   a chapter is full when less than SMALL_WORDS (or 1 % of the book, for a short one) is missing: asking a model for
//   thirty words brings two hundred, and the next chapter takes the rest over;
//   a gap counts as the words it was asked for, else a chapter that cannot be written would be asked for without end;
//   a chapter that is written anew while others stand behind it gets what the book lacks without it, but stays within a
//   quarter of its own share: what its owner did to the others is not made good here.
#include "model/length.h"

#include <math.h>

enum { SMALL_WORDS = 80, LEAST_ASK = 30, LEARN_FROM = 3, LAST_CHUNKS = 3, LEAST_TOKENS = 48 };

// Chapters that came with the spec have the length they have: they take no part in the division.
static double weight_up_to(const struct book *b, int chapter)
{
    double sum = 0;
    for (size_t i = 0; i < b->chapters_count && b->chapters[i].number <= chapter; i++)
        sum += b->chapters[i].given ? 0 : b->chapters[i].weight;
    return sum;
}

// Chapters that the outline does not hold yet weigh 1 each.
static double weight_total(const struct book *b)
{
    double missing = (double)b->chapters_total - (double)b->chapters_count;
    return weight_up_to(b, b->chapters_total) + (missing > 0 ? missing : 0);
}

static int64_t words_counted(const struct book_chapter *c)
{
    int64_t words = 0;
    for (size_t i = 0; i < c->chunks_count; i++)
        words += c->chunks[i].gap ? c->chunks[i].words_asked : c->chunks[i].words;
    return words;
}

// It is complete, and stands behind `chapter`: it has the length it has, and takes no part in the division either.
static bool stands_behind(const struct book_chapter *c, int chapter)
{
    return c->number > chapter && c->has_recap && !c->given;
}

struct behind {
    bool any;
    int64_t words;
    double weight;
};

static struct behind look_behind(const struct book *b, int chapter)
{
    struct behind sum = {0};
    for (size_t i = 0; i < b->chapters_count; i++) {
        if (!stands_behind(&b->chapters[i], chapter)) continue;
        sum.any = true;
        sum.words += words_counted(&b->chapters[i]);
        sum.weight += b->chapters[i].weight;
    }
    return sum;
}

static int64_t near_own_share(const struct book *b, int chapter, int64_t given, int64_t share)
{
    const struct book_chapter *c = book_chapter_at(b, chapter);
    double own = c ? (double)(b->words_target - given) * c->weight / weight_total(b) : 0;
    return (int64_t)fmin(own * 1.25, fmax(own * 0.75, (double)share));
}

// The words that are to stand when `chapter` is complete, less those that stand before it begins; given ones apart.
static int64_t chapter_share(const struct book *b, int chapter)
{
    int64_t given = 0, before = 0;
    for (size_t i = 0; i < b->chapters_count; i++) {
        if (b->chapters[i].given)
            given += words_counted(&b->chapters[i]);
        else if (b->chapters[i].number < chapter)
            before += words_counted(&b->chapters[i]);
    }
    struct behind behind = look_behind(b, chapter);
    double all = weight_total(b) - behind.weight, target = (double)(b->words_target - given - behind.words);
    int64_t share = all > 0 ? (int64_t)llround(target * weight_up_to(b, chapter) / all) - before : 0;
    return behind.any ? near_own_share(b, chapter, given, share) : share;
}

static int parts_of(int64_t words, int chunk_words)
{
    int64_t parts = (words + chunk_words / 2) / chunk_words;
    return parts < 1 ? 1 : (int)parts;
}

int length_chapter_words(const struct book *b, int chapter)
{
    return (int)chapter_share(b, chapter);
}

int length_parts(const struct book *b, int chapter, int chunk_words)
{
    return parts_of(chapter_share(b, chapter), chunk_words);
}

// An answer that a limit ended tells nothing, unless it was too long even so.
static bool tells(const struct book_chunk *c)
{
    return !c->gap && c->words_asked > 0 && !(c->cut && c->words < c->words_asked);
}

void length_delivered(const struct book *b, int chapter, int *asked, int *came)
{
    const struct book_chapter *c = book_chapter_at(b, chapter);
    *asked = *came = 0;
    for (size_t i = 0; c && !c->given && i < c->chunks_count; i++) {
        if (!tells(&c->chunks[i])) continue;
        *asked += c->chunks[i].words_asked;
        *came += c->chunks[i].words;
    }
}

int length_last_words(const struct book *b)
{
    for (size_t i = b->chapters_count; i-- > 0;)
        for (size_t k = b->chapters[i].chunks_count; k-- > 0;)
            if (!b->chapters[i].chunks[k].gap && !b->chapters[i].given) return b->chapters[i].chunks[k].words;
    return 0;
}

double length_obedience(const struct book *b)
{
    int64_t asked = 0, came = 0;
    int seen = 0;
    for (size_t i = b->chapters_count; i-- > 0 && seen < LEARN_FROM;)
        for (size_t k = b->chapters[i].chunks_count; k-- > 0 && seen < LEARN_FROM;) {
            const struct book_chunk *c = &b->chapters[i].chunks[k];
            if (!tells(c) || b->chapters[i].given) continue;
            asked += c->words_asked;
            came += c->words;
            seen++;
        }
    if (asked == 0) return b->obedience > 0 ? fmin(2.5, fmax(0.4, b->obedience)) : 1;
    return fmin(2.5, fmax(0.4, (double)came / (double)asked));
}

static int small_words(const struct book *b)
{
    int64_t hundredth = b->words_target / 100;
    if (hundredth > SMALL_WORDS) return SMALL_WORDS;
    return hundredth < 10 ? 10 : (int)hundredth;
}

int length_room(const struct book *b)
{
    int64_t left = b->words_target - book_words(b);
    return left > 0 ? (int)left : 0;
}

int length_most(const struct length_ask *ask)
{
    int room = ask->room_words, most = ask->need_words + (room - ask->need_words) / 2;
    if (ask->last_of_book) most = room > ask->need_words ? room : ask->need_words;
    return most > 1 ? most : 1;
}

// Of the last answers whose tokens are known.
static double tokens_per_word(const struct book *b, double guess)
{
    int64_t tokens = 0, words = 0;
    int seen = 0;
    for (size_t i = b->chapters_count; i-- > 0 && seen < LEARN_FROM;)
        for (size_t k = b->chapters[i].chunks_count; k-- > 0 && seen < LEARN_FROM;) {
            const struct book_chunk *c = &b->chapters[i].chunks[k];
            if (c->gap || c->tokens <= 0 || c->words < 20) continue;
            tokens += c->tokens;
            words += c->words;
            seen++;
        }
    return words > 0 ? fmin(12, fmax(0.5, (double)tokens / (double)words)) : guess;
}

int length_prose_tokens(const struct book *b, int words, double guess)
{
    return (int)(words * tokens_per_word(b, guess)) + 1;
}

int length_tokens(const struct book *b, const struct length_ask *ask, int words, double guess, int chunk_words)
{
    double per_word = tokens_per_word(b, guess);
    int room = ask->room_words;
    double most = 1.4 * words * per_word + 120;
    double end = (ask->last_of_book ? words : room) * per_word * 1.05 + 25;
    if (room <= LAST_CHUNKS * chunk_words && end < most) most = end;
    return most < LEAST_TOKENS ? LEAST_TOKENS : (int)most;
}

// Named so that this model delivers `need`.
static int ask_for(const struct book *b, int need)
{
    double asked = fmin((double)need / length_obedience(b), 2.0 * need);
    return asked < LEAST_ASK ? LEAST_ASK : (int)lround(asked);
}

// The room of the whole book, but that of a chapter with others behind it, which may already stand too long.
static int room_of(const struct book *b, int chapter, int64_t left)
{
    int room = length_room(b);
    return look_behind(b, chapter).any && room < left ? (int)left : room;
}

struct length_ask length_next(const struct book *b, int chapter, int chunk_words)
{
    struct length_ask ask = {.full = true, .parts = 1, .part = 1};
    const struct book_chapter *c = book_chapter_at(b, chapter);
    if (!c) return ask;

    int64_t share = chapter_share(b, chapter), written = words_counted(c), left = share - written;
    ask.part = (int)c->chunks_count + 1;
    // A chapter has at least one chunk, even when earlier chapters ate its share.
    if (left < small_words(b) && c->chunks_count > 0) return ask;
    if (left < small_words(b)) left = small_words(b);

    int parts_left = parts_of(left, chunk_words);
    ask.full = false;
    ask.parts = ask.part + parts_left - 1;
    ask.need_words = (int)(left / parts_left);
    ask.last_of_chapter = parts_left == 1;
    ask.last_of_book = ask.last_of_chapter && chapter == b->chapters_total;
    ask.progress = share > 0 ? fmin(1, (double)written / (double)share) : 0;
    ask.ask_words = ask_for(b, ask.need_words);
    ask.room_words = room_of(b, chapter, left);
    return ask;
}

static int64_t words_before(const struct book_chapter *c, int seq)
{
    int64_t words = 0;
    for (size_t i = 0; i < c->chunks_count && c->chunks[i].seq < seq; i++)
        words += c->chunks[i].gap ? c->chunks[i].words_asked : c->chunks[i].words;
    return words;
}

struct length_ask length_again(const struct book *b, int chapter, int seq, int chunk_words)
{
    const struct book_chapter *c = book_chapter_at(b, chapter);
    const struct book_chunk *old = &c->chunks[seq - 1];
    struct length_ask ask = {.part = seq, .parts = (int)c->chunks_count};
    struct length_ask next = length_next(b, chapter, chunk_words);
    int64_t words = words_counted(c);

    if (!c->has_recap && !c->given && !next.full) ask.parts = next.parts;
    ask.need_words = old->gap ? old->words_asked : old->words;
    if (ask.need_words < LEAST_ASK) ask.need_words = LEAST_ASK;
    ask.ask_words = old->gap ? ask.need_words : ask_for(b, ask.need_words);
    ask.room_words = ask.need_words + ask.need_words / 4;
    ask.last_of_chapter = seq == ask.parts;
    ask.last_of_book = ask.last_of_chapter && chapter == b->chapters_total;
    ask.progress = words > 0 ? (double)words_before(c, seq) / (double)words : 0;
    return ask;
}
