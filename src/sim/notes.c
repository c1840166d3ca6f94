// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Lines in the forms that the templates ask for.
#include "sim/notes.h"

#include <string.h>

enum { OUTLINE_MOST = 1000, CARDS_MOST = 100 };

struct writer {
    const struct grammar *g;
    struct rng rng;
    struct cast cast;
    struct buf *out;
};

static void put(struct writer *w, const char *rule)
{
    grammar_expand(w->g, &w->rng, &w->cast, rule, w->out);
}

static void put_times(struct writer *w, int times, const char *rule)
{
    for (int i = 0; i < times; i++) put(w, rule);
}

static bool title_given(const char *title, size_t len)
{
    static const char OPEN[] = "(yours to find)";
    return title && len && !(len == sizeof OPEN - 1 && memcmp(title, OPEN, len) == 0);
}

static void write_bible(struct writer *w, const struct ask *ask)
{
    size_t len = 0;
    const char *title = ask_line(ask->last_user, "Title: ", &len);
    buf_adds(w->out, "TITLE: ");
    if (title_given(title, len))
        buf_add(w->out, title, len);
    else
        put(w, "$B");
    put(w, "\nLOGLINE: $G\nSETTING: $H\nSTYLE: $I\n");
    put_times(w, 4, "RULE: $M\n");
    for (size_t i = 0; i < 6; i++) {
        buf_addf(w->out, "CAST: %s", w->cast.names[i]);
        put(w, " | $P | $Q | $R | $S\n");
    }
    put_times(w, 5, "THREAD: $T\n");
    put(w, "ENDING: $U");
}

static void write_outline(struct writer *w, const struct ask *ask)
{
    long from = ask->numbers[0], to = ask->numbers[1];
    uint64_t seed = w->rng.state;
    for (long n = from; n <= to && n - from < OUTLINE_MOST; n++) {
        // A chapter's line is its own, whatever the batch it is asked in.
        w->rng.state = rng_mix(seed, (uint64_t)n);
        buf_addf(w->out, "%s%ld | ", n > from ? "\n" : "", n);
        put(w, "$B | $N | $E | $F | 1");
    }
}

static void write_cards(struct writer *w, const struct ask *ask)
{
    w->rng.state = rng_mix(w->rng.state, (uint64_t)ask->numbers[0]);
    for (long k = 1; k <= ask->numbers[1] && k <= CARDS_MOST; k++) {
        buf_addf(w->out, "%sCARD %ld | ", k > 1 ? "\n" : "", k);
        put(w, "$K$N | $c; $c | $F");
    }
}

static void write_recap(struct writer *w, const struct ask *ask)
{
    w->rng.state = rng_mix(w->rng.state, (uint64_t)ask->numbers[0]);
    put(w, "HAPPENED: $V\nCHANGED: $N: $W\nOPEN: $T\nCLOSED: $T\nFACT: $X\nFACT: $X");
}

static void write_other(struct writer *w, const struct ask *ask)
{
    // The question by which clients find out whether a prefilled answer is continued.
    bool paris = strstr(ask->last_user, "capital of France") || (ask->prefill && strstr(ask->prefill, "of France"));
    put(w, paris ? "The capital of France is Paris." : "$Y");
}

void notes_write(const struct ask *ask, const struct grammar *g, uint64_t book_seed, struct buf *out)
{
    struct writer w = {.g = g, .rng = {.state = rng_mix(book_seed, (uint64_t)ask->kind + 1000)}, .out = out};
    grammar_cast(g, book_seed, &w.cast);
    switch (ask->kind) {
    case ASK_BIBLE:
        write_bible(&w, ask);
        break;
    case ASK_OUTLINE:
        write_outline(&w, ask);
        break;
    case ASK_BEATS:
        write_cards(&w, ask);
        break;
    case ASK_RECAP:
        write_recap(&w, ask);
        break;
    case ASK_CHUNK:
    case ASK_OTHER:
    case ASK_KINDS:
        write_other(&w, ask);
        break;
    }
}
