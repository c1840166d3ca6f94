// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Loops: see include/text/cycle.h. The text is folded twice, and each of the two is watched for a period (period.h):
//
//   plain     white space is one blank, capitals are small          three rounds
//   counted   and a run of digits is one mark                       six rounds, of words, in which a number counts
//
// so that "Day 1 he waited. Day 2 he waited. …" is a loop too. White space that does not end is one by itself.
#include "text/cycle.h"

#include "base/mem.h"
#include "text/chars.h"
#include "text/period.h"
#include "text/words.h"

#include <stdlib.h>

// How long, in bytes, all rounds of a loop must be together. A token of English is four bytes or more, one of Chinese
// about three; of rules, dots and rows of figures it is many more.
enum {
    PLAIN_ROUNDS = 3,
    PLAIN_LEAST = 512,
    DRAWN_LEAST = 736, // of what is not made of words: ten lines of dashes
    COUNTED_ROUNDS = 6,
    COUNTED_MOST = PERIOD_MOST / 2,
    COUNTED_LEAST = 900,
    ROUND_BEGUN = 200, // of the round after the last one: a chorus that is sung three times ends
    BLANKS_MOST = 768,
};

struct cycle {
    struct period plain, counted;
    size_t fed;    // bytes
    size_t blanks; // bytes of white space at the end
    bool in_number, found;
    size_t cut;
};

// Bytes of letters, of any script, and of ! and ?, with which broken models fill their answers. General punctuation and
// the signs for drawing tables (U+2000 to U+2FFF) are no letters.
static size_t letter_bytes(const unsigned char *s, size_t len)
{
    size_t count = 0;
    bool letter = false;
    for (size_t i = 0; i < len; i++) {
        if (s[i] < 0x80)
            letter = chars_is_letter(s[i]) || s[i] == '!' || s[i] == '?';
        else if (s[i] >= 0xC0)
            letter = s[i] != 0xE2;
        if (letter) count++;
    }
    return count;
}

static size_t plain_enough(const unsigned char *round, size_t len)
{
    size_t rounds = PLAIN_ROUNDS * len + ROUND_BEGUN;
    size_t least = letter_bytes(round, len) * 2 < len ? DRAWN_LEAST : PLAIN_LEAST;
    return rounds > least ? rounds : least;
}

// Tables count too: what is taken for a loop here must be made of words for the most part.
static size_t counted_enough(const unsigned char *round, size_t len)
{
    if (letter_bytes(round, len) * 5 < len * 3 || words_count((const char *)round, len) < 4) return SIZE_MAX;
    size_t rounds = COUNTED_ROUNDS * len + ROUND_BEGUN;
    return rounds > COUNTED_LEAST ? rounds : COUNTED_LEAST;
}

static const struct period_rule plain_rule = {PLAIN_ROUNDS, PERIOD_MOST, plain_enough};
static const struct period_rule counted_rule = {COUNTED_ROUNDS, COUNTED_MOST, counted_enough};

struct cycle *cycle_new(void)
{
    struct cycle *c = mem_alloc(sizeof(*c));
    cycle_reset(c);
    return c;
}

void cycle_free(struct cycle *c)
{
    free(c);
}

void cycle_reset(struct cycle *c)
{
    period_init(&c->plain, &plain_rule);
    period_init(&c->counted, &counted_rule);
    c->fed = c->blanks = c->cut = 0;
    c->in_number = c->found = false;
}

static bool is_digit(unsigned char b)
{
    return b >= '0' && b <= '9';
}

static bool is_inside_char(unsigned char b)
{
    return (b & 0xC0) == 0x80;
}

// Whether a sentence ends right in front of text[at].
static bool sentence_ends_at(const struct period *p, size_t at)
{
    enum { LOOK_BACK = 64 };
    size_t from = at > LOOK_BACK ? at - LOOK_BACK : 0, behind = at + 1;
    while (behind < p->len && is_inside_char(p->text[behind])) behind++;
    return sentence_whole((const char *)p->text + from, behind - from) == at - from;
}

