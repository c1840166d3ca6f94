// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Joins: a text cut at every byte, cleaned, and continued in the ways servers and models do it, comes out whole.
#include "base/buf.h"
#include "base/mem.h"
#include "text/join.h"
#include "text/utf8.h"
#include "text/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// Dialogue, dashes, CJK, combining marks, paragraphs, and honest repetition.
static const char book[] =
    "The ferry was late — as it always was. \"You came,\" Mara said. “I did.” He put the bag down; it clinked.\n\n"
    "\"No. No. No.\" She shook her head. On and on and on it went, on and on and on. No. No, he thought. No.\n\n"
    "Mr. Fox paid 3.50 for the cafe\u0301 au lait... Then he left! Then he waited?\n\n"
    "他走了。她没有走。“你好。”他说，我们走吧。走吧。\n\n"
    "Zażółć — gęślą jaźń. « Oui. » Il partit. „Halt!“ rief er. 👩‍🚀 waved—once—and was "
    "gone.\n\n"
    "Left, right. Left, right. Left, right. The sea is calm. The sea is calm. The sea is calm. The end of it.\n";
enum { BOOK_LEN = sizeof book - 1 };

static bool is_space(char c)
{
    return c == ' ' || c == '\n';
}

// What the engine does with a continuation.
static char *glue(size_t prefix, const char *next, bool paragraph)
{
    size_t len = strlen(next), skip = join_overlap(book, prefix, next, len);
    const char *gap = join_separator(book, prefix, next + skip, len - skip, paragraph);
    return mem_printf("%.*s%s%s", (int)prefix, book, gap, next + skip);
}

static void assert_glued(size_t prefix, const char *next, bool paragraph)
{
    char *text = glue(prefix, next, paragraph);
    if (strcmp(text, book) != 0) {
        fail_msg("cut at %zu:\n%.*s|%.60s\n-> %s", prefix, (int)prefix, book, book + prefix, text);
    }
    free(text);
}

// A continuation that starts exactly there; one whose leading white space was eaten by the server.
static void assert_continues(size_t prefix)
{
    const char *rest = book + prefix;
    assert_glued(prefix, rest, false);
    const char *bare = rest + strspn(rest, " \n");
    assert_glued(prefix, *bare ? bare : rest, rest[0] == '\n' && rest[1] == '\n');
}

static void test_every_cut_at_a_word(void **state)
{
    (void)state;
    for (size_t cut = 0; cut <= BOOK_LEN; cut++) {
        size_t prefix = join_clean_word(book, cut);
        assert_true(prefix <= cut && cut - prefix < 40);
        assert_true(!prefix || !is_space(book[prefix - 1]));
        assert_int_equal(words_count(book, prefix) + words_count(book + prefix, BOOK_LEN - prefix),
                         words_count(book, BOOK_LEN));
        assert_continues(prefix);
    }
}

static void test_every_cut_at_a_sentence(void **state)
{
    (void)state;
    for (size_t cut = 0; cut <= BOOK_LEN; cut++) {
        size_t prefix = join_clean_sentence(book, cut);
        assert_true(prefix <= cut && cut - prefix < 150);
        assert_true(!prefix || sentence_ends(book, prefix));
        size_t gap = strspn(book + prefix, " \n"); // is left out only if nothing came after it
        assert_true(!prefix || !gap || utf8_whole(book, cut) <= prefix + gap);
        assert_continues(prefix);
    }
}

// The start of the last sentence of book[0..prefix).
static size_t last_sentence(size_t prefix)
{
    while (prefix && is_space(book[prefix - 1])) prefix--;
    size_t start = prefix ? sentence_whole(book, prefix - 1) : 0;
    while (start == prefix - 1) start = sentence_whole(book, start - 1);
    return start + strspn(book + start, " \n");
}

static bool is_honest_repetition(const char *s, size_t len)
{
    static const char *const short_ones[] = {"No.", "走吧", "Left, right", "The sea is calm", "\"No. No. No."};
    for (size_t i = 0; i < ARRAY_LEN(short_ones); i++) {
        if (!strncmp(s, short_ones[i], strlen(short_ones[i]))) return true;
    }
    return words_count(s, len) < 3;
}

static void test_a_restated_sentence_is_dropped(void **state)
{
    size_t tried = 0;
    (void)state;
    for (size_t cut = 1; cut <= BOOK_LEN; cut++) {
        size_t prefix = join_clean_sentence(book, cut), start = prefix ? last_sentence(prefix) : 0;
        if (!prefix || is_honest_repetition(book + start, prefix - start)) continue;
        assert_glued(prefix, book + start, false);
        tried++;
    }
    assert_true(tried > 150);
}

static size_t overlap(const char *before, const char *next)
{
    return join_overlap(before, strlen(before), next, strlen(next));
}

