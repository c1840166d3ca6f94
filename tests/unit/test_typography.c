// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Quotation marks, apostrophes, dashes and spaces: a table of cases for each language, paragraphs in pieces, and that a
// second time changes nothing, over whatever text.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "out/typography.h"

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N "\u202F"
#define B "\u00A0"

static char *polished(const char *tag, const char *text)
{
    struct typography t;
    struct buf out;
    buf_init(&out, BUF_MAX_PIECE);
    typography_init(&t, language_get(tag));
    typography_polish(&t, &out, text, strlen(text), true);
    return out.data;
}

static void check(const char *tag, const char *text, const char *expected)
{
    char *once = polished(tag, text), *twice = polished(tag, once);
    if (strcmp(once, expected) != 0) fail_msg("%s: %s\n   gave %s\n    not %s", tag, text, once, expected);
    if (strcmp(once, twice) != 0) fail_msg("%s: %s\n   then %s\n  again %s", tag, text, once, twice);
    free(once);
    free(twice);
}

struct sample {
    const char *tag, *text, *expected;
};

static void check_all(const struct sample *samples, size_t count)
{
    for (size_t i = 0; i < count; i++) check(samples[i].tag, samples[i].text, samples[i].expected);
}

static void test_quotation_marks(void **state)
{
    static const struct sample samples[] = {
        {"en", "\"Go,\" he said, \"now.\"", "“Go,” he said, “now.”"},
        {"en", "She said: \"He told me 'go away' twice.\"", "She said: “He told me ‘go away’ twice.”"},
        {"en", "\"'Go,' he said,\" she said.", "“‘Go,’ he said,” she said."},
        {"en", "(\"So\") [\"so\"]", "(“So”) [“so”]"},
        {"en", "\"Wait--\" He stopped.", "“Wait—” He stopped."},
        {"en", "He turned--\"Go!\" he said.", "He turned—“Go!” he said."},
        {"en", "\"No...\" he said.", "“No…” he said."},
        {"en", "He said \"no\"; she \"yes\"!", "He said “no”; she “yes”!"},
        {"de", "\"Geh\", sagte er. \"Das ist 'gut'.\"", "„Geh“, sagte er. „Das ist ‚gut‘.“"},
        {"pl", "\"Idź\" - rzekł. 'Tak'.", "„Idź” — rzekł. ‚Tak’."},
        {"fr", "\"Oui\", dit-il.", "«" N "Oui" N "», dit-il."},
        {"fr", "\" Oui \", dit-il.", "«" N "Oui" N "», dit-il."},
        {"sv", "\"Ja\", sa han. 'Nej'.", "”Ja”, sa han. ’Nej’."},
        {"fi", "\"Niin\", hän sanoi.", "”Niin”, hän sanoi."},
        {"ru", "\"Да\", сказал он. \"А 'нет'?\"", "«Да», сказал он. «А „нет“?»"},
        {"da", "\"Ja\", sagde han.", "»Ja«, sagde han."},
        {"ja", "\"はい。\"と彼は言った。彼は\"'夢'だ\"と言った。",
         "「はい。」と彼は言った。彼は「『夢』だ」と言った。"},
        {"zh", "他说：\"你好。\"她说：\"'走'吧！\"", "他说：“你好。”她说：“‘走’吧！”"},
        {"ko", "\"안녕\"이라고 그는 말했다.", "“안녕”이라고 그는 말했다."},
        {"th", "เขาพูดว่า\"ไป\"แล้ว", "เขาพูดว่า“ไป”แล้ว"},
        {"he", "\"כן\", אמר. צה\"ל", "”כן”, אמר. צה\"ל"},
        {"ar", "قال: \"نعم\".", "قال: «نعم»."},
        {"en", "A 6\" nail, 5'10\" tall.", "A 6\" nail, 5'10\" tall."},
    };
    (void)state;
    check_all(samples, ARRAY_LEN(samples));
}

