// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Words, sentence ends and file names of English, Polish, German, French, Arabic, Japanese, Chinese and a few more, and
// the same functions over rubbish.
#include "base/buf.h"
#include "base/mem.h"
#include "text/join.h"
#include "text/slug.h"
#include "text/utf8.h"
#include "text/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// ---- words ---------------------------------------------------------------------------------------------------------------

// Han characters and hiragana are a word each, a run of katakana is one; full-width digits and letters are digits and
// letters. These numbers are what lengths are asked and paid in, so a library that counts anew must be seen.
static void test_words_are_counted(void **state)
{
    static const struct {
        const char *text;
        size_t words;
    } cases[] = {
        {"Don't stop — it's 3.5 km, isn't it? (Mother-in-law’s.)", 10},
        {"U.S.A., e.g. 10,000 at 5 p.m.", 6},
        {"snake_case foo@bar.com", 3},
        {"Zażółć gęślą jaźń – 1,5 zł, m.in. ul. Długa", 8},
        {"„Straßenbahn“, z. B. am 3. Oktober; E-Mail, 1.000,50 €", 9},
        {"« Aujourd'hui », l'hiver qu’elle attend", 4},
        {"彼は行った。", 5},
        {"カタカナ・コーヒー", 2},
        {"人々", 2},
        {"ｶﾞﾝﾊﾞﾚ", 1},
        {"が\u3099らん", 3},
        {"他走了，3.5元。WiFi断了", 8},
        {"他走了……“真的吗？！”", 6},
        {"東京タワーで３．５キロ走ったＯＫ？", 10},
        {"ｗｉｆｉとＷｉＦｉ", 3},
        {"１２３ＡＢＣ ABC１２３", 2},
        {"كان البحر هادئًا", 3},
        {"٣٫٥ دينار، و١٠", 3},
        {"وَالْكِتَابُ؟ «لا»", 2},
        {"می\u200Cروم", 1},
        {"한국어 문장이다.", 2},
        {"वह चला गया।", 3},
        {"o\u0302\u0300 e\u0301te\u0301", 2},
        {"👍🏽 👩\u200D🚀 — …", 0},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        size_t words = words_count(cases[i].text, strlen(cases[i].text));
        if (words != cases[i].words) fail_msg("'%s': %zu, not %zu", cases[i].text, words, cases[i].words);
    }
}

static void test_first_and_last_words(void **state)
{
    const char *s = "走った。３．５キロ、ＯＫ？ وداعًا «لا»!";
    size_t len = strlen(s);
    (void)state;
    assert_string_equal(s + words_tail(s, len, 1), "لا»!");
    assert_string_equal(s + words_tail(s, len, 3), "ＯＫ？ وداعًا «لا»!");
    assert_string_equal(s + words_tail(s, len, 5), "３．５キロ、ＯＫ？ وداعًا «لا»!");
    assert_string_equal(s + words_head(s, len, 3), "。３．５キロ、ＯＫ？ وداعًا «لا»!");
    assert_string_equal(s + words_head(s, len, 5), "、ＯＫ？ وداعًا «لا»!");
}

// ---- sentences -------------------------------------------------------------------------------------------------------------

// "…|" marks where the longest prefix of whole sentences must end.
static void assert_whole(const char *marked)
{
    size_t expected = strcspn(marked, "|"), len = strlen(marked) - 1;
    char *s = mem_printf("%.*s%s", (int)expected, marked, marked + expected + 1);
    if (sentence_whole(s, len) != expected) fail_msg("'%s': %zu, not %zu", s, sentence_whole(s, len), expected);
    free(s);
}

static void assert_all_whole(const char *const *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) assert_whole(cases[i]);
}

static void test_english(void **state)
{
    static const char *const cases[] = {
        "It wasn't Mara's.| She",
        "I can't.| He",
        "‘I won’t.’| He",
        "It was I.| He",
        "He met Gov. Hale.| An",
        "|Ask Capt. Hook and J.-P. Sar",
        "Left at 3.| Then",
        "He was 19.| Life",
        "|It stands in No. 5 Elm",
        "“No.”| H",
        "No.| S",
        "It was late.| 'Mr. F",
        "Well.| A cat, e.g. Tom",
        "|Well… — said he, but",
        "Well…| — He",
    };
    (void)state;
    assert_all_whole(cases, ARRAY_LEN(cases));
}

static void test_polish(void **state)
{
    static const char *const cases[] = {
        "Był.| Mieszka przy ul. Długiej",
        "Był.| Lubił owoce, np. Antonówki",
        "Był.| Jeździł, tzn. Marek jeździł",
        "Był.| Znał m.in. Zofię",
        "Był.| Poznał ks. Robaka i św. Jana",
        "Był.| Tzw. Nowy Świat",
        "Pomógł im.| Potem",
        "To był twój gen.| Potem",
        "— Tak.| — Od",
        "— Tak!| — zaw",
        "|— Nie wiem… — szep",
        "— Nie wiem…| — Od",
        "|– Nie. – powiedz",
        "„Gęślą jaźń.”| Ni",
        "Sen.| Tylko",
    };
    (void)state;
    assert_all_whole(cases, ARRAY_LEN(cases));
}