// Where the first round ends. What stands in front of it may by chance be as the end of a round is ("He left. | She
// left. | She left."), and then the loop seems to begin in there; so it is taken to end with a sentence, if it can.
static size_t round_end(const struct period *p)
{
    size_t end = p->round + p->round_len;
    while (end < p->round + 2 * p->round_len && is_inside_char(p->text[end])) end++;
    if (p->text[end - 1] == ' ') end--;
    for (size_t at = end; at < end + p->round_len; at++) {
        if (!is_inside_char(p->text[at]) && sentence_ends_at(p, at)) return at;
    }
    return end;
}

static bool found_loop(struct cycle *c, const struct period *p)
{
    c->cut = c->fed - ((uint32_t)c->fed - p->source[round_end(p)]); // `source` knows the lower 32 bits of an offset
    return true;
}

// The number whose first digit was the byte `source` of what was fed.
static int64_t number_at(const struct cycle *c, uint32_t source)
{
    const struct period *p = &c->plain;
    uint32_t fed = (uint32_t)c->fed, age = fed - source;
    size_t at = 0, end = p->len;
    while (at < end) {
        size_t middle = at + (end - at) / 2;
        if (fed - p->source[middle] > age)
            at = middle + 1;
        else
            end = middle;
    }
    int64_t number = 0;
    for (int digits = 0; digits < 15 && at < p->len && is_digit(p->text[at]); digits++, at++)
        number = number * 10 + (p->text[at] - '0');
    return number;
}

// Whether the number at text[at] of the counted text changes from each round to the next by the same.
static bool number_counts(const struct cycle *c, size_t at)
{
    enum { STEPS = COUNTED_ROUNDS - 3 };
    const struct period *p = &c->counted;
    int64_t later = number_at(c, p->source[at]), first_step = 0;
    for (size_t i = 1; i <= STEPS; i++) {
        int64_t number = number_at(c, p->source[at - i * p->round_len]), step = later - number;
        if (step == 0 || (i > 1 && step != first_step)) return false;
        first_step = step;
        later = number;
    }
    return true;
}

// Whether a number of the round counts up or down. The last round is passed over: its last number may not be whole yet.
static bool counts(const struct cycle *c)
{
    const struct period *p = &c->counted;
    for (size_t at = p->len - 2 * p->round_len; at < p->len - p->round_len; at++) {
        if (is_digit(p->text[at]) && number_counts(c, at)) return true;
    }
    return false;
}

static bool take_plain(struct cycle *c, unsigned char b)
{
    return period_add(&c->plain, b, (uint32_t)c->fed) && found_loop(c, &c->plain);
}

static bool take_counted(struct cycle *c, unsigned char b)
{
    return period_add(&c->counted, b, (uint32_t)c->fed) && counts(c) && found_loop(c, &c->counted);
}

static bool take_blank(struct cycle *c)
{
    c->in_number = false;
    if (c->blanks++ == 0) return take_plain(c, ' ') || take_counted(c, ' ');
    if (c->blanks < BLANKS_MOST) return false;
    c->cut = c->fed + 1 - c->blanks;
    return true;
}

static bool take_byte(struct cycle *c, unsigned char b)
{
    if (b == ' ' || (b >= '\t' && b <= '\r')) return take_blank(c);
    bool digit = is_digit(b), goes_on = digit && c->in_number;
    if (b >= 'A' && b <= 'Z') b |= 0x20;
    c->blanks = 0;
    c->in_number = digit;
    if (take_plain(c, b)) return true;
    return !goes_on && take_counted(c, digit ? '0' : b);
}

bool cycle_feed(struct cycle *c, const char *s, size_t len)
{
    for (size_t i = 0; i < len && !c->found; i++, c->fed++) c->found = take_byte(c, (unsigned char)s[i]);
    return c->found;
}

size_t cycle_cut(const struct cycle *c)
{
    return c->cut;
}

size_t cycle_find(const char *s, size_t len)
{
    struct cycle *c = cycle_new();
    size_t cut = cycle_feed(c, s, len) ? cycle_cut(c) : len;
    cycle_free(c);
    return cut;
}
