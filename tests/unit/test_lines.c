// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Line feeds that part paragraphs, that wrap them, and that make verse. In what is expected a feed that joins is "_", one
// that parts paragraphs is "|", one that is kept is "/".
#include "base/buf.h"
#include "base/mem.h"
#include "text/lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { BREAKS_MOST = 64 };

static void assert_judged(const char *expected)
{
    static const char marks[] = {[LINES_JOIN] = '_', [LINES_APART] = '|', [LINES_KEEP] = '/'};
    enum lines_break breaks[BREAKS_MOST];
    char *text = mem_strdup(expected), *found = mem_strdup(expected);
    size_t len = strlen(text), at = 0;
    for (size_t i = 0; i < len; i++)
        if (strchr("_|/", text[i])) text[i] = '\n';
    size_t count = lines_judge(breaks, BREAKS_MOST, text, len);
    for (size_t i = 0; i < len; i++) {
        if (!strchr("_|/", expected[i])) continue;
        assert_true(at < count);
        found[i] = marks[breaks[at++]];
    }
    assert_string_equal(found, expected);
    assert_int_equal(at, count);
    free(found);
    free(text);
}

// ---- one feed between paragraphs ---------------------------------------------------------------------------------

static void test_speech_in_many_languages(void **state)
{
    static const char *const cases[] = {
        "“Where were you?” she asked.|“Out.”|“Out where?”|He did not answer, and she did not ask again that evening.",
        "\"Where were you?\"|\"Out.\"|She looked at the wall.",
        "— Gdzie byłeś?|— Na dworze — powiedział.|— Na dworze?|Nie odpowiedział.",
        "– Gdzie byłeś?|– Nigdzie.|Milczała.",
        "- Gdzie byłeś?|- Nigdzie.",
        "„Wo warst du?“, fragte sie.|„Draußen.“|„Draußen? Wo?“|Er sagte nichts.",
        "»Wo warst du?«|»Draußen.«",
        "—¿Dónde estabas?|—Fuera.|—¡Fuera!|No dijo nada más.",
        "« Où étais-tu ? »|« Dehors. »|Elle se tut.",
        "«Где ты был?»|— На улице, — сказал он.|— Где?",
        "「どこにいたの？」|「外だ」|「外って、どこ」|彼は答えなかった。",
        "“你去哪儿了？”|“外面。”|“外面哪里”|他没有回答。",
        "“어디 있었어?”|“밖에.”|그는 대답하지 않았다.",
        "\"तुम कहाँ थे?\"|\"बाहर।\"|वह चुप रही।",
        "«أين كنت؟»|«في الخارج.»|لم يجب.",
        "״איפה היית?״|״בחוץ.״|הוא לא ענה.",
        "คุณไปไหนมา|ข้างนอก|เขาไม่ตอบ",
        "— Unde ai fost?|— Afară.|Tăcu.",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) assert_judged(cases[i]);
}

static void test_ends_that_are_no_full_stop(void **state)
{
    (void)state;
    assert_judged("He said:|— Tak.|Then he left.");
    assert_judged("“But I—”|“Quiet!”|“I only meant—”|She raised her hand.");
    assert_judged("She wrote two words on the wall above the bed, in chalk, and in capitals:|WAIT HERE.");
    assert_judged("„Tak”|– Nie wierzę w ani jedno słowo z tego, co mówisz od tygodnia.|„Nie”");
    assert_judged("He waited…|Nothing came.");
    assert_judged("She had asked him twice, and twice he had said the same thing with the same face,|— Nie.");
}

static void test_a_small_letter_goes_on(void **state)
{
    (void)state;
    assert_judged("“Run!”_he said.|They ran.");
    assert_judged("He went down the long road to the harbour and saw the_boat that had come.");
    assert_judged("— Idę —_powiedział cicho.");
    assert_judged("Er sah hinauf zu den Fenstern des Hauses, in dem er mit ihr gewohnt hatte, und zum_Dach.");
}

static void test_blank_lines_part_anyway(void **state)
{
    (void)state;
    assert_judged("");
    assert_judged("One.");
    assert_judged("\n\n\n");
    assert_judged("One.\n\nTwo.\n \t\nThree.\n");
    assert_judged("One.|Two.\n\n\nThree.|Four.\n");
}