static void test_german(void **state)
{
    static const char *const cases[] = {
        "Gut.| Äpfel, z. B. Boskop",
        "Gut.| Äpfel, z.B. Boskop",
        "Gut.| Fragen Sie Dr. Weiß",
        "Gut.| Am 3. Oktober",
        "Gut.| Ende des 19. Jahrhunderts",
        "Gut.| Im 2. Weltkrieg",
        "Gut.| Tanten bzw. Onkel, ca. 100",
        "So viel ich hab.| Dann",
        "Er wurde 13.| Dann",
        "Es war 1913.| Oktober",
        "Es war 3.5.| Oktober",
        "Er wurde 13.|",
        "Brot, Käse usw.| Dann",
        "„Halt!“| rief",
        "„Er kam.“| Da",
        "»Nein.«| Da",
        "›Nein.‹| Da",
        "Er kam …| Da",
        "|Er kam … da",
    };
    (void)state;
    assert_all_whole(cases, ARRAY_LEN(cases));
}

static void test_other_alphabets(void **state)
{
    static const char *const cases[] = {
        "« Tu crois ?\u202F»| dem",
        "« Oui. »| Il",
        "Oui\u00A0!| M. Leroy",
        "Là.| Mme Brun et Mgr. Ar",
        "هل رأيته؟| لم",
        "«هل رأيته؟»| قال",
        "وہ چلا گیا۔| اور",
        "جلس.| جاء د. أحمد",
        "نعم!| ثم",
        "Это был я.| Он",
        "Да.| На ул. Ленина",
        "Да.| И т. д. Ник",
        "Vâng ạ.| Anh",
        "Đê\u0301n.| A",
        "Lo è.| Poi",
        "Gut.| El Sr. García y la Sra. López",
        "वह गया।| व",
        "वह गया॥| व",
        "그는 떠났다.| 나",
    };
    (void)state;
    assert_all_whole(cases, ARRAY_LEN(cases));
}

static void test_japanese_and_chinese(void **state)
{
    static const char *const cases[] = {
        "「はい。」|と",   "「待て！？」|と",       "本当に！？|彼",
        "本当。……|彼",     "そう。|彼は……彼",       "そう。|彼は３．５キ",
        "「行くぞ」|",     "「行くぞ」|\n彼",       "　『「行くぞ」』|　\n彼",
        "|「行くぞ」と彼", "そう。|彼の「夢」\nと", "他走了。|她",
        "“走。”|她",       "“真的吗？！”|老",       "没有人说话。……|没",
        "他走了……|\n她",   "|他走了……她",           "“他走了……”|\n她",
        "走。|“你",        "走了！|WiFi断",
    };
    (void)state;
    assert_all_whole(cases, ARRAY_LEN(cases));
    const char *speech = "そう。\n「行くぞ」\n"; // "と" may come, unless the line is known to be over
    assert_int_equal(join_clean_sentence(speech, strlen(speech) - 1), strlen("そう。\n"));
    assert_int_equal(join_clean_sentence(speech, strlen(speech)), strlen(speech) - 1);
}

// ---- file names ------------------------------------------------------------------------------------------------------------

static void assert_slug(const char *title, const char *expected)
{
    char out[SLUG_MAX + 1];
    slug_make(out, title, 0);
    assert_string_equal(out, expected);
}

static void test_file_names(void **state)
{
    (void)state;
    assert_slug("Łódź & Żubr: część I", "lodz-zubr-czesc-i");
    assert_slug("Ärger in der Straße, übel — GROẞ", "arger-in-der-strasse-ubel-gross");
    assert_slug("L'été où « tout » s’arrêta", "lete-ou-tout-sarreta");
    assert_slug("Đêm cuối cùng", "dem-cuoi-cung");
    assert_slug("東京物語 Tokyo", "東京物語-tokyo");
    assert_slug("ＡＢＣ　１２３", "abc-123");
    assert_slug("海上的灯", "海上的灯");
    assert_slug("ガラスの海、第二部", "ガラスの海-第二部");
    assert_slug("समुद्र का दीप", "समुद्र-का-दीप");
    assert_slug("كتاب البحر", "كتاب-البحر");
    assert_slug("كِتابُ البحر؟", "كِتابُ-البحر");
    // Whole characters only, twenty of three bytes.
    assert_slug("あいうえおかきくけこさしすせそたちつてとなにぬねの", "あいうえおかきくけこさしすせそたちつてと");
    assert_slug("\u202E.evil\u202C\u200F", "evil");
    assert_slug("ﬁn, Ⅻ, x² №5", "fin-xii-x2-no5");
    assert_slug(".hidden", "hidden");
    assert_slug("a/b\\c:d*e?f\"g<h>i|j\n~", "a-b-c-d-e-f-g-h-i-j");
}

// ---- rubbish ---------------------------------------------------------------------------------------------------------------

