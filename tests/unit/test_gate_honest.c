// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Prose that no rule of the gate may touch: tests/data/prose, a text in each language whose patterns are complete. Its
// people apologise, offer and announce in speech, its narrator begins paragraphs with "Sure" and "Of course", counts in
// chapters and makes lists. And how long the gate takes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/mem.h"
#include "engine/gate.h"
#include "text/words.h"

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "prose.h"

// Where the paragraph behind the one at `at` begins; the length if there is none.
static size_t next_paragraph(const struct buf *text, size_t at)
{
    const char *blank = strstr(text->data + at, "\n\n");
    return blank ? (size_t)(blank - text->data) + 2 : text->len;
}

static void accept_whole(const char *tag, const char *s, size_t len, bool last_of_book)
{
    struct gate_out out;
    const struct gate_in in = {
        .text = s,
        .len = len,
        .before = "",
        .language = language_get(tag),
        .last_of_book = last_of_book,
    };
    gate_chunk(&in, &out);
    if (out.rule || out.trimmed)
        fail_msg("%s: %s (%s) in: %.60s…", tag, out.rule ? out.rule : out.trimmed, out.detail, s);
    assert_int_equal(out.skip, 0);
    assert_int_equal(out.end, len);
}

static void test_no_rule_touches_honest_prose(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(prose_tags); i++) {
        struct buf text;
        prose_load(&text, prose_tags[i]);
        int paragraphs = 0;
        for (size_t at = 0; at < text.len; at = next_paragraph(&text, at), paragraphs++)
            accept_whole(prose_tags[i], text.data + at, text.len - at, false);
        assert_true(paragraphs >= 6);
        buf_release(&text);
    }
}

// Paragraphs of the middle stand at the end too; conclusions are allowed there, because some of them conclude.
static void test_nor_any_stretch_of_it_as_the_end_of_a_book(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(prose_tags); i++) {
        struct buf text;
        prose_load(&text, prose_tags[i]);
        for (size_t from = 0; from < text.len; from = next_paragraph(&text, from)) {
            for (size_t to = from; to < text.len;) {
                to = next_paragraph(&text, to);
                size_t len = (to < text.len ? to - 2 : to) - from;
                if (sentence_ends(text.data + from, len)) accept_whole(prose_tags[i], text.data + from, len, true);
            }
        }
        buf_release(&text);
    }
}

static void test_every_language_reads_as_itself_and_as_no_other(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(prose_tags); i++) {
        struct buf text;
        prose_load(&text, prose_tags[i]);
        for (size_t k = 0; k < ARRAY_LEN(prose_tags); k++) {
            struct gate_out out;
            const struct gate_in in = {
                .text = text.data, .len = text.len, .before = "", .language = language_get(prose_tags[k])};
            gate_chunk(&in, &out);
            if (i == k)
                assert_null(out.rule);
            else if (!out.rule || strcmp(out.rule, "wrong_language") != 0)
                fail_msg("%s in a book in %s: %s", prose_tags[i], prose_tags[k], out.rule ? out.rule : "accepted");
        }
        buf_release(&text);
    }
}

#ifndef __SANITIZE_ADDRESS__
static int64_t time_ms(const struct gate_in *in, int rounds)
{
    clock_t from = clock(); // of the processor: others may need the machine too
    for (int i = 0; i < rounds; i++) {
        struct gate_out out;
        gate_chunk(in, &out);
        assert_null(out.rule);
    }
    return (int64_t)(clock() - from) * 1000 / CLOCKS_PER_SEC;
}

// Each text has 300 to 900 words. Time of the processor, and the best of a few tries: the machine does other things too.
static void test_a_chunk_takes_less_than_a_millisecond(void **state)
{
    enum { TRIES = 5, ROUNDS = 20 };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(prose_tags); i++) {
        struct buf text;
        prose_load(&text, prose_tags[i]);
        const struct gate_in in = {
            .text = text.data, .len = text.len, .before = "", .language = language_get(prose_tags[i])};
        int64_t best = INT64_MAX;
        for (int try = 0; try < TRIES && best > ROUNDS; try++) {
            int64_t took = time_ms(&in, ROUNDS);
            if (took < best) best = took;
        }
        if (best > ROUNDS) fail_msg("%s: %d ms for %d chunks", prose_tags[i], (int)best, ROUNDS);
        buf_release(&text);
    }
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_rule_touches_honest_prose),
        cmocka_unit_test(test_nor_any_stretch_of_it_as_the_end_of_a_book),
        cmocka_unit_test(test_every_language_reads_as_itself_and_as_no_other),
#ifndef __SANITIZE_ADDRESS__
        cmocka_unit_test(test_a_chunk_takes_less_than_a_millisecond),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
