// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Expansion of rules; see grammar.h for the notation.
#include "sim/grammar.h"

#include "base/mem.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct list {
    char *text; // the alternatives, each ended by NUL
    const char **items;
    size_t count;
    size_t cap;
};

struct grammar {
    struct list lists[GRAMMAR_LISTS];
    const char *feminine_ending;
};

// What one expansion remembers from left to right.
struct expansion {
    const struct grammar *g;
    struct rng *rng;
    const struct cast *cast;
    struct buf *out;
    bool capital;
    bool feminine;
};

static void list_split(struct list *l, const char *text, char separator)
{
    l->text = mem_strdup(text);
    for (char *s = l->text; s;) {
        char *end = strchr(s, separator);
        if (end) *end++ = '\0';
        mem_grow(&l->items, &l->cap, l->count + 1, sizeof *l->items);
        l->items[l->count++] = s;
        s = end;
    }
}

struct grammar *grammar_new(const struct grammar_list *lists, const char *feminine_ending)
{
    struct grammar *g = mem_calloc(1, sizeof *g);
    g->feminine_ending = feminine_ending;
    for (; lists->name; lists++) list_split(&g->lists[(unsigned char)lists->name], lists->text, lists->separator);
    return g;
}

void grammar_cast(const struct grammar *g, uint64_t seed, struct cast *cast)
{
    const struct list *names = &g->lists['n'];
    struct rng r = {.state = rng_mix(seed, 'n')};
    size_t stride = names->count / GRAMMAR_CAST;
    // One name from each stretch of the list: distinct, and their initials differ because the list is sorted.
    for (size_t i = 0; i < GRAMMAR_CAST; i++) cast->names[i] = names->items[i * stride + rng_below(&r, stride)];
}

// The capital of a Polish letter in UTF-8 differs in its second byte alone.
static char second_byte_capital(char lead, char c)
{
    unsigned char l = (unsigned char)lead;
    if (l == 0xc3) return (char)((unsigned char)c - 0x20);
    if (l == 0xc4 || l == 0xc5) return (char)((unsigned char)c - 1);
    return c;
}

static void put(struct expansion *x, char c)
{
    char upper = c;
    if (x->capital && isalpha((unsigned char)c)) {
        upper = (char)toupper((unsigned char)c);
        x->capital = false;
    } else if (x->capital && (unsigned char)c >= 0x80 && x->out->len) {
        upper = second_byte_capital(x->out->data[x->out->len - 1], c);
        if (upper != c) x->capital = false;
    }
    buf_addc(x->out, upper);
}

static void put_name(struct expansion *x)
{
    const char *name = x->cast->names[rng_below(x->rng, GRAMMAR_CAST)];
    x->feminine = name[strlen(name) - 1] == 'a';
    x->capital = false;
    buf_adds(x->out, name);
}

static void expand(struct expansion *x, const char *rule)
{
    for (; *rule; rule++) {
        if (*rule == '$' && rule[1] == 'N') {
            put_name(x);
            rule++;
        } else if (*rule == '$' && rule[1]) {
            const struct list *l = &x->g->lists[(unsigned char)*++rule & 0x7f];
            if (l->count) expand(x, l->items[rng_below(x->rng, l->count)]);
            // A thing as the subject: the verb that follows it is not a woman's.
            if (*rule == 'o') x->feminine = false;
        } else if (*rule == '^') {
            x->capital = true;
        } else if (*rule == '~') {
            if (x->feminine) buf_adds(x->out, x->g->feminine_ending);
        } else {
            put(x, *rule == '_' ? ' ' : *rule);
        }
    }
}

void grammar_expand(const struct grammar *g, struct rng *r, const struct cast *cast, const char *rule,
                    struct buf *out)
{
    struct expansion x = {.g = g, .rng = r, .cast = cast, .out = out};
    expand(&x, rule);
}
