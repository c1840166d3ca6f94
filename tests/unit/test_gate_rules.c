// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Every rule of the gate on what models really put around a story, or send instead of one, in all languages whose
// patterns are complete. The story in the middle is tests/data/prose, and must come out whole.
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

#include "prose.h"

struct around {
    const char *tag, *text, *rule;
};

static struct gate_in input(const char *tag, const char *text)
{
    return (struct gate_in){.text = text, .len = strlen(text), .before = "", .language = language_get(tag)};
}

static struct gate_out judge(const struct gate_in *in)
{
    struct gate_out out;
    gate_chunk(in, &out);
    assert_true(out.end <= in->len && (out.rule || out.skip < out.end));
    return out;
}

// What is kept of head + story + tail is the story, and the rule is named.
static void check_kept(const char *tag, const char *head, const char *story, const char *tail, const char *rule)
{
    char *text = mem_printf("%s%s%s", head, story, tail);
    struct gate_in in = input(tag, text);
    struct gate_out out = judge(&in);
    const char *shown = *head ? head : tail;
    if (out.rule) fail_msg("%s: %s (%s): %s", tag, out.rule, out.detail, shown);
    if (out.skip != strlen(head) || out.end != strlen(head) + strlen(story))
        fail_msg("%s: %s [%.40s … %.40s]: %s", tag, out.trimmed ? out.trimmed : "untouched", text + out.skip,
                 text + (out.end > 40 ? out.end - 40 : 0), shown);
    assert_string_equal(out.trimmed ? out.trimmed : "", rule);
    free(text);
}

static void refuse(const struct gate_in *in, const char *rule)
{
    struct gate_out out = judge(in);
    if (!out.rule || strcmp(out.rule, rule) != 0)
        fail_msg("%s, not %s: %s (%s)", out.rule ? out.rule : "accepted", rule, in->text, out.detail);
}