static void test_apostrophes(void **state)
{
    static const struct sample samples[] = {
        {"en", "Don't. It's the dogs' bowl.", "Don’t. It’s the dogs’ bowl."},
        {"en", "Rock 'n' roll of the '90s.", "Rock ’n’ roll of the ’90s."},
        {"en", "'Tis so; 'twas so; get 'em!", "’Tis so; ’twas so; get ’em!"},
        {"en", "'I don't,' he said.", "‘I don’t,’ he said."},
        {"en", "'1984' is a book.", "‘1984’ is a book."},
        {"fr", "L'eau d'aujourd'hui.", "L’eau d’aujourd’hui."},
        {"it", "L'acqua dell'isola.", "L’acqua dell’isola."},
        {"nl", "'s Avonds, 't is laat.", "’s Avonds, ’t is laat."},
        {"de", "So'n Ding, hat's 'ne Nummer?", "So’n Ding, hat’s ’ne Nummer?"},
        {"uk", "Об'єкт п'ять.", "Об’єкт п’ять."},
    };
    (void)state;
    check_all(samples, ARRAY_LEN(samples));
}

static void test_dashes(void **state)
{
    static const struct sample samples[] = {
        {"en", "One - two -- three--four --- five.", "One—two—three—four—five."},
        {"de", "Eins - zwei -- drei--vier.", "Eins – zwei – drei – vier."},
        {"de", "\"Ich war--\"", "„Ich war –“"},
        {"en", "1990-1995, 3 - 2, 3 -- 2, well-known", "1990-1995, 3 - 2, 3 -- 2, well-known"},
        {"en", "Use --help or -v; a run ---- of them.", "Use --help or -v; a run ---- of them."},
        {"pl", "- Tak - powiedział.", "— Tak — powiedział."},
        {"pl", "-- Tak. -- Nie.", "— Tak. — Nie."},
        {"pl", "— Tak — powiedział.", "— Tak — powiedział."},
        {"fr", "- Oui.", "—" B "Oui."},
        {"es", "- Hola.", "—Hola."},
        {"es", "--Hola.", "—Hola."},
        {"ru", "- Да.", "— Да."},
        {"cs", "- Ano.", "– Ano."},
        {"ja", "待て - 行くな", "待て――行くな"},
        {"en", "-5 degrees", "-5 degrees"},
    };
    (void)state;
    check_all(samples, ARRAY_LEN(samples));
}

static void test_points_and_spaces(void **state)
{
    static const struct sample samples[] = {
        {"en", "Well... He left.... Gone..... .", "Well… He left…. Gone..... ."},
        {"zh", "他走了...", "他走了……"},
        {"ja", "彼は......", "彼は……"},
        {"fr", "Quoi? Non ! Oui; voici : \"Bah!\"",
         "Quoi" N "? Non" N "! Oui" N "; voici" B ": «" N "Bah" N "!" N "»"},
        {"fr", "À 12:30, http://a.fr/?b ; non ?!", "À 12:30, http://a.fr/?b" N "; non" N "?!"},
        {"fr", "« Oui », dit-il.", "«" N "Oui" N "», dit-il."},
        {"fr", "«Oui»", "«Oui»"},
        {"de", "Was ? Nein!", "Was ? Nein!"},
    };
    (void)state;
    check_all(samples, ARRAY_LEN(samples));
}

static void test_what_is_typeset_stays(void **state)
{
    static const struct sample samples[] = {
        {"en", "“Don’t,” he said—“it’s ‘so’ – or so…”", "“Don’t,” he said—“it’s ‘so’ – or so…”"},
        {"de", "»Geh«, sagte er. „Nein“, sie – ‚so‘.", "»Geh«, sagte er. „Nein“, sie – ‚so‘."},
        {"pl", "„Idź” — rzekł. «Tak».", "„Idź” — rzekł. «Tak»."},
        {"fr", "«" N "Oui" B "! L’eau…" N "»", "«" N "Oui" B "! L’eau…" N "»"},
        {"ja", "「はい。」『夢』――", "「はい。」『夢』――"},
    };
    (void)state;
    check_all(samples, ARRAY_LEN(samples));
}

// ---- pieces ------------------------------------------------------------------------------------------------------------