static void test_overlap(void **state)
{
    (void)state;
    assert_int_equal(overlap("", "Anything at all"), 0);
    assert_int_equal(overlap("He went to the", "He went to the door."), 14);
    assert_int_equal(overlap("He went to the", "He went to them."), 0);
    assert_int_equal(overlap("He  went\nto the", "\n He went to  the door"), 2 + 15);
    assert_int_equal(overlap("Then she left him.", "she left him. He"), 13);
    assert_int_equal(overlap("It rained. He ran. ", "He ran. The dog"), 8);
    assert_int_equal(overlap("It rained. He ran. ", "The dog"), 0);
    assert_int_equal(overlap("It rained. ", "  The dog"), 2);
    assert_int_equal(overlap("It rained.", "  The dog"), 0);
    assert_int_equal(overlap("a one two three", "none two three"), 0);
    assert_int_equal(overlap("她没有走。", "她没有走。他"), strlen("她没有走。"));
    assert_int_equal(overlap("the cafe au lait cafe", "the cafe au lait cafe\u0301"), 0);
}

static void test_honest_repetition_stays(void **state)
{
    (void)state;
    assert_int_equal(overlap("\"No. No. No.", "No. No. No. He"), 0);
    assert_int_equal(overlap("No. No. No.", "No."), 0);
    assert_int_equal(overlap("It went on and on and on", "on and on and on it"), 0);
    assert_int_equal(overlap("Left, right. Left, right.", "Left, right. Halt"), 0);
    assert_int_equal(overlap("Left, right. Left, right.", "Left, right. Left, right. Halt"), 0);
    assert_int_equal(overlap("The sea is calm. The sea is calm.", "The sea is calm. Go"), 0);
    assert_int_equal(overlap("Left, right.", "Left, right. Left, right. Halt"), 0);
    assert_int_equal(overlap("Oh. The sea is calm. The sea", "is calm. The sea is calm. Go"), 0);
    assert_int_equal(overlap("He shouted. Go!", "Go! Now"), 0);
}

// Only the last 2,000 bytes count, and a long text costs no more than they do.
static void test_overlap_looks_back_a_little(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, BUF_MAX_PIECE);
    for (int i = 0; b.len < 500000; i++) buf_addf(&b, "Line %d of it. ", i);
    assert_int_equal(join_overlap(b.data, b.len, b.data, 400000), 0);
    const char *late = strstr(b.data + b.len - 1500, "Line");
    assert_int_equal(join_overlap(b.data, b.len, late, strlen(late)), strlen(late));
    buf_release(&b);
}

static void test_quote(void **state)
{
    struct buf b;
    const char *s = "One two,\n\nthree  four. \n";
    (void)state;
    buf_init(&b, BUF_MAX_LINE);
    join_quote(&b, s, strlen(s), 3);
    assert_string_equal(b.data, "two, three four.");
    buf_clear(&b);
    join_quote(&b, s, strlen(s), 30);
    assert_string_equal(b.data, "One two, three four.");
    buf_clear(&b);
    join_quote(&b, " \n", 2, 5);
    assert_string_equal(b.data, "");
    buf_release(&b);
}

static const char *separator(const char *before, const char *next, bool paragraph)
{
    return join_separator(before, strlen(before), next, strlen(next), paragraph);
}

static void test_separator(void **state)
{
    (void)state;
    assert_string_equal(separator("He ran.", "She", false), " ");
    assert_string_equal(separator("He ran.", "She", true), "\n\n");
    assert_string_equal(separator("He ran. ", "She", true), "");
    assert_string_equal(separator("He ran.", "\n\nShe", false), "");
    assert_string_equal(separator("He ran", ", she", false), "");
    assert_string_equal(separator("He ran.", "...", false), " ");
    assert_string_equal(separator("走。", "她", false), "");
    assert_string_equal(separator("", "She", true), "");
    assert_string_equal(separator("He", "", true), "");
}

static void test_clean(void **state)
{
    (void)state;
    assert_int_equal(join_clean_word("the quick bro", 13), 9);
    assert_int_equal(join_clean_word("the quick ", 10), 9);
    assert_int_equal(join_clean_word("the", 3), 0);
    assert_int_equal(join_clean_word("走了 \xE4\xBB", 9), 6);
    assert_int_equal(join_clean_sentence("He ran. She", 11), 8);
    assert_int_equal(join_clean_sentence("He ran.\n\nShe", 12), 9);
    assert_int_equal(join_clean_sentence("He ran. ", 8), 7);
    assert_int_equal(join_clean_sentence("He ran. \"Stop.", 14), 8);
    assert_int_equal(join_clean_sentence("It cost 3.", 10), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clean),
        cmocka_unit_test(test_every_cut_at_a_word),
        cmocka_unit_test(test_every_cut_at_a_sentence),
        cmocka_unit_test(test_a_restated_sentence_is_dropped),
        cmocka_unit_test(test_overlap),
        cmocka_unit_test(test_honest_repetition_stays),
        cmocka_unit_test(test_overlap_looks_back_a_little),
        cmocka_unit_test(test_quote),
        cmocka_unit_test(test_separator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
