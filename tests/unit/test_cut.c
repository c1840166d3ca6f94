// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Prompts that were cut, and such that only have few tokens. A note of 3,900 equal letters, one token of a server, was
// taken for a cut, and the context for ever smaller down to the least.
#include "engine/cut.h"

#include "engine/known.h"
#include "engine/server.h"
#include "model/dialects.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

enum { BYTES_PER_TOKEN = 4 };

// A prompt of `bytes` of which the server says that it has `said` tokens; the one before had `before` bytes of it.
static struct cut_evidence prompt(int dialect, size_t bytes, int64_t said, size_t before)
{
    return (struct cut_evidence){.dialect = dialect,
                                 .said = said,
                                 .cached = 0,
                                 .bytes = bytes,
                                 .bytes_per_token = BYTES_PER_TOKEN,
                                 .read_tokens = (int64_t)before / BYTES_PER_TOKEN,
                                 .read_bytes = before,
                                 .common = before,
                                 .n_ctx_told = dialect == DIALECT_OPENAI || dialect == DIALECT_MLX ? 0 : 8192,
                                 .n_ctx_sent = dialect == DIALECT_OLLAMA ? 8192 : 0,
                                 .max_tokens = 1500};
}

struct judged {
    int dialect;
    size_t bytes;
    int64_t said;
    size_t before;
    enum cut_verdict verdict;
};

static void test_one_prompt(void **state)
{
    (void)state;
    static const struct judged cases[] = {
        // Half of the context is left, at the first prompt that is too long.
        {DIALECT_LLAMACPP, 28000, 4098, 0, CUT_CERTAIN},
        {DIALECT_OLLAMA, 28000, 4098, 0, CUT_CERTAIN},
        {DIALECT_VLLM, 28000, 4098, 0, CUT_CERTAIN},
        {DIALECT_OPENAI, 38000, 4098, 0, CUT_CERTAIN},
        {DIALECT_MLX, 28000, 4098, 0, CUT_CERTAIN},
        {DIALECT_LLAMACPP, 32000, 5317, 0, CUT_CERTAIN}, // as a shift of the context leaves it
        {DIALECT_MLX, 60000, 8192 - 1500, 0, CUT_CERTAIN},
        // A longer one has no more tokens than the one before, although it has nearly as many as we count.
        {DIALECT_LLAMACPP, 18000, 4098, 16400, CUT_CERTAIN},
        {DIALECT_MLX, 18000, 4100, 16400, CUT_CERTAIN},
        // All is well.
        {DIALECT_LLAMACPP, 16000, 4000, 0, CUT_NONE},
        {DIALECT_LLAMACPP, 18000, 4400, 16400, CUT_NONE},
        {DIALECT_LLAMACPP, 16000, 0, 12000, CUT_NONE}, // it counts nothing
        // Equal letters: few tokens, and no number that a cut leaves.
        {DIALECT_LLAMACPP, 10000, 1525, 0, CUT_SUSPECT},
        {DIALECT_LLAMACPP, 10000, 1525, 6000, CUT_SUSPECT},
        {DIALECT_LLAMACPP, 26000, 4500, 0, CUT_SUSPECT}, // more than half of a context that is not full
        {DIALECT_MLX, 10000, 1525, 6000, CUT_SUSPECT},
        {DIALECT_OPENAI, 10000, 1125, 0, CUT_SUSPECT},
        {DIALECT_OLLAMA, 10000, 1525, 0, CUT_NONE},
        {DIALECT_OPENAI, 20000, 64, 0, CUT_SUSPECT}, // it does not count what it had
    };
    const struct cut_memory nothing = {0};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct judged *j = &cases[i];
        struct cut_evidence c = prompt(j->dialect, j->bytes, j->said, j->before);
        enum cut_verdict v = cut_judge(&c, &nothing);
        if (v != j->verdict) fail_msg("case %zu: %d", i, (int)v);
    }
}

// A context of which nobody has said the size, and no round one: the same count of prompts of other lengths.
static void test_the_same_count_again(void **state)
{
    (void)state;
    struct cut_memory m = {0};
    struct cut_evidence c = prompt(DIALECT_MLX, 28000, 3677, 0);
    assert_int_equal(cut_judge(&c, &m), CUT_SUSPECT);
    cut_note(&m, &c, CUT_SUSPECT);
    assert_int_equal(cut_judge(&c, &m), CUT_SUSPECT); // the same prompt once more shows nothing
    c = prompt(DIALECT_MLX, 29000, 3678, 0);
    assert_int_equal(cut_judge(&c, &m), CUT_CERTAIN);
    c = prompt(DIALECT_MLX, 29000, 3800, 0);
    assert_int_equal(cut_judge(&c, &m), CUT_SUSPECT); // it follows the prompt
}

// What it has read whole once, it need not cut.
static void test_as_long_as_one_that_was_read_whole(void **state)
{
    (void)state;
    struct cut_memory m = {0};
    struct cut_evidence whole = prompt(DIALECT_MLX, 24000, 6000, 0), round = prompt(DIALECT_MLX, 10000, 1537, 0);
    assert_int_equal(cut_judge(&round, &m), CUT_CERTAIN);
    cut_note(&m, &whole, cut_judge(&whole, &m));
    assert_int_equal(m.whole_tokens, 6000);
    assert_int_equal(cut_judge(&round, &m), CUT_SUSPECT);
    round.n_ctx_told = 2048; // started anew, with another context
    round.said = 1026;
    assert_int_equal(cut_judge(&round, &m), CUT_CERTAIN);
    cut_note(&m, &round, CUT_SUSPECT);
    assert_int_equal(m.whole_tokens, 0);
}

// A context that was taken for too small, until the server reads more.
static void test_a_small_context_is_forgotten(void **state)
{
    (void)state;
    struct server s = {.facts = {.dialect = DIALECT_LLAMACPP, .n_ctx_tokens = 16384}};
    struct known *k = known_new(&s, "m");
    assert_false(known_unlearn_context(k, 20000)); // nothing was learnt
    assert_true(known_learn_context(k, 4096));
    assert_int_equal(known_n_ctx(k), 4096);
    assert_false(known_unlearn_context(k, 4096));
    assert_int_equal(known_n_ctx(k), 4096);
    assert_true(known_unlearn_context(k, 4097));
    assert_int_equal(known_n_ctx(k), 16384);
    known_free(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_prompt),
        cmocka_unit_test(test_the_same_count_again),
        cmocka_unit_test(test_as_long_as_one_that_was_read_whole),
        cmocka_unit_test(test_a_small_context_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