// `pieces` with "|" between them, as emphasis would split a paragraph; "¶" begins another.
static void check_pieces(const char *tag, const char *pieces, const char *expected)
{
    struct typography t;
    struct buf out;
    bool begins = true;
    buf_init(&out, BUF_MAX_PIECE);
    typography_init(&t, language_get(tag));
    for (const char *at = pieces; *at;) {
        size_t len = strcspn(at, "|^");
        typography_polish(&t, &out, at, len, begins);
        begins = at[len] == '^';
        if (begins) buf_addc(&out, '^');
        at += len + (at[len] != '\0');
    }
    if (strcmp(out.data, expected) != 0) fail_msg("%s gave %s, not %s", pieces, out.data, expected);
    buf_release(&out);
}

static void test_emphasis_splits_a_quotation(void **state)
{
    (void)state;
    check_pieces("en", "\"|Stop|,\" he said.", "“Stop,” he said.");
    check_pieces("en", "He said \"go |now|\" and went.", "He said “go now” and went.");
    check_pieces("en", "I |don|'t|.", "I don’t.");
    check_pieces("de", "\"|Nein|\", sagte er, \"|nie|\".", "„Nein“, sagte er, „nie“.");
    // A speech that goes on in the next paragraph opens there again.
    check_pieces("en", "\"One.^\"Two.\"", "“One.^“Two.”");
    check_pieces("fr", "Oui| : |non", "Oui" B ": non");
}

static void test_code_stands_for_a_word(void **state)
{
    struct typography t;
    struct buf out;
    (void)state;
    buf_init(&out, BUF_MAX_PIECE);
    typography_init(&t, language_get("en"));
    typography_polish(&t, &out, "\"", 1, true);
    typography_polish(&t, &out, MARKDOWN_OBJECT, 3, false);
    typography_polish(&t, &out, "\" is it", 7, false);
    assert_string_equal(out.data, "“" MARKDOWN_OBJECT "” is it");
    buf_release(&out);
}

// ---- whatever text -------------------------------------------------------------------------------------------------------

static uint32_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33);
}

static void fill(char *out, size_t size, uint64_t *seed)
{
    static const char *const pieces[] = {"\"", "'",  "-", "--", "---", "...", ".",  " ", "  ", "a", "word", "5",
                                         "90", "'s", "“", "”",  "„",   "«",   "»",  "’", "—",  "–", "…",    "?",
                                         ":",  ";",  N,   B,    "你",  "。",  "「", "(", ")",  "ל", "é",    ","};
    size_t len = 0, count = next_random(seed) % 14;
    out[0] = '\0';
    for (size_t i = 0; i < count; i++)
        len += (size_t)snprintf(out + len, size - len, "%s", pieces[next_random(seed) % ARRAY_LEN(pieces)]);
}

static void test_twice_is_once(void **state)
{
    static const char *const tags[] = {"en", "de", "fr", "pl", "es", "sv", "ja", "he", "da", "zh", "nl", "ru"};
    uint64_t seed = 7;
    char text[200];
    (void)state;
    for (int i = 0; i < 60000; i++) {
        const char *tag = tags[(size_t)i % ARRAY_LEN(tags)];
        fill(text, sizeof(text), &seed);
        char *once = polished(tag, text), *twice = polished(tag, once);
        if (strcmp(once, twice) != 0) fail_msg("%s: '%s'\n   then '%s'\n  again '%s'", tag, text, once, twice);
        free(once);
        free(twice);
    }
}

// Broken bytes come out as they came in.
static void test_rubbish(void **state)
{
    struct buf out;
    (void)state;
    struct typography t;
    buf_init(&out, BUF_MAX_PIECE);
    typography_init(&t, language_get("fr"));
    typography_polish(&t, &out, "a\xE2\x80", 3, true);
    typography_polish(&t, &out, "\x80\xFF\"", 3, false);
    assert_memory_equal(out.data, "a\xE2\x80\x80\xFF", 5);
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quotation_marks),
        cmocka_unit_test(test_apostrophes),
        cmocka_unit_test(test_dashes),
        cmocka_unit_test(test_points_and_spaces),
        cmocka_unit_test(test_what_is_typeset_stays),
        cmocka_unit_test(test_emphasis_splits_a_quotation),
        cmocka_unit_test(test_code_stands_for_a_word),
        cmocka_unit_test(test_twice_is_once),
        cmocka_unit_test(test_rubbish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