// Sentences of ten words, no two alike, but that every `same`-th is the one of the rain.
static char *patchwork(int sentences, int same)
{
    static const char *const parts[] = {"ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "za", "dry"};
    struct buf out;
    buf_init(&out, BUF_MAX_PIECE);
    for (int i = 0; i < sentences; i++) {
        if (same && i % same == 0) {
            buf_adds(&out, "The rain fell on the slip and on the coal barge. ");
            continue;
        }
        buf_adds(&out, "The");
        for (int word = 0; word < 9; word++) {
            int n = i * 9 + word;
            buf_addf(&out, " %s%s%s%s", parts[n % 11], parts[n * n % 11], parts[n / 11 % 11], parts[n / 121 % 11]);
        }
        buf_adds(&out, ". ");
    }
    return out.data;
}

// ---- the head --------------------------------------------------------------------------------------------------------

static const struct around heads[] = {
    {"en", "Sure! Here's the next part of the story:\n\n", "chat"},
    {"en", "Certainly, here is Chapter 3:\n\n", "chat"},
    {"en", "Certainly! I'll continue the story in the same style.\n\n", "chat"},
    {"en", "Of course! Below is the continuation.\n\n---\n\n", "heading"},
    {"en", "Here is the next part, about 800 words:\n\n", "chat"},
    {"en", "Here's a draft of the chapter:\n", "chat"},
    {"en", "Understood. I will write this chapter now.\n\n**Chapter Three: The Salt Stair**\n\n", "heading"},
    {"en", "**Here is the continuation:**\n\n", "chat"},
    {"en", "Absolutely!\n\nHere is the next scene:\n\n", "chat"},
    {"en", "(Word count: 812)\n\n", "chat"},
    {"en", "Continuing from where we left off:\n\n", "chat"},
    {"en", "Sure, here is the chapter called \"The Sure Thing\":\n\n", "chat"},
    {"en", "Chapter Three\n\n", "heading"},
    {"en", "Chapter Twenty-One: The Bell\n\n", "heading"},
    {"en", "CHAPTER IV\n\n", "heading"},
    {"en", "Part 2\n\n", "heading"},
    {"en", "Part Two — Winter\n\n", "heading"},
    {"en", "Chapter 3\n\nThe Salt Stair\n\n", "heading"},
    {"en", "Prologue\n\n", "heading"},
    {"en", "*Chapter Three*\n\n", "heading"},
    {"en", "__The Salt Stair__\n\n", "heading"},
    {"en", "***\n\n", "heading"},
    {"en", "---\n\n", "heading"},
    {"en", "* * *\n\n", "heading"},
    {"en", "```\n", "fence"},
    {"en", "```markdown\n# Chapter 3\n\n", "heading"},
    {"en", "<think>The user wants a chapter. Let me plan.</think>\n\n", "thinking"},
    {"en", "<thinking>\nCount the steps.\n</thinking>\n\n", "thinking"},
    {"en", "[THINK]Steps.[/THINK]", "thinking"},
    {"en", "Okay, so the user wants a story about a stair.\n</think>\n\n", "thinking"},
    {"en", "<|channel|>analysis<|message|>Plan.<|end|><|start|>assistant<|channel|>final<|message|>", "thinking"},
    {"en", "<think>\n</think>\n\nSure! Here is the next part:\n\n", "chat"},
    {"en", "<|im_start|>assistant\n", "control"},
    {"pl", "Jasne! Oto dalszy ciąg opowieści:\n\n", "chat"},
    {"pl", "Oczywiście, poniżej znajduje się kolejny fragment.\n\n", "chat"},
    {"pl", "Sure! Here's the next part of the story:\n\n", "chat"},
    {"pl", "Oto rozdział 3:\n\n**Rozdział 3: Stopień**\n\n", "heading"},
    {"pl", "Rozdział trzeci\n\n", "heading"},
    {"pl", "ROZDZIAŁ III\n\n", "heading"},
    {"pl", "Część druga: Zima\n\n", "heading"},
    {"pl", "Chapter 3\n\n", "heading"},
    {"de", "Gerne! Hier ist der nächste Teil:\n\n", "chat"},
    {"de", "Hier ist die Fortsetzung der Geschichte:\n\n", "chat"},
    {"de", "Natürlich, im Folgenden findest du das Kapitel.\n\n", "chat"},
    {"de", "Kapitel 3\n\n", "heading"},
    {"de", "Kapitel drei: Die Stufe\n\n", "heading"},
    {"de", "Drittes Kapitel\n\n", "heading"},
    {"fr", "Bien sûr ! Voici la suite de l'histoire :\n\n", "chat"},
    {"fr", "Voici la suite du chapitre :\n\n", "chat"},
    {"fr", "D’accord, je poursuis le récit.\n\n", "chat"},
    {"fr", "Chapitre premier\n\n", "heading"},
    {"fr", "Chapitre 3 : La marche\n\n", "heading"},
    {"es", "¡Claro! Aquí tienes la continuación:\n\n", "chat"},
    {"es", "Por supuesto, a continuación sigue el capítulo.\n\n", "chat"},
    {"es", "Capítulo 3\n\n", "heading"},
    {"es", "Capítulo tercero: El peldaño\n\n", "heading"},
    {"ja", "はい、以下が続きです。\n\n", "chat"},
    {"ja", "承知いたしました。第三章の本文をお届けします。\n\n", "chat"},
    {"ja", "以下は第3章の本文です：\n\n", "chat"},
    {"ja", "第三章\n\n", "heading"},
    {"ja", "第3章　足りない段\n\n", "heading"},
    {"ja", "**第三章：足りない段**\n\n", "heading"},
    {"zh", "好的，以下是第三章的内容：\n\n", "chat"},
    {"zh", "当然可以！下面是续写部分：\n\n", "chat"},
    {"zh", "以下是续写的正文：\n\n", "chat"},
    {"zh", "第三章\n\n少了的一级\n\n", "heading"},
    {"zh", "第三章 少了的一级\n\n", "heading"},
    {"ar", "بالطبع! إليك تكملة القصة:\n\n", "chat"},
    {"ar", "إليك الفصل التالي:\n\n", "chat"},
    {"ar", "الفصل الثالث\n\n", "heading"},
    {"ar", "الفصل 3: الدرجة\n\n", "heading"},
};

static void test_what_is_not_story_goes_from_the_head(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
        struct buf story;
        prose_load(&story, heads[i].tag);
        check_kept(heads[i].tag, heads[i].text, story.data, "", heads[i].rule);
        buf_release(&story);
    }
}

