// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// How words are drawn: the table, the spec's own values, and what refusals change.
#include "base/mem.h"
#include "model/sampling.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct spec no_spec(void)
{
    struct spec s = {.kind = BOOK_NOVEL};
    s.sampling = (struct sampling){NAN, NAN, NAN, NAN, NAN, NAN, -1, NAN, NAN, 0, NAN, NAN};
    return s;
}

static bool same(double a, double b)
{
    return (isnan(a) && isnan(b)) || fabs(a - b) < 1e-9;
}

struct row {
    struct sampling_ask ask;
    double temperature, top_p, min_p;
    int top_k;
    double presence, dry; // NAN: not sent
};

static void assert_row(const struct spec *spec, const struct row *r)
{
    struct sampling s = sampling_choose(spec, &r->ask);
    bool ok = same(s.temperature, r->temperature) && same(s.top_p, r->top_p) && same(s.min_p, r->min_p) &&
              s.top_k == r->top_k && same(s.presence_penalty, r->presence) && same(s.dry_multiplier, r->dry);
    if (!ok)
        fail_msg("%s, refused %d: %g %g %g %d %g %g", r->ask.model, r->ask.refused, s.temperature, s.top_p, s.min_p,
                 s.top_k, s.presence_penalty, s.dry_multiplier);
    assert_true(same(s.dry_base, isnan(r->dry) ? NAN : 1.75));
    assert_int_equal(s.dry_length, isnan(r->dry) ? 0 : 4);
    assert_true(isnan(s.repetition_penalty) && isnan(s.frequency_penalty));
    assert_true(isnan(s.xtc_probability) && isnan(s.xtc_threshold));
}

#define PROSE SAMPLING_PROSE
#define PLAN  SAMPLING_PLAN

static void test_families(void **state)
{
    static const struct row rows[] = {
        {{PROSE, "", true, 0, false}, 0.8, 1, 0.05, 0, NAN, 0.8},
        {{PROSE, NULL, true, 0, false}, 0.8, 1, 0.05, 0, NAN, 0.8},
        {{PROSE, "llama-3.1-8b", false, 0, false}, 0.8, 1, 0.05, 0, 0.5, NAN},
        {{PROSE, "unsloth/QWEN3-14B-GGUF", true, 0, false}, 0.7, 0.8, 0, 20, 1, NAN},
        {{PROSE, "google_gemma-3-12b-it", true, 0, false}, 1, 0.95, 0, 64, NAN, NAN},
        {{PROSE, "Mistral-Nemo-Instruct-2407-Q5", true, 0, false}, 0.3, 1, 0.05, 0, NAN, 0.8},
        {{PROSE, "NemoMix-Unleashed-12B", true, 0, false}, 0.5, 1, 0.05, 0, NAN, 0.8},
        {{PROSE, "gpt-oss-20b", true, 0, false}, 1, 1, 0, 0, NAN, NAN},
        {{PLAN, "", true, 0, false}, 0.35, 0.95, NAN, -1, NAN, NAN},
        {{PLAN, "qwen3:8b", true, 0, false}, 0.35, 0.95, NAN, -1, NAN, NAN},
        {{PLAN, "gemma3:4b", true, 0, false}, 1, 0.95, 0, 64, NAN, NAN},
    };
    struct spec spec = no_spec();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) assert_row(&spec, &rows[i]);
}

static void test_refused(void **state)
{
    static const struct row rows[] = {
        {{PROSE, "", true, 1, false}, 0.8, 1, 0.05, 0, NAN, 0.8}, // only the seed
        {{PROSE, "", true, 2, false}, 0.95, 1, 0.05, 0, NAN, 0.8},
        {{PROSE, "", true, 3, false}, 1.1, 1, 0.05, 0, NAN, 0.8},
        {{PROSE, "", true, 4, false}, 1.25, 1, 0.05, 0, NAN, 0.8},
        {{PROSE, "", true, 9, false}, 1.25, 1, 0.05, 0, NAN, 0.8},
        {{PROSE, "", true, 1, true}, 0.8, 1, 0.05, 0, NAN, 0.8},
        {{PROSE, "", true, 2, true}, 0.95, 1, 0.05, 0, NAN, 1.2},
        {{PROSE, "", false, 2, true}, 0.95, 1, 0.05, 0, 1, NAN},
        {{PROSE, "gemma", true, 2, true}, 1.15, 0.95, 0, 64, NAN, 1.2},
        {{PROSE, "gemma", false, 2, true}, 1.15, 0.95, 0, 64, 0.5, NAN},
        {{PROSE, "qwen3", false, 2, true}, 0.85, 0.8, 0, 20, 1.5, NAN},
        {{PLAN, "", true, 3, true}, 0.65, 0.95, NAN, -1, NAN, NAN},
    };
    struct spec spec = no_spec();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) assert_row(&spec, &rows[i]);
}

