// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// An answer is what the question asks for, if the simulator knows it by its words; else a few sentences.
#include "sim/proof.h"

#include "base/hash.h"
#include "base/mem.h"

#include <jansson.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { COUNTED = 100, WORDS = 6, SENTENCES = 6, DEPTH_MOST = 8 };

static struct rng dice(const struct task *t, uint64_t number)
{
    const struct ask *ask = t->ask;
    uint64_t prompt = hash_bytes(ask->prompt.data, ask->prompt.len);
    if (ask->temperature <= 0) return (struct rng){.state = rng_mix(t->habits->seed, prompt)};
    uint64_t seed = ask->seed >= 0 && !t->habits->seedless ? (uint64_t)ask->seed : ~number;
    return (struct rng){.state = rng_mix(rng_mix(t->habits->seed, prompt), seed)};
}

static const char *any_word(struct rng *r)
{
    static const char *const SOME[] = {"anchor",  "barley", "candle", "dustpan", "ember",   "fennel",  "gravel",
                                       "hinge",   "ink",    "jetty",  "kettle",  "lantern", "marble",  "needle",
                                       "orchard", "pebble", "quarry", "ribbon",  "saddle",  "thimble", "umbrella",
                                       "velvet",  "willow", "yarn",   "zinc",    "button",  "copper",  "drawer"};
    return SOME[rng_below(r, ARRAY_LEN(SOME))];
}

// 1 to 199.
static void number_in_words(int n, struct buf *out)
{
    static const char *const ONES[] = {
        "",    "one",    "two",    "three",    "four",     "five",    "six",     "seven",     "eight",    "nine",
        "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
    static const char *const TENS[] = {"twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"};
    if (n >= 100) {
        buf_adds(out, "one hundred");
        if (n % 100) buf_addc(out, ' ');
        n %= 100;
    }
    if (n >= 20) {
        buf_addf(out, "%s%s%s", TENS[n / 10 - 2], n % 10 ? "-" : "", ONES[n % 10]);
    } else {
        buf_adds(out, ONES[n]);
    }
}

static void count(int from, struct buf *out)
{
    for (int n = from; n < from + COUNTED; n++) {
        if (n > from) buf_adds(out, ", ");
        number_in_words(n, out);
    }
    buf_addc(out, '.');
}

static void list_words(struct rng *r, struct buf *out)
{
    for (int i = 0; i < WORDS; i++) buf_addf(out, "%s%s", i ? ", " : "", any_word(r));
}

static void write_text(const struct task *t, struct rng *r, struct buf *out)
{
    const char *question = t->ask->last_user;
    if (strstr(question, "capital of France")) {
        buf_adds(out, "The capital of France is Paris, a city on the Seine.");
    } else if (strstr(question, "ount from one hundred")) {
        count(100, out);
    } else if (strstr(question, "ount from one")) {
        count(1, out);
    } else if (strstr(question, " words ")) {
        list_words(r, out);
    } else {
        for (int i = 0; i < SENTENCES; i++) grammar_expand(t->grammar, r, &t->cast, i ? " $h" : "$h", out);
    }
}

// Some value that fits a schema.
static json_t *fill_form(const json_t *schema, struct rng *r, int depth)
{
    const char *type = json_string_value(json_object_get(schema, "type")), *key;
    json_t *choice = json_array_get(json_object_get(schema, "enum"), 0), *part;
    if (!choice) choice = json_object_get(schema, "const");
    if (choice) return json_deep_copy(choice);
    if (!type || depth == DEPTH_MOST) return json_null();
    if (strcmp(type, "string") == 0) return json_string(any_word(r));
    if (strcmp(type, "boolean") == 0) return json_true();
    if (strcmp(type, "array") == 0)
        return json_pack("[o]", fill_form(json_object_get(schema, "items"), r, depth + 1));
    if (strcmp(type, "object") != 0) return json_integer((json_int_t)rng_below(r, COUNTED));
    json_t *object = json_object();
    json_object_foreach(json_object_get(schema, "properties"), key, part)
    {
        json_object_set_new(object, key, fill_form(part, r, depth + 1));
    }
    return object;
}

static void write_json(const struct task *t, struct rng *r, struct buf *out)
{
    json_t *value = t->ask->schema ? fill_form(t->ask->schema, r, 0) : json_pack("{s:s}", "answer", any_word(r));
    char *text = json_dumps(value, JSON_COMPACT);
    if (text) buf_adds(out, text);
    free(text);
    json_decref(value);
}

void proof_write(const struct task *t, uint64_t number, struct buf *out)
{
    struct rng r = dice(t, number);
    const char *begun = t->ask->prefill;
    size_t start = out->len;
    if (t->ask->json && !t->habits->no_json)
        write_json(t, &r, out);
    else
        write_text(t, &r, out);
    if (!begun || t->habits->no_prefill || t->habits->restate) return;
    size_t len = strlen(begun);
    if (start == 0 && out->len >= len && memcmp(out->data, begun, len) == 0) buf_drop_front(out, len);
}