static void test_a_head_that_only_looks_like_talk_stays(void **state)
{
    static const char *const texts[] = {
        "Sure, I had lied to her.\n\nShe knew.",
        "Here is the next part\nof the wall, he thought.",
        "Certainly, it was late.\nThe bell had gone.",
        "Here is how my father lost the boat.\n\nHe sold it.",
        "\"Certainly! Here is the next chapter:\"\n\nHe put the book down.",
        "Chapter and verse, he had it all.\nNobody asked.",
        "Part two of the plan was worse.\nNobody said so.",
        "London, 1886\n\nIt rained.",
        "I will go on.\n\nShe went.",
        "Let me be.\n\nShe went.",
        "The prompter said nothing.\n\nThe actor waited.",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) check_kept("en", "", texts[i], "\n", "");
    check_kept("en", "Chapter 3\n\n", "London 1886\n\nIt rained.", "", "heading"); // a date is no title
    check_kept("en", "Chapter 3\n\n", "Wait.\n\nIt rained.", "", "heading");
}

// ---- the end ---------------------------------------------------------------------------------------------------------

static const struct around tails[] = {
    {"en", "\n\n[End of Chapter 3]", "meta"},
    {"en", "\n\n(Word count: 812)", "meta"},
    {"en", " (Word count: 812)", "meta"},
    {"en", "\n\n**Word Count:** 812 words", "meta"},
    {"en", "\n\n*(approximately 800 words)*", "meta"},
    {"en", "\n\nTo be continued…", "meta"},
    {"en", "\n\n*To be continued...*", "meta"},
    {"en", "\n\nLet me know if you'd like me to continue!", "meta"},
    {"en", "\n\n---\n\nWould you like me to continue with the next chapter?", "meta"},
    {"en", "\n\nNote: I kept the point of view close and ended mid-scene, as you asked.", "meta"},
    {"en", "\n\nI hope you enjoyed this chapter! Let me know if you want any changes.", "meta"},
    {"en", "\n\n[End of Chapter 3]\n\n(Word count: 812)\n\nLet me know if you’d like the next part.", "meta"},
    {"en", "\n\n--- End of Part 3 ---", "meta"},
    {"en", "\n\n— End of Chapter 3 —", "meta"},
    {"en", "\n\nTHE END", "meta"},
    {"en", "\n\n**The End.**", "meta"},
    {"en", "\n\n***\n\nFin", "meta"},
    {"en", "\n```", "meta"},
    {"en", "\n```\n\nLet me know if you'd like any edits.", "meta"},
    {"en", "<|im_end|>", "control"},
    {"en", "</s>\n", "control"},
    {"en", "\n[/INST]", "control"},
    {"en", "<end_of_turn>\n<eos>", "control"},
    {"en", "\n\n(Word count: 812)<|eot_id|>", "meta"},
    {"pl", "\n\n[Koniec rozdziału 3]", "meta"},
    {"pl", "\n\n(Liczba słów: 812)", "meta"},
    {"pl", "\n\nCiąg dalszy nastąpi…", "meta"},
    {"pl", "\n\nCzy chcesz, żebym kontynuował?", "meta"},
    {"pl", "\n\nDaj znać, czy mam napisać kolejny rozdział.", "meta"},
    {"pl", "\n\nKONIEC", "meta"},
    {"pl", "\n\nLet me know if you'd like me to continue!", "meta"},
    {"de", "\n\n(Ende des Kapitels)", "meta"},
    {"de", "\n\nWortzahl: 812", "meta"},
    {"de", "\n\nFortsetzung folgt …", "meta"},
    {"de", "\n\nMöchten Sie, dass ich die Geschichte fortsetze?", "meta"},
    {"de", "\n\nEnde", "meta"},
    {"fr", "\n\n(Nombre de mots : 812)", "meta"},
    {"fr", "\n\nÀ suivre…", "meta"},
    {"fr", "\n\n[Fin du chapitre 3]", "meta"},
    {"fr", "\n\nN’hésitez pas à me demander la suite !", "meta"},
    {"fr", "\n\nFIN", "meta"},
    {"es", "\n\n(Número de palabras: 812)", "meta"},
    {"es", "\n\nContinuará…", "meta"},
    {"es", "\n\nFin del capítulo 3", "meta"},
    {"es", "\n\nEspero que te guste. ¿Quieres que continúe?", "meta"},
    {"es", "\n\n¿Te gustaría que continúe con el siguiente capítulo?", "meta"},
    {"ja", "\n\n（約800文字）", "meta"},
    {"ja", "\n\n（つづく）", "meta"},
    {"ja", "\n\n第三章　完", "meta"},
    {"ja", "\n\nいかがでしょうか。続きをご希望でしたらお知らせください。", "meta"},
    {"ja", "\n\n終わり", "meta"},
    {"zh", "\n\n（本章完）", "meta"},
    {"zh", "\n\n（字数：812）", "meta"},
    {"zh", "\n\n未完待续……", "meta"},
    {"zh", "\n\n希望您喜欢这一章！如果需要继续写，请告诉我。", "meta"},
    {"zh", "\n\n【全文完】", "meta"},
    {"ar", "\n\n(عدد الكلمات: 812)", "meta"},
    {"ar", "\n\nيتبع...", "meta"},
    {"ar", "\n\nنهاية الفصل الثالث", "meta"},
    {"ar", "\n\nهل تريد أن أكمل القصة؟", "meta"},
};

