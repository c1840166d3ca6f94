// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The gate's frame: what joins an answer to the text before it, and the rules that need no language. The others are in
// test_gate_rules.c.
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

static const char before[] = "The rain had stopped. Mara set the lamp on the sill and waited for the third bell.";
static const char honest[] = "She counted to nine. Nobody came.\n\n\"You are late,\" she said to the empty stair.";

static struct gate_in input(const char *text)
{
    return (struct gate_in){.text = text, .len = strlen(text), .before = before, .before_len = strlen(before)};
}

static struct gate_out judge(const struct gate_in *in)
{
    struct gate_out out;
    gate_chunk(in, &out);
    assert_true(out.skip <= out.end || out.rule);
    assert_true(out.end <= in->len);
    return out;
}

// What is accepted is these bytes of the answer, and its words are counted.
static void check_range(const struct gate_in *in, const struct gate_out *out, const char *prose)
{
    assert_null(out->rule);
    assert_int_equal(out->end - out->skip, strlen(prose));
    assert_memory_equal(in->text + out->skip, prose, strlen(prose));
    assert_int_equal(out->words, words_count(prose, strlen(prose)));
}

static void check(const struct gate_in *in, const char *prose, const char *glue, const char *trimmed)
{
    struct gate_out out = judge(in);
    check_range(in, &out, prose);
    assert_string_equal(out.glue, glue);
    if (trimmed)
        assert_string_equal(out.trimmed, trimmed);
    else
        assert_null(out.trimmed);
}

static void refuse(const struct gate_in *in, const char *rule)
{
    struct gate_out out = judge(in);
    assert_non_null(out.rule);
    assert_string_equal(out.rule, rule);
}

// ---- prose that stays as it is --------------------------------------------------------------------------------------

static void test_honest_prose_is_untouched(void **state)
{
    static const char *const texts[] = {
        honest,
        "Chapter 3 was the hardest to write, she told him.\nHe nodded.",
        "Chapter and verse, he had it all.\nNobody asked.",
        "*No,* she thought.\n\nThen the door moved.",
        "\"Wait—\"\n\nHe was gone.",
        "It cost 3.50, Mr. Hale said. She paid.",
        "Tak było. Zażółć gęślą jaźń!",
        "彼女は待った。誰も来なかった。",
        "1918 was a bad year.\nThe well froze.",
        "- Go, - he said. She went.",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct gate_in in = input(texts[i]);
        check(&in, texts[i], "\n\n", NULL);
        in.before_len = 0;
        check(&in, texts[i], "", NULL);
    }
}

static void test_white_space_around_becomes_glue(void **state)
{
    (void)state;
    struct gate_in in = input(" She went on. \n\n");
    check(&in, "She went on.", " ", NULL);
    in = input("\n\nShe went on.\n");
    check(&in, "She went on.", "\n\n", NULL);
    in = input("\n She went on.");
    check(&in, "She went on.", "\n\n", NULL);
    in.before_len = 0;
    check(&in, "She went on.", "", NULL);
}

// ---- what is trimmed -------------------------------------------------------------------------------------------------

static void test_headings_go(void **state)
{
    static const char *const heads[] = {
        "# The Third Bell\n\n", "## Chapter 3: The Third Bell\n",    "**Chapter 3**\n\n",
        "Chapter 3\n\n",        "\n\nChapter 3: The Third Bell\n\n", "# The Salt Engine\n\n## Chapter 3\n\n",
        "### Part 2 \r\n",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
        char *text = mem_printf("%s%s", heads[i], honest);
        struct gate_in in = input(text);
        check(&in, honest, "\n\n", "heading");
        free(text);
    }
}

static void test_a_heading_alone_is_no_prose(void **state)
{
    (void)state;
    struct gate_in in = input("# The Third Bell\n");
    refuse(&in, "no_sentence");
}

static void test_a_restated_tail_goes(void **state)
{
    (void)state;
    struct gate_in in = input("Mara set the lamp on the sill and waited for the third bell. It did not ring.");
    check(&in, "It did not ring.", " ", "restated");
    in = input("Mara set the lamp on the sill\nand waited for the third bell.\n\nIt did not ring.");
    check(&in, "It did not ring.", "\n\n", "restated");
    in = input("## Chapter 3\n\nMara set the lamp on the sill and waited for the third bell. It did not ring.");
    check(&in, "It did not ring.", " ", "restated");
}

static void test_half_a_sentence_goes_when_a_limit_cut_it(void **state)
{
    (void)state;
    struct gate_in in = input("She counted to nine. Nobody came. The stair was em");
    in.cut = true;
    check(&in, "She counted to nine. Nobody came.", "\n\n", "cut_sentence");
    in.cut = false; // and when the model itself stopped there
    check(&in, "She counted to nine. Nobody came.", "\n\n", "cut_sentence");
    in = input("She counted to nine. \"Nobody,\" she said, \"came.\"");
    in.cut = true; // at the end of a sentence by chance
    check(&in, in.text, "\n\n", NULL);
}