static void test_set_in(void **state)
{
    (void)state;
    assert_judged("　外は雨だった、|　彼は黙っていた。");
    assert_judged("　一行目|　二行目");
}

// ---- wrapped ------------------------------------------------------------------------------------------------------

static void test_wrapped_by_a_program(void **state)
{
    (void)state;
    assert_judged("The rain had not stopped for nine days, and on the tenth the bridge_"
                  "below the mill went down with a noise that woke the whole village._"
                  "Nobody was on it. Mara stood at the window until it was light, and_"
                  "then she put on her father's boots.\n\n"
                  "\"You cannot cross,\" the miller said. He had flour on his hands and_"
                  "on his beard. \"Nobody can.\"");
    // Of two lines the first of which ends with a sentence, a width is not seen; of many it is.
    assert_judged("He came back from the sea in the autumn of that year and he was old._"
                  "His hands shook, and he no longer knew the names of the boats in the_"
                  "harbour or of the men who sailed them.|"
                  "\"Sit down,\" she said.|"
                  "He sat down by the fire and looked into it for so long that the_"
                  "child fell asleep on the bench beside him.");
}

static void test_wrapped_about(void **state)
{
    (void)state;
    assert_judged("The rain had not stopped for nine days, and on the tenth_"
                  "the bridge below the mill went down with a noise that woke up_"
                  "the whole village. Nobody was on it.|"
                  "\"You cannot cross,\" the miller said.|"
                  "\"No.\" She had known it before she came down to the_"
                  "water, and she had come all the same, in her father's boots,_"
                  "with the letter in her pocket.");
}

static void test_wrapped_german(void **state)
{
    (void)state;
    assert_judged("Der Regen hatte seit neun Tagen nicht aufgehört, und am zehnten stürzte die_"
                  "Brücke unterhalb der Mühle mit einem Lärm ein, der das ganze Dorf aus dem_"
                  "Schlaf riss. Niemand war darauf gewesen. Mara stand am Fenster, bis es hell_"
                  "wurde, und zog dann die Stiefel ihres Vaters an, die ihr zu groß waren und an_"
                  "den Fersen scheuerten, sobald sie schneller ging.");
}

static void test_wrapped_chinese(void **state)
{
    (void)state;
    assert_judged("雨已经下了九天，到了第十天，磨坊下面的那座桥轰的一声塌了，把整个村子的人都_"
                  "吵醒了。桥上没有人。玛拉站在窗前一直到天亮，然后穿上父亲的靴子，走下山坡，_"
                  "来到水边，看着浑浊的河水从断桥的石头上翻滚而过，心里想着那封没有寄出的_"
                  "信。");
}

static void test_free_lines_beside_long_ones(void **state)
{
    (void)state;
    assert_judged("He had come a long way, over the pass and down through the larches, and the letter was wet.|"
                  "“Is it from her?”|“I have not read it, I only carried it here as I was told to, master.”|"
                  "“Then read it now.”|He opened it slowly, as if there were something alive in it.");
}

// ---- line by line ---------------------------------------------------------------------------------------------------

static void test_verse(void **state)
{
    (void)state;
    assert_judged("The sea gives back what it was given,/The salt, the rope, the broken oar,/"
                  "The names of those it has forgiven./It gives them back, and nothing more.");
    assert_judged("so much depends/upon/a red wheel/barrow");
    assert_judged("床前明月光，/疑是地上霜。/举头望明月，/低头思故乡。");
    assert_judged("Long prose stands before it, in a paragraph of its own, that nobody has wrapped at all.\n\n"
                  "Płynie woda,/płynie czas,/nikt nie zawróci/ani raz.\n\nAnd prose stands behind.");
}

static void test_verse_in_a_wrapped_text(void **state)
{
    (void)state;
    assert_judged("The rain had not stopped for nine days, and on the tenth the bridge_"
                  "below the mill went down with a noise that woke the whole village;_"
                  "and the children sang, as they had sung since the first day of it:\n\n"
                  "Rain, rain,/go to Spain,/never show/your face again.");
}