static void test_talk_goes_from_the_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(tails); i++) {
        struct buf story;
        prose_load(&story, tails[i].tag);
        check_kept(tails[i].tag, "", story.data, tails[i].text, tails[i].rule);
        buf_release(&story);
    }
}

static const struct around closers[] = {
    {"en", "She put the lamp out. Whatever lay ahead, she would be ready to face what came.", ""},
    {"en", "For the first time in years, she slept.", ""},
    {"en", "The count had only just begun, and their journey was far from over.", ""},
    {"en", "Nothing on the point would ever be the same. It would never be the same.", ""},
    {"pl", "To był dopiero początek.", ""},
    {"pl", "Zgasiła lampę, a najgorsze miało dopiero nadejść.", ""},
    {"pl", "Po raz pierwszy od lat zasnęła spokojnie. Nic już nie będzie takie samo.", ""},
    {"de", "Es war erst der Anfang.", ""},
    {"de", "Zum ersten Mal seit Jahren schlief sie. Nichts würde mehr so sein wie früher.", ""},
    {"fr", "Ce n’était que le début.", ""},
    {"fr", "Pour la première fois depuis des années, elle dormit.", ""},
    {"es", "Aquello era solo el comienzo.", ""},
    {"es", "Por primera vez en años, durmió. Nada volvería a ser igual.", ""},
    {"ja", "物語は、まだ始まったばかりだった。", ""},
    {"ja", "彼女は新たな一歩を踏み出した。", ""},
    {"zh", "一切才刚刚开始。", ""},
    {"zh", "她知道，新的征程就在前方。", ""},
    {"ar", "كانت تلك مجرد البداية.", ""},
    {"ar", "ونامت لأول مرة منذ سنوات.", ""},
};

static void test_conclusions_go_but_not_from_the_end_of_the_book(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(closers); i++) {
        struct buf story;
        prose_load(&story, closers[i].tag);
        char *tail = mem_printf("\n\n%s", closers[i].text), *text = mem_printf("%s%s", story.data, tail);
        check_kept(closers[i].tag, "", story.data, tail, "closer");
        struct gate_in in = input(closers[i].tag, text);
        in.last_of_book = true;
        assert_int_equal(judge(&in).end, in.len);
        free(text);
        free(tail);
        buf_release(&story);
    }
}

static void test_a_conclusion_stays_if_its_words_are_needed_or_it_is_long(void **state)
{
    struct buf story;
    (void)state;
    prose_load(&story, "en");
    int words = (int)words_count(story.data, story.len);
    buf_adds(&story, "\n\nFor the first time in years, she slept.");
    struct gate_in in = input("en", story.data);
    in.need_words = words * 100 / 85 + 10;
    assert_int_equal(judge(&in).end, in.len);
    in.need_words = words * 100 / 85 - 10;
    assert_string_equal(judge(&in).trimmed, "closer");
    buf_cut(&story, story.len - 1);
    for (int i = 0; i < 12; i++) buf_addf(&story, ", with step %d%d under her hand", i, i * 7);
    buf_addc(&story, '.');
    in = input("en", story.data);
    assert_int_equal(judge(&in).end, in.len);
    buf_release(&story);
}