static uint32_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33);
}

// Random bytes; and pieces that rules look at, in any order, some of them broken.
static size_t fill_rubbish(char *out, size_t most, uint64_t *seed)
{
    static const char *const pieces[] = {
        ".",      "!",        "…",        "。",   "？",     "」",       "「",   "“",      "”",     "«",      "»",
        " ",      "\n",       "\n\n",     "　",   "\u00A0", "\u0301",   "’",    "'",      "\"",    "Mr",     "No",
        "12",     "3. M",     "Oktober",  "z.",   "I",      "я",        "走",   "はい。", "カ",    "، ",     "د",
        "\u200D", "👍🏽", "\xE3\x80", "\xFF", "\x80",   "\xF0\x9F", "ana ", "she ",   "ran. ", "calm. ", "— "};
    size_t len = next_random(seed) % most;
    bool bytes = next_random(seed) % 4 == 0;
    for (size_t at = 0; at < len;) {
        const char *piece = pieces[next_random(seed) % ARRAY_LEN(pieces)];
        size_t n = bytes ? 1 : strlen(piece);
        if (n > len - at) n = len - at;
        if (bytes)
            out[at] = (char)next_random(seed);
        else
            memcpy(out + at, piece, n); // NOLINT(bugprone-not-null-terminated-result): bytes, not a string
        at += n;
    }
    return len;
}

static void probe_words(const char *s, size_t len)
{
    size_t words = words_count(s, len);
    assert_true(words <= len);
    for (size_t n = 0; n <= words + 1; n += 1 + words / 3) {
        size_t head = words_head(s, len, n), tail = words_tail(s, len, n);
        assert_true(head <= len && tail <= len);
        assert_int_equal(words_count(s, head), n < words ? n : words);
    }
    assert_true(sentence_whole(s, len) <= len);
    assert_true(paragraph_whole(s, len) <= len);
    assert_true(!sentence_ends(s, len) || sentence_whole(s, len) > 0);
}

static void probe_join(const struct buf *a, const struct buf *b)
{
    struct buf out;
    buf_init(&out, BUF_MAX_PIECE);
    assert_true(join_overlap(a->data, a->len, b->data, b->len) <= b->len);
    size_t word = join_clean_word(a->data, a->len), sentence = join_clean_sentence(a->data, a->len);
    assert_true(word <= a->len && sentence <= a->len);
    join_quote(&out, a->data, a->len, 5);
    assert_true(out.len <= a->len && !memchr(out.data, '\n', out.len));
    buf_clear(&out);
    join_pieces(&out, a, b);
    assert_true(out.len >= a->len && out.len <= a->len + b->len + 2);
    assert_memory_equal(out.data, a->data, a->len);
    assert_string_equal(join_separator(a->data, a->len, "", 0, true), "");
    assert_true(!(utf8_valid(a->data, a->len) && utf8_valid(b->data, b->len)) || utf8_valid(out.data, out.len));
    buf_release(&out);
}

static void probe_slug(const char *s, size_t len)
{
    char out[SLUG_MAX + 1], *title = mem_strndup(s, len);
    slug_make(out, title, 0);
    size_t n = strlen(out);
    assert_true(n > 0 && n <= SLUG_MAX && utf8_valid(out, n) && !strpbrk(out, " /\\:*?\"<>|.~\n\t\x7F"));
    for (size_t i = 0; i < n; i++) assert_true((unsigned char)out[i] > ' ' && !(out[i] >= 'A' && out[i] <= 'Z'));
    assert_true(out[0] != '-' && out[n - 1] != '-');
    free(title);
}

// A copy of just its length: a sanitizer sees a step beyond it.
static struct buf exact_copy(const char *s, size_t len)
{
    struct buf b = {.data = mem_alloc(len ? len : 1), .len = len};
    memcpy(b.data, s, len);
    return b;
}

static void test_rubbish(void **state)
{
    uint64_t seed = 20240229;
    char raw[220];
    (void)state;
    for (int round = 0; round < 1500; round++) {
        size_t len = fill_rubbish(raw, sizeof raw, &seed);
        struct buf a = exact_copy(raw, len);
        size_t again = len ? next_random(&seed) % len : 0; // half of the time b repeats the end of a
        size_t kept = round % 2 ? len - again : 0;
        memmove(raw, raw + again, kept);
        len = kept + fill_rubbish(raw + kept, sizeof raw - kept, &seed);
        struct buf b = exact_copy(raw, len);
        probe_words(a.data, a.len);
        probe_join(&a, &b);
        probe_slug(b.data, b.len);
        free(a.data);
        free(b.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_are_counted),
        cmocka_unit_test(test_first_and_last_words),
        cmocka_unit_test(test_english),
        cmocka_unit_test(test_polish),
        cmocka_unit_test(test_german),
        cmocka_unit_test(test_other_alphabets),
        cmocka_unit_test(test_japanese_and_chinese),
        cmocka_unit_test(test_file_names),
        cmocka_unit_test(test_rubbish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