static void test_spec_wins(void **state)
{
    static const struct row row = {{PROSE, "qwen3", true, 2, false}, 0.65, 0.5, 0.1, 7, 0.2, NAN};
    static const struct row plan = {{PLAN, "", true, 0, false}, 0.35, 0.95, NAN, -1, NAN, NAN};
    static const struct row hot = {{PROSE, "", true, 5, true}, 2.5, 1, 0.05, 0, 0.2, 1.2};
    struct spec spec = no_spec();
    (void)state;
    spec.sampling.presence_penalty = 0.2;
    spec.sampling.temperature = 2.5;
    assert_row(&spec, &hot); // its own heat is not taken back
    spec.sampling.temperature = 0.5;
    spec.sampling.top_p = 0.5;
    spec.sampling.min_p = 0.1;
    spec.sampling.top_k = 7;
    assert_row(&spec, &row);
    assert_row(&spec, &plan); // meant for prose
}

static struct sampling choose(const struct spec *spec, const char *model, bool dry, bool copying)
{
    const struct sampling_ask ask = {PROSE, model, dry, copying ? 2 : 0, copying};
    return sampling_choose(spec, &ask);
}

static void test_the_specs_own_dry_holds(void **state)
{
    struct spec spec = no_spec();
    (void)state;
    spec.sampling.dry_multiplier = 0.4;
    struct sampling s = choose(&spec, "qwen3", true, false);
    assert_true(same(s.dry_multiplier, 0.4) && same(s.dry_base, 1.75) && s.dry_length == 4);
    assert_true(isnan(s.presence_penalty)); // the family's own remedy is not wanted beside it
    s = choose(&spec, "qwen3", true, true);
    assert_true(same(s.dry_multiplier, 0.4) && same(s.presence_penalty, 0.5));
    spec.sampling.dry_base = 2;
    spec.sampling.dry_length = 7;
    s = choose(&spec, "", false, false); // whether the server knows it is not asked here: the dialect leaves it out
    assert_true(same(s.dry_multiplier, 0.4) && same(s.dry_base, 2) && s.dry_length == 7);
}

static void test_dry_without_strength_is_wanted(void **state)
{
    struct spec spec = no_spec();
    (void)state;
    spec.sampling.dry_length = 7;
    struct sampling s = choose(&spec, "gemma", true, false);
    assert_true(same(s.dry_multiplier, 0.8) && same(s.dry_base, 1.75) && s.dry_length == 7);
    assert_true(isnan(s.presence_penalty));
}

static void test_dry_off_is_off(void **state)
{
    struct spec spec = no_spec();
    (void)state;
    spec.sampling.dry_multiplier = 0;
    struct sampling s = choose(&spec, "", true, false);
    assert_true(same(s.dry_multiplier, 0) && isnan(s.dry_base) && s.dry_length == 0 && isnan(s.presence_penalty));
    s = choose(&spec, "", true, true);
    assert_true(same(s.dry_multiplier, 0) && same(s.presence_penalty, 0.5));
}

static void test_xtc_is_for_prose(void **state)
{
    const struct sampling_ask plan = {PLAN, "", true, 3, true};
    struct spec spec = no_spec();
    (void)state;
    spec.sampling.xtc_probability = 0.5;
    spec.sampling.xtc_threshold = 0.1;
    struct sampling s = choose(&spec, "", true, true);
    assert_true(same(s.xtc_probability, 0.5) && same(s.xtc_threshold, 0.1));
    s = sampling_choose(&spec, &plan);
    assert_true(isnan(s.xtc_probability) && isnan(s.xtc_threshold));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_families),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_spec_wins),
        cmocka_unit_test(test_the_specs_own_dry_holds),
        cmocka_unit_test(test_dry_without_strength_is_wanted),
        cmocka_unit_test(test_dry_off_is_off),
        cmocka_unit_test(test_xtc_is_for_prose),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