static void test_the_meta_of_a_story_stays(void **state)
{
    static const char *const texts[] = {
        "He read it twice.\n\nLet me know if you can come, his mother had written.",
        "He read it twice.\n\nNote: the door is locked.",
        "It was the end of the chapter, and she closed the book.",
        "He counted the words. There were 812 words in it.",
        "\"To be continued,\" he said.\n\n\"Let me know if you'd like me to continue!\" she said.",
        "Would you like to know how it ended? He did not ask.",
        "I hope you are well, it began. That was the end.",
        "She read it aloud. (The end of the page was torn.)",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) check_kept("en", "", texts[i], "\n", "");
}

// ---- answers that are none -------------------------------------------------------------------------------------------

static const struct around refusals[] = {
    {"en", "I'm sorry, but I can't continue this story.", "refusal"},
    {"en", "I’m sorry, but I can’t assist with that request.", "refusal"},
    {"en", "I cannot write this scene, because it depicts violence. I can offer a gentler one.", "refusal"},
    {"en", "As an AI language model, I do not have the ability to remember earlier chapters.", "refusal"},
    {"en", "I must respectfully decline to write this, as it goes against my guidelines.", "refusal"},
    {"en", "Certainly, I am glad to be of help; please tell me more about what you need.", "refusal"},
    {"en", "Could you please provide the outline of the chapter?", "refusal"},
    {"pl", "Przepraszam, ale nie mogę napisać tego rozdziału.", "refusal"},
    {"pl", "Nie mogę pomóc w pisaniu tej książki.", "refusal"},
    {"pl", "Jako model językowy nie mam takiej możliwości.", "refusal"},
    {"pl", "I'm sorry, but I can't help with that.", "refusal"},
    {"de", "Es tut mir leid, aber ich kann diese Szene nicht schreiben.", "refusal"},
    {"de", "Als KI kann ich solche Inhalte nicht erstellen.", "refusal"},
    {"fr", "Je suis désolé, mais je ne peux pas écrire cette scène.", "refusal"},
    {"es", "Lo siento, pero no puedo escribir esta escena.", "refusal"},
    {"ja", "申し訳ありませんが、そのご依頼にはお応えできません。", "refusal"},
    {"zh", "很抱歉，我无法继续写这个故事。", "refusal"},
    {"ar", "آسف، لا أستطيع كتابة هذا المشهد.", "refusal"},
    {"en", "Okay, so the user wants the third part of the chapter. I need to begin right after the bell.",
     "reasoning"},
    {"en", "The user wants me to continue. The stair has 94 steps. It should end mid-scene.", "reasoning"},
    {"en", "Wait, let me reconsider. The brief says that she goes down first.", "reasoning"},
    {"en", "She went down.\n\nWait, let me reconsider. The card says that she goes up.", "reasoning"},
    {"en", "Let me re-read the riddle. It says that two steps were one.", "reasoning"},
    {"en", "<think>\nShe should go down first. Then the boy", "reasoning"},
    {"en", "<think>She should go down first.</think>", "reasoning"},
    {"en", "<|channel|>analysis<|message|>She should go down first.", "reasoning"},
    {"pl", "Dobrze, użytkownik prosi o trzecią część rozdziału. Trzeba zacząć od dzwonu.", "reasoning"},
    {"de", "Okay, der Nutzer möchte den dritten Teil des Kapitels. Ich beginne mit der Glocke.", "reasoning"},
    {"fr", "Bon, l’utilisateur demande la troisième partie du chapitre.", "reasoning"},
    {"es", "Vale, el usuario quiere la tercera parte del capítulo.", "reasoning"},
    {"ja", "まず、ユーザーは第三章の続きを求めている。", "reasoning"},
    {"zh", "好的，用户要求我续写第三章。", "reasoning"},
    {"ar", "حسنا، المستخدم يريد الجزء الثالث من الفصل.", "reasoning"},
    {"en", "She took the key. [Insert description of the stair here.] She went up.", "placeholder"},
    {"en", "She took the key. [Continue the scene with the boy.] She went up.", "placeholder"},
    {"en", "Lorem ipsum dolor sit amet, consectetur adipiscing elit.", "placeholder"},
    {"en", "She took the key. TODO: the stair. She went up.", "placeholder"},
    {"en", "She took the \x01key and went up.", "control"},
    {"en", "She took the \xC2\x85key and went up.", "control"},
    {"en", "S\xEF\xBF\xBDh\xEF\xBF\xBD took th\xEF\xBF\xBD k\xEF\xBF\xBDys.", "control"},
    {"en", "She took the key.<|im_end|>\n<|im_start|>user\nGo on.", "control"},
};

