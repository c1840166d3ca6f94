// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// For tests/bench and tests/e2e: how much the text on stdin repeats itself, as one JSON object. With --late: how late
// loops of many periods are found, a line each: {"period_bytes", "tokens_late"} behind the end of the third round, at
// four bytes a token.
//
//   words, sentences
//   loops        alarms when it is fed paragraph after paragraph, with a fresh start behind each alarm
//   repeated_8   share of the runs of eight words that stand earlier in the text
//   runs         stretches of 25 or more words that stand earlier in the text, word for word
//   distinct_2, sentence_cv, speech   of text/style.h
#include "base/buf.h"
#include "io/json.h"
#include "text/cycle.h"
#include "text/keyset.h"
#include "text/shingle_set.h"
#include "text/style.h"

#include <stdio.h>
#include <string.h>

static bool read_all(struct buf *text, FILE *in)
{
    char block[64 * 1024];
    for (size_t n; (n = fread(block, 1, sizeof block, in)) > 0;) {
        if (!buf_add(text, block, n)) return false;
    }
    return ferror(in) == 0;
}

static int64_t count_loops(const struct buf *text)
{
    struct cycle *c = cycle_new();
    int64_t loops = 0;
    for (size_t at = 0; at < text->len;) {
        const char *end = strstr(text->data + at, "\n\n");
        size_t behind = end != NULL ? (size_t)(end - text->data) + 2 : text->len;
        if (cycle_feed(c, text->data + at, behind - at)) {
            loops++;
            cycle_reset(c);
        }
        at = behind;
    }
    cycle_free(c);
    return loops;
}

struct earlier {
    struct keyset seen;
    struct shingle_run run;
    size_t shingles, repeated;
    int64_t runs;
};

static void take_shingle(struct earlier *e, const struct shingle *one)
{
    bool known = !keyset_add(&e->seen, one->key);
    e->shingles++;
    if (known) e->repeated++;
    bool was_long = e->run.length >= (SHINGLE_RUN_WORDS - SHINGLE_WORDS + 1) * WORD_WEIGHT;
    if (shingle_run_take(&e->run, one, known) && !was_long) e->runs++;
}

static void find_earlier(struct earlier *e, const struct buf *text)
{
    struct shingle_scan scan;
    struct shingle one;
    size_t at = 0;
    keyset_init(&e->seen, text->len + 1);
    shingle_scan_init(&scan);
    while (shingle_scan_next(&scan, text->data, text->len, &at, &one)) take_shingle(e, &one);
    if (shingle_scan_end(&scan, &one)) take_shingle(e, &one);
    keyset_release(&e->seen);
}

static void print_report(const struct buf *text)
{
    struct style style;
    struct earlier earlier = {0};
    style_measure(&style, text->data, text->len);
    find_earlier(&earlier, text);
    struct json *object = json_new_object();
    json_set_int(object, "words", (int64_t)style.words);
    json_set_int(object, "sentences", (int64_t)style.sentences);
    json_set_int(object, "loops", count_loops(text));
    json_set_num(object, "repeated_8", earlier.shingles ? (double)earlier.repeated / (double)earlier.shingles : 0);
    json_set_int(object, "runs", earlier.runs);
    json_set_num(object, "distinct_2", style.distinct_2);
    json_set_num(object, "sentence_cv", style.sentence_cv);
    json_set_num(object, "speech", style.speech);
    struct buf line;
    buf_init(&line, BUF_MAX_LINE);
    json_write(object, &line, 0);
    puts(line.data);
    buf_release(&line);
    json_free(object);
}

// ---- how late loops are found --------------------------------------------------------------------------------------

static void add_words(struct buf *out, size_t bytes, uint32_t *random)
{
    static const char letters[] = "etaoinshrdlucmfwypvbgk";
    for (size_t i = 0; i < bytes; i++) {
        *random = *random * 1664525 + 1013904223;
        bool blank = i > 0 && i + 1 < bytes && (*random >> 24) % 6 == 0;
        buf_addc(out, blank ? ' ' : letters[(*random >> 16) % (sizeof letters - 1)]);
    }
    if (bytes > 1) buf_cut(out, out->len - 1);
    if (bytes > 1) buf_addc(out, ' ');
}

static void print_late(size_t period, uint32_t *random)
{
    enum { BEFORE = 700, BEHIND = 2000, TOKEN = 4 };
    struct buf text, round;
    buf_init(&text, BUF_MAX_PIECE);
    buf_init(&round, BUF_MAX_PIECE);
    add_words(&text, BEFORE, random);
    add_words(&round, period, random);
    while (text.len < BEFORE + 3 * period + BEHIND) buf_add(&text, round.data, round.len);
    struct cycle *c = cycle_new();
    size_t at = 0;
    while (at + TOKEN < text.len && !cycle_feed(c, text.data + at, TOKEN)) at += TOKEN;
    size_t third = BEFORE + 3 * period;
    printf("{\"period_bytes\": %zu, \"tokens_late\": %zu}\n", period, at > third ? (at - third) / TOKEN : 0);
    cycle_free(c);
    buf_release(&text);
    buf_release(&round);
}

static int print_all_late(void)
{
    uint32_t random = 1;
    for (size_t period = 1; period <= 4000; period += 1 + period / 9) print_late(period, &random);
    return fflush(stdout) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--late") == 0) return print_all_late();
    struct buf text;
    buf_init(&text, BUF_MAX_BOOK);
    bool whole = read_all(&text, stdin);
    if (whole)
        print_report(&text);
    else
        (void)fputs("cannot read the text on stdin\n", stderr);
    buf_release(&text);
    return whole && fflush(stdout) == 0 ? 0 : 1;
}