// A list has no sentences; what broke off in it is its last line.
static void test_the_items_of_a_list_are_whole_where_markup_belongs(void **state)
{
    (void)state;
    struct gate_in in = input("Three things make a dyke:\n\n- clay\n- willow\n- patience");
    in.markup = true;
    check(&in, in.text, "\n\n", NULL);
    in.cut = true;
    check(&in, "Three things make a dyke:\n\n- clay\n- willow", "\n\n", "cut_sentence");
}

static const char long_end[] =
    "One two three four five six seven eight nine ten. Eleven twelve thirteen fourteen fifteen sixteen.\n\n"
    "Seventeen eighteen nineteen twenty, and one. Twenty-two and three and four.\n\n"
    "A paragraph too many: it goes on and on, and nobody has asked for it. Not at all. Not by anybody. Never.";

static void test_too_long_an_answer_is_cut_at_a_paragraph(void **state)
{
    (void)state;
    struct gate_in in = input(long_end);
    in.most_words = 17;
    struct gate_out out = judge(&in);
    size_t two = (size_t)(strstr(long_end, "\n\nA para") - long_end);
    assert_string_equal(out.trimmed, "over_length");
    assert_int_equal(out.end, two);
    assert_int_equal(out.words, words_count(long_end, two));
    in.most_words = 0; // no bound
    check(&in, long_end, "\n\n", NULL);
}

// Words that do not repeat themselves.
static void add_words(struct buf *out, int from, int count)
{
    static const char *const one[] = {"salt", "gate", "lamp", "stair", "bell", "rope", "tar"};
    static const char *const two[] = {"wind",  "snow", "smoke", "rain", "frost", "haze",
                                      "sleet", "hail", "dust",  "mist", "dew"};
    for (int i = from; i < from + count; i++) buf_addf(out, " %s%s%d", one[i % 7], two[i % 11], i);
}

static void test_too_long_an_answer_without_paragraphs_is_cut_at_a_sentence(void **state)
{
    struct buf sentences;
    (void)state;
    buf_init(&sentences, BUF_MAX_PIECE);
    for (int i = 0; i < 200; i++) {
        buf_adds(&sentences, i ? " She" : "She");
        add_words(&sentences, i * 3, 3);
        buf_addc(&sentences, '.');
    }
    const char *text = sentences.data;
    struct gate_in in = input(text);
    in.most_words = 100;
    struct gate_out out = judge(&in);
    assert_null(out.rule);
    assert_string_equal(out.trimmed, "over_length");
    assert_true(out.words >= 100 - 17 && out.words <= 100 + 17);
    assert_true(sentence_ends(text, out.end));
    buf_release(&sentences);
}

static void test_one_sentence_is_never_cut_to_nothing(void **state)
{
    struct buf sentence;
    (void)state;
    buf_init(&sentence, BUF_MAX_PIECE);
    buf_adds(&sentence, "She went on");
    add_words(&sentence, 0, 300);
    buf_addc(&sentence, '.');
    struct gate_in in = input(sentence.data);
    in.most_words = 10;
    struct gate_out out = judge(&in);
    assert_null(out.rule);
    assert_int_equal(out.end, sentence.len);
    buf_release(&sentence);
}

// ---- what is refused -------------------------------------------------------------------------------------------------

static void test_nothing_is_refused(void **state)
{
    (void)state;
    struct gate_in in = input("");
    refuse(&in, "empty");
    in = input(" \n\n\t ");
    refuse(&in, "no_sentence");
    in = input("the stair was em");
    refuse(&in, "no_sentence");
    in = input("***");
    refuse(&in, "no_sentence");
}

static void test_an_answer_that_only_restates_is_refused(void **state)
{
    (void)state;
    struct gate_in in = input("Mara set the lamp on the sill and waited for the third bell.");
    refuse(&in, "no_sentence");
}

static void test_a_few_words_for_many_are_refused(void **state)
{
    (void)state;
    struct gate_in in = input("She went on.");
    in.need_words = 800;
    refuse(&in, "too_short");
    in.need_words = 60; // three of sixty
    check(&in, "She went on.", "\n\n", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_honest_prose_is_untouched),
        cmocka_unit_test(test_white_space_around_becomes_glue),
        cmocka_unit_test(test_headings_go),
        cmocka_unit_test(test_a_heading_alone_is_no_prose),
        cmocka_unit_test(test_a_restated_tail_goes),
        cmocka_unit_test(test_half_a_sentence_goes_when_a_limit_cut_it),
        cmocka_unit_test(test_the_items_of_a_list_are_whole_where_markup_belongs),
        cmocka_unit_test(test_too_long_an_answer_is_cut_at_a_paragraph),
        cmocka_unit_test(test_too_long_an_answer_without_paragraphs_is_cut_at_a_sentence),
        cmocka_unit_test(test_one_sentence_is_never_cut_to_nothing),
        cmocka_unit_test(test_nothing_is_refused),
        cmocka_unit_test(test_an_answer_that_only_restates_is_refused),
        cmocka_unit_test(test_a_few_words_for_many_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