static void test_what_is_no_story_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
        struct gate_in in = input(refusals[i].tag, refusals[i].text);
        refuse(&in, refusals[i].rule);
    }
}

static void test_an_apology_in_a_story_is_none(void **state)
{
    static const char *const texts[] = {
        "\"I'm sorry, but I can't continue this story,\" she said, and shut the book.",
        "I am sorry now that I could not write to her. The post had gone.",
        "I can't say when the lamp went out. I can't write about that night without seeing the stair.",
        "“As an AI language model,” said the box on the shelf, “I cannot climb stairs.” She laughed.",
        "Let me think, she told herself. Wait. The step was there.",
        "So the user of the key was dead. The prompt answer came by telegram.",
        "One \xEF\xBF\xBD was blurred on the card. She took it anyway.",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) check_kept("en", "", texts[i], "\n", "");
}

// Speech is taken out before the first 300 characters are counted: what is cut there would be no speech any more.
static void test_a_long_speech_is_speech(void **state)
{
    (void)state;
    char *words = patchwork(8, 0);
    char *text = mem_printf("'I'm sorry, but I can't continue this story. %sGo,' she said.", words);
    check_kept("en", "", text, "", "");
    free(words);
    free(text);
}

// A long apology is still one; a long story that begins with one is a story.
static void test_a_long_answer_is_a_refusal_if_it_ends_as_talk(void **state)
{
    struct buf text;
    (void)state;
    prose_load(&text, "en");
    char *apology = mem_printf(
        "I'm sorry, but I can't write this scene.\n\n%s\n\nWould you like me to write a gentler one?", text.data);
    struct gate_in in = input("en", apology);
    refuse(&in, "refusal");
    free(apology);
    apology = mem_printf("I'm sorry, but I can't write this scene.\n\n%s", text.data);
    in = input("en", apology);
    assert_null(judge(&in).rule);
    free(apology);
    buf_release(&text);
}

// ---- the language ----------------------------------------------------------------------------------------------------

static void test_an_answer_half_in_another_script_is_refused(void **state)
{
    struct buf english, chinese;
    (void)state;
    prose_load(&english, "en");
    prose_load(&chinese, "zh");
    char *text = mem_printf("%s\n\n%s", chinese.data, english.data);
    struct gate_in in = input("zh", text);
    refuse(&in, "wrong_language");
    in = input("en", text);
    refuse(&in, "wrong_language");
    free(text);
    text = mem_printf("%s\n\n%.*s", english.data, 60, chinese.data); // a quotation
    in = input("en", text);
    assert_null(judge(&in).rule);
    free(text);
    buf_release(&english);
    buf_release(&chinese);
}

static const char code[] = "```c\n"
                           "static struct stair *stair_measure(const struct tower *tower, struct error *error)\n{\n"
                           "    struct stair *stair = allocate(sizeof(*stair));\n"
                           "    for (const struct tread *tread = tower->bottom; tread; tread = tread->above) {\n"
                           "        if (tread->depth > tower->usual_depth) stair->doubtful++;\n"
                           "        stair->height += tread->riser;\n    }\n"
                           "    if (stair->height != tower->height) report(error, \"somebody has laid a stone\");\n"
                           "    return stair;\n}\n```\n\n";

static void test_code_in_a_textbook_is_in_no_language(void **state)
{
    (void)state;
    char *text = mem_printf("她用手掌量了每一级台阶，写成了下面的程序。\n\n%s她合上了书。", code);
    struct gate_in in = input("zh", text);
    refuse(&in, "wrong_language");
    in.markup = true;
    assert_null(judge(&in).rule);
    assert_int_equal(judge(&in).end, in.len);
    free(text);
}