static void test_letters(void **state)
{
    (void)state;
    assert_judged(
        "Dear Anna,/I am well.|The sea is high tonight, and the boat will not leave before Thursday.|Yours,/Marek");
    assert_judged("Anna Nowak/12 Mill Road/Oxford");
    assert_judged(
        "Lieber Hans,/ich bin gut angekommen, und das Wetter ist schön, und alle fragen mich immerzu nach dir.");
    assert_judged("Dear Tom,/the house is sold.\n\nDroga Anno,/dziękuję.");
    assert_judged("I had come there in the spring of that year, with nothing in my pockets but the letter,_"
                  "and she had not once asked me about it.");
}

static void test_chats_and_plays(void **state)
{
    (void)state;
    assert_judged("anna: where are you? i have been waiting for twenty minutes now|"
                  "tom: the train is late again, there is something on the line at Oxford|"
                  "anna: ok|"
                  "tom: i will be there at nine, wait for me under the clock if you can");
    assert_judged("MARA: You cannot cross the river now, the bridge went down last night|"
                  "TOM (laughing): Then I shall swim.|"
                  "MARA: Nobody swims it in autumn, and those who have tried were found at the weir|"
                  "TOM: I am not nobody.");
    assert_judged(
        "安娜：你在哪里|汤姆：火车又晚点了，牛津那边的线路上出了什么事，我九点到，你在钟下面等我吧，如果可以的话|"
        "安娜：好");
    assert_judged("From: Anna/To: Tom/Date: 3 May");
    // A colon in prose is no name's.
    assert_judged("There was one thing that he had never been able to say to her, and now_"
                  "he said it: that he was afraid.");
}

static void test_long_verse(void **state)
{
    (void)state;
    assert_judged("I sing of arms and the man who first from the shores of Troy was driven,/"
                  "Exile by fate, to Italy came and the coasts of Lavinium, much he/"
                  "Suffered on land and on sea by the strength of the gods above him,/"
                  "Because of the mindful anger of savage Juno, and much too/"
                  "He endured in war.");
}

static void test_list_behind_a_long_line(void **state)
{
    (void)state;
    assert_judged("Ingredients for the soup that her grandmother had made on Sundays:|two onions/"
                  "a pound of potatoes/salt/and patience.");
}

static void test_tables(void **state)
{
    static const char *const yes[] = {"|a|b|\n|---|:--|\n|c|d|", "| a |\n  | - |", "|a|\n|-|\n"};
    static const char *const no[] = {"",          "|a|b|", "|a|\n|b|", "a|b\n-|-", "|a|\n|---|\nb", "|a|\n|  |\n|b|",
                                     "|a|\n\n|-|"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(yes); i++) assert_true(lines_are_table(yes[i], strlen(yes[i])));
    for (size_t i = 0; i < ARRAY_LEN(no); i++) assert_false(lines_are_table(no[i], strlen(no[i])));
}

// ---- hostile --------------------------------------------------------------------------------------------------------

static void test_room_is_kept(void **state)
{
    enum lines_break breaks[2];
    (void)state;
    assert_int_equal(lines_judge(breaks, 2, "A.\nB.\nC.\nD.", 11), 2);
    assert_int_equal(lines_judge(NULL, 0, "A.\nB.", 5), 0);
    assert_int_equal(lines_judge(breaks, 2, "\xFF\xE2\n\x80\xFF.\n\xF0", 8), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_speech_in_many_languages),
        cmocka_unit_test(test_ends_that_are_no_full_stop),
        cmocka_unit_test(test_a_small_letter_goes_on),
        cmocka_unit_test(test_blank_lines_part_anyway),
        cmocka_unit_test(test_set_in),
        cmocka_unit_test(test_wrapped_by_a_program),
        cmocka_unit_test(test_wrapped_about),
        cmocka_unit_test(test_wrapped_german),
        cmocka_unit_test(test_wrapped_chinese),
        cmocka_unit_test(test_free_lines_beside_long_ones),
        cmocka_unit_test(test_verse),
        cmocka_unit_test(test_verse_in_a_wrapped_text),
        cmocka_unit_test(test_letters),
        cmocka_unit_test(test_chats_and_plays),
        cmocka_unit_test(test_long_verse),
        cmocka_unit_test(test_list_behind_a_long_line),
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_room_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