// ---- repetition ------------------------------------------------------------------------------------------------------

static void test_a_loop_is_cut_before_its_second_round(void **state)
{
    struct buf text;
    struct gate_out out;
    (void)state;
    prose_load(&text, "en");
    size_t story = text.len;
    for (int i = 0; i < 20; i++) buf_adds(&text, "\n\nShe counted the steps again, and the rain fell on the slip.");
    struct gate_in in = input("en", text.data);
    out = judge(&in);
    assert_null(out.rule);
    assert_string_equal(out.trimmed, "loop");
    assert_in_range(out.end, story, story + 140);
    in = input("en", text.data + story + 2);
    refuse(&in, "loop");
    in.text = text.data;
    in.len = text.len;
    in.need_words = 4000; // a quarter of which does not stand before it
    refuse(&in, "loop");
    buf_release(&text);
}

static void test_copied_text_is_cut_away(void **state)
{
    struct buf book, fresh;
    (void)state;
    prose_load(&book, "en");
    prose_load(&fresh, "en");
    struct shingles *known = shingles_new(100000);
    const char *second = strstr(book.data, "There were ninety-four");
    shingles_add(known, second, book.len - (size_t)(second - book.data));
    struct gate_in in = input("en", fresh.data);
    in.book = known;
    struct gate_out out = judge(&in);
    assert_null(out.rule);
    assert_string_equal(out.trimmed, "copied");
    assert_int_equal(out.end, (size_t)(second - book.data) - 2);
    in = input("en", second);
    in.book = known;
    refuse(&in, "copied");
    shingles_free(known);
    buf_release(&book);
    buf_release(&fresh);
}

static void test_many_small_repetitions_are_refused(void **state)
{
    (void)state;
    char *own = patchwork(30, 4), *fresh = patchwork(30, 0), *one = patchwork(30, 30);
    struct gate_in in = input("en", own);
    refuse(&in, "repeats");
    in = input("en", fresh);
    assert_null(judge(&in).rule);
    struct shingles *known = shingles_new(1000);
    shingles_add(known, own, strlen(own));
    in = input("en", one); // one sentence of the book among thirty
    in.book = known;
    assert_string_equal(judge(&in).rule ? judge(&in).rule : "", "copied");
    shingles_clear(known);
    shingles_add(known, "The rain fell on the slip and on the coal barge.", 48);
    assert_null(judge(&in).rule);
    shingles_free(known);
    free(own);
    free(fresh);
    free(one);
}

// Sentences of ten words of the book between new ones: no run of them is long enough to be cut.
static void test_a_patchwork_of_the_book_is_refused(void **state)
{
    (void)state;
    char *book = patchwork(60, 0), *at = book;
    struct shingles *known = shingles_new(10000);
    for (int i = 0; i < 60; i++) {
        char *end = strchr(at, '.') + 2;
        if (i % 2) shingles_add(known, at, (size_t)(end - at));
        at = end;
    }
    struct gate_in in = input("en", book);
    assert_null(judge(&in).rule);
    in.book = known;
    refuse(&in, "repeats");
    free(book);
    book = patchwork(8, 3); // three times the rain in eighty words: too few to say
    in = input("en", book);
    assert_null(judge(&in).rule);
    shingles_free(known);
    free(book);
}

// ---- tokens, markup, pieces ------------------------------------------------------------------------------------------

static void test_another_turn_of_the_conversation_is_cut_away(void **state)
{
    struct buf text;
    (void)state;
    prose_load(&text, "en");
    check_kept("en", "", text.data, "<|im_end|>\n<|im_start|>user\nGo on.", "control");
    check_kept("en", "", text.data, " And so she<|im_end|>\n<|im_start|>user\nGo on.", "control");
    check_kept("en", "", text.data, "\n[INST] Continue the story [/INST] Sure!", "control");
    check_kept("en", "", text.data, "\n\n<think>What comes next?</think>\n\nThe next day it rained.", "control");
    buf_release(&text);
}

static void test_markup_stays_where_it_belongs(void **state)
{
    static const char lesson[] =
        "## Measuring a stair\n\nA tread is measured with the hand:\n\n- from the edge\n- to the riser\n\n"
        "```\nstep 1\n```\n\n**Note.** The stone was laid later.";
    (void)state;
    struct gate_in in = input("en", lesson);
    in.markup = true;
    struct gate_out out = judge(&in);
    assert_null(out.trimmed);
    assert_int_equal(out.end, in.len);
    in = input("en", "```\nstep 1\n```\n\nThe stone was laid later.");
    in.markup = true;
    assert_null(judge(&in).trimmed);
    char *headed = mem_printf("# Chapter 3: Stairs\n\n%s", lesson);
    in = input("en", headed);
    in.markup = true;
    out = judge(&in);
    assert_string_equal(out.trimmed, "heading");
    assert_string_equal(headed + out.skip, lesson);
    free(headed);
}

static void test_of_a_piece_only_the_head_and_a_loop_go(void **state)
{
    struct buf text;
    struct gate_out out;
    (void)state;
    prose_load(&text, "en");
    size_t story = text.len;
    char *piece = mem_printf("Sure! Here's the next part of the story:\n\n%s\n\nTo be continued ", text.data);
    struct gate_in in = input("en", piece);
    in.cut = true;
    gate_piece(&in, &out);
    assert_null(out.rule);
    assert_string_equal(out.trimmed, "chat");
    assert_int_equal(out.end, in.len);
    assert_int_equal(out.words, words_count(text.data, story) + 3);
    free(piece);
    for (int i = 0; i < 20; i++) buf_adds(&text, "\n\nShe counted the steps again, and the rain fell on the slip.");
    in = input("en", text.data);
    gate_piece(&in, &out);
    assert_string_equal(out.trimmed, "loop");
    assert_in_range(out.end, story, story + 140);
    in = input("en", "<think>She should");
    gate_piece(&in, &out);
    assert_string_equal(out.rule, "reasoning");
    buf_release(&text);
}

static void test_what_was_found_is_told(void **state)
{
    (void)state;
    struct gate_in in = input("en", "She took the key. [Insert the stair.] She went up.");
    assert_string_equal(judge(&in).detail, "\"[Insert the stair.] She went up.\"");
    in = input("pl", "She took the key and went up the stair in the dark, and it was as cold as it had been when "
                     "he had the key.");
    assert_string_equal(judge(&in).detail, "the text reads as English");
    in = input("en", "She went up.\n\nTHE\x1B END");
    assert_null(strchr(judge(&in).detail, '\x1B'));
    assert_string_equal(gate_rule_text("loop"), "the answer repeats itself in a loop");
    assert_string_equal(gate_rule_text("never heard of"), "never heard of");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_not_story_goes_from_the_head),
        cmocka_unit_test(test_a_head_that_only_looks_like_talk_stays),
        cmocka_unit_test(test_talk_goes_from_the_end),
        cmocka_unit_test(test_conclusions_go_but_not_from_the_end_of_the_book),
        cmocka_unit_test(test_a_conclusion_stays_if_its_words_are_needed_or_it_is_long),
        cmocka_unit_test(test_the_meta_of_a_story_stays),
        cmocka_unit_test(test_what_is_no_story_is_refused),
        cmocka_unit_test(test_an_apology_in_a_story_is_none),
        cmocka_unit_test(test_a_long_speech_is_speech),
        cmocka_unit_test(test_a_long_answer_is_a_refusal_if_it_ends_as_talk),
        cmocka_unit_test(test_an_answer_half_in_another_script_is_refused),
        cmocka_unit_test(test_code_in_a_textbook_is_in_no_language),
        cmocka_unit_test(test_a_loop_is_cut_before_its_second_round),
        cmocka_unit_test(test_copied_text_is_cut_away),
        cmocka_unit_test(test_many_small_repetitions_are_refused),
        cmocka_unit_test(test_a_patchwork_of_the_book_is_refused),
        cmocka_unit_test(test_another_turn_of_the_conversation_is_cut_away),
        cmocka_unit_test(test_markup_stays_where_it_belongs),
        cmocka_unit_test(test_of_a_piece_only_the_head_and_a_loop_go),
        cmocka_unit_test(test_what_was_found_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
