// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The files of languages/: whether each is well formed, what they say, and what text is taken to be of which language.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/mem.h"
#include "model/language.h"
#include "text/embedded.h"
#include "text/pattern.h"
#include "text/plain.h"
#include "text/script.h"
#include "text/words.h"

#include <cmocka.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "prose.h"

// ---- the files -------------------------------------------------------------------------------------------------------

static bool is_one_of(const char *word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i], word) == 0) return true;
    return false;
}

static bool is_kind(const char *key)
{
    static const char *const kinds[] = {"opener", "meta", "refusal", "reasoning", "closer", "heading"};
    return is_one_of(key, kinds, ARRAY_LEN(kinds));
}

// Bytes are matched, so what repeats or stands in a set must be a whole character, and that is an ASCII one.
static void check_bytes(const char *file, const char *pattern)
{
    bool set = false;
    for (const char *at = pattern; *at; at++) {
        if (*at == '[') set = true;
        if (*at == ']') set = false;
        bool wide = (unsigned char)*at >= 0x80;
        if (wide && set) fail_msg("%s: a set holds half a character: %s", file, pattern);
        if (wide && strchr("?*+{", at[1]) && at[1] != '\0')
            fail_msg("%s: half a character repeats: %s", file, pattern);
    }
}

static void check_pattern(const char *file, const char *pattern)
{
    struct err e = ERR_INIT;
    struct pattern *p = pattern_new(pattern, &e);
    if (!p) fail_msg("%s: %s", file, e.text);
    if (pattern_matches(p, "")) fail_msg("%s: matches nothing at all: %s", file, pattern);
    pattern_free(p);
    char *folded = language_fold(pattern, strlen(pattern));
    if (strcmp(folded, pattern) != 0) fail_msg("%s: can never match folded text: %s", file, pattern);
    free(folded);
    check_bytes(file, pattern);
}

static void check_scripts(const char *file, const char *value)
{
    for (const char *at = value; *at; at += strspn(at, " ")) {
        size_t len = strcspn(at, " ");
        if (script_find(at, len) == SCRIPT_OTHER) fail_msg("%s: no script: %s", file, at);
        at += len;
    }
}

static void check_line(const char *file, char *line)
{
    static const char *const plain[] = {"name", "line", "script", "tokens", "common", "chapter"};
    static const char *const printed[] = {"contents", "cover",  "title_page", "unfinished", "gap",      "quotes",
                                          "dash",     "speech", "spaced",     "direction",  "ellipsis", "elisions"};
    if (line[0] == '#' || line[0] == '\0') return;
    char *colon = strstr(line, ": ");
    assert_non_null(colon);
    *colon = '\0';
    const char *value = colon + 2;
    if (is_kind(line))
        check_pattern(file, value);
    else if (strcmp(line, "script") == 0)
        check_scripts(file, value);
    else if (strcmp(line, "tokens") == 0)
        assert_true(strtod(value, NULL) > 0.3 && strtod(value, NULL) < 5);
    else if (!is_one_of(line, plain, ARRAY_LEN(plain)) && !is_one_of(line, printed, ARRAY_LEN(printed)))
        fail_msg("%s: unknown key %s", file, line);
}

static void test_every_file_is_well_formed(void **state)
{
    size_t files = 0;
    (void)state;
    for (const struct embedded_file *f = embedded_languages; f->name; f++, files++) {
        for (size_t at = 0; at < f->len;) {
            size_t len = strcspn(f->data + at, "\n");
            char *line = mem_strndup(f->data + at, len);
            check_line(f->name, line);
            free(line);
            at += len + 1;
        }
    }
    assert_int_equal(files, 33);
}

static void test_what_a_file_says(void **state)
{
    (void)state;
    const struct language *german = language_get("de");
    assert_string_equal(language_tag(german), "de");
    assert_string_equal(language_title(german), "German");
    assert_string_equal(language_chapter(german), "Kapitel");
    assert_non_null(strstr(language_common(german), " und "));
    assert_true(language_tokens(german) > 1.3 && language_tokens(german) < 2.5);
    assert_ptr_equal(language_get("DE"), german);
    assert_string_equal(language_tag_of("polish"), "pl");
    assert_null(language_tag_of("Klingon"));
}

static void test_an_unknown_language_has_a_name_and_nothing_else(void **state)
{
    char why[80] = "untouched";
    (void)state;
    const struct language *l = language_get("eo");
    assert_string_equal(language_tag(l), "eo");
    assert_string_equal(language_title(l), "eo");
    assert_string_equal(language_chapter(l), "Chapter");
    assert_true(language_tokens(l) == 2);
    assert_string_equal(language_common(l), "");
    assert_ptr_equal(language_get("eo"), l);
    assert_true(language_fits(l, "誰も来なかった。", strlen("誰も来なかった。"), why, sizeof(why)));
    assert_string_equal(why, "untouched");
    assert_true(language_matches(l, LANGUAGE_REFUSAL, "as an ai, i cannot"));
}

static void test_patterns_of_english_hold_in_every_language(void **state)
{
    (void)state;
    const struct language *polish = language_get("pl"), *english = language_get("en");
    assert_true(language_matches(polish, LANGUAGE_META, "to be continued"));
    assert_true(language_matches(polish, LANGUAGE_META, "ciąg dalszy nastąpi"));
    assert_false(language_matches(english, LANGUAGE_META, "ciąg dalszy nastąpi"));
    assert_false(language_matches(polish, LANGUAGE_OPENER, "to be continued"));
}

static void check_fold(const char *text, const char *folded)
{
    char *s = language_fold(text, strlen(text));
    assert_string_equal(s, folded);
    free(s);
}

static void test_text_is_folded(void **state)
{
    (void)state;
    check_fold("I’M  Sorry,\n\tBUT…", "i'm sorry, but…");
    check_fold("ŻÓŁĆ Straße Ésta ДА", "żółć straße ésta да");
    check_fold("ABC\xFF Z", "abc\xEF\xBF\xBD z");
}

// ---- phrases ---------------------------------------------------------------------------------------------------------

// The patterns of a file, and which of them a phrase has matched.
struct coverage {
    const struct embedded_file *file;
    bool matched[128];
    int wrong;
    const char *key; // of the phrase at hand
    char *folded;
    bool found;
};

static void complain(struct coverage *c, const char *what, const char *key, const char *value)
{
    print_error("%s: %s %s: %s\n", c->file->name, what, key, value);
    c->wrong++;
}

// Calls each line of `text` with its number, its key, and what stands behind the colon.
static void each_line(const char *text,
                      void (*call)(struct coverage *c, int line, const char *key, const char *value),
                      struct coverage *c)
{
    int number = 0;
    for (const char *at = text; *at; number++) {
        char *line = mem_strndup(at, strcspn(at, "\n"));
        char *colon = strstr(line, ": ");
        if (colon && line[0] != '#') {
            *colon = '\0';
            call(c, number, line, colon + 2);
        }
        free(line);
        at += strcspn(at, "\n");
        at += *at == '\n';
    }
}

static void try_pattern(struct coverage *c, int line, const char *key, const char *value)
{
    struct err e = ERR_INIT;
    if (strcmp(key, c->key) != 0) return;
    struct pattern *p = pattern_new(value, &e);
    assert_non_null(p);
    if (pattern_matches(p, c->folded)) c->found = c->matched[line] = true;
    pattern_free(p);
}

static void try_phrase(struct coverage *c, int line, const char *key, const char *value)
{
    (void)line;
    c->key = key;
    c->folded = language_fold(value, strlen(value));
    c->found = false;
    assert_true(is_kind(key));
    each_line(c->file->data, try_pattern, c);
    if (!c->found) complain(c, "nothing matches the", key, value);
    free(c->folded);
}

static void check_matched(struct coverage *c, int line, const char *key, const char *value)
{
    if (is_kind(key) && !c->matched[line]) complain(c, "no phrase for the", key, value);
}

// A pattern that nothing matches may be a misspelt one: each has a phrase in tests/data/phrases, and each phrase one.
static void test_every_pattern_has_its_phrase(void **state)
{
    int wrong = 0;
    (void)state;
    for (const struct embedded_file *f = embedded_languages; f->name; f++) {
        struct coverage c = {.file = f};
        struct buf phrases;
        struct err e = ERR_INIT;
        char *path = mem_printf("tests/data/phrases/%s", f->name);
        buf_init(&phrases, BUF_MAX_PIECE);
        if (file_read(path, &phrases, &e) == FILE_READ_OK) each_line(phrases.data, try_phrase, &c);
        each_line(f->data, check_matched, &c);
        wrong += c.wrong;
        buf_release(&phrases);
        free(path);
    }
    assert_int_equal(wrong, 0);
}

// ---- speech ----------------------------------------------------------------------------------------------------------

static void check_speech(const char *text, const char *left)
{
    struct buf out;
    buf_init(&out, BUF_MAX_PIECE);
    plain_without_speech(&out, text, strlen(text));
    assert_string_equal(out.data, left);
    buf_release(&out);
}

static void test_speech_is_taken_out(void **state)
{
    (void)state;
    check_speech("\"Go,\" he said, \"now.\"", "\" he said, \"");
    check_speech("“Go,” he said. ‘I’m off,’ she said.", "\" he said. \" she said.");
    check_speech("'I'm off,' she said. The dogs' bowl.", "\" she said. The dogs' bowl.");
    check_speech("It's 5 o'clock. The dogs' bowl was 'empty'.", "It's 5 o'clock. The dogs' bowl was 'empty'.");
    check_speech("„Geh“, sagte er. »Jetzt.« Er ging. «So», disse.", "\", sagte er. \" Er ging. \", disse.");
    check_speech("„Idź” — rzekł.\n— Idę.\nPoszedł.", "\" — rzekł.\n\"\nPoszedł.");
    check_speech("‘It goes on", "\"");
    check_speech("「はい」と言った。『本』", "\"と言った。\"");
    check_speech("\"It goes on\n\nand here is the next.", "\"\n\nand here is the next.");
    check_speech("— End —\n---\n-5 degrees\n- Go.", "— End —\n---\n-5 degrees\n\"");
}

// ---- what text is of which language ----------------------------------------------------------------------------------

static void check_fits(const char *tag, const char *text, const char *expected)
{
    char why[80] = "";
    bool fits = language_fits(language_get(tag), text, strlen(text), why, sizeof(why));
    assert_true(fits == (*expected == '\0'));
    assert_string_equal(why, expected);
}

static void test_a_short_text_is_judged_by_its_script(void **state)
{
    (void)state;
    check_fits("pl", "She went up the stair.", "");
    check_fits("ja", "She went up the stair.", "the text is in Latin script");
    check_fits("en", "Она вышла.", "the text is in Cyrillic script");
    check_fits("zh", "彼女は待っていた。", "the text is in Hiragana script");
    check_fits("ja", "彼女は待っていた。", "");
    check_fits("ru", "Она вышла из дома на Baker Street и не оглянулась.", "");
    check_fits("ar", "انتظرت السفينة Santa Clara في الميناء طويلا.", "");
    check_fits("ko", "그녀는 기다렸다.", "");
    check_fits("en", "1914 … 1918!", "");
}

static void test_languages_of_one_script_are_told_by_their_words(void **state)
{
    static const char german[] =
        "Sie wartete, bis das Glas kalt war, und dann stieg sie hinunter und maß die Stufen mit der Hand, "
        "eine nach der anderen, wie ihr Vater es getan hatte.";
    static const char russian[] =
        "Она ждала, пока стекло не остынет, и потом спустилась вниз, и мерила ступени рукой, "
        "одну за другой, как это делал её отец, когда он был ещё жив.";
    static const char italian[] =
        "Aspettò che il vetro fosse freddo, poi scese e misurò i gradini con la mano, uno per uno, come "
        "aveva fatto suo padre, e non disse nulla a nessuno.";
    (void)state;
    check_fits("de", german, "");
    check_fits("en", german, "the text reads as German");
    check_fits("nl", german, "the text reads as German");
    check_fits("ja", german, "the text reads as German");
    check_fits("th", german, "the text is in Latin script");
    check_fits("uk", russian, "the text reads as Russian");
    check_fits("ru", russian, "");
    check_fits("es", italian, "the text reads as Italian");
    check_fits("it", italian, "");
}

// The same few sentences in every language that has a list of words but no prose of its own in the tests.
static void test_every_list_of_words_knows_its_language(void **state)
{
    static const struct {
        const char *tag, *text;
    } samples[] = {
        {"bg",
         "Тя чакаше, докато стъклото изстине, и после слезе и започна да мери стъпалата с ръка, едно по едно, както "
         "правеше баща ѝ, когато беше още жив."},
        {"ca",
         "Va esperar que el vidre fos fred, després va baixar i va mesurar els graons amb la mà, un per un, com feia "
         "el seu pare quan encara era viu."},
        {"cs",
         "Čekala, až sklo vychladne, a pak sešla dolů a měřila schody rukou, jeden po druhém, jak to dělal její "
         "otec, když byl ještě na živu."},
        {"da",
         "Hun ventede, til glasset var koldt, og så gik hun ned og målte trinene med hånden, et efter et, som hendes "
         "far havde gjort, da han var i live."},
        {"el",
         "Περίμενε μέχρι να κρυώσει το γυαλί και μετά κατέβηκε και μέτρησε τα σκαλιά με το χέρι, ένα ένα, όπως το "
         "έκανε ο πατέρας της."},
        {"fi",
         "Hän odotti, että lasi jäähtyi, ja sitten hän meni alas ja mittasi askelmat kädellään, yhden kerrallaan, "
         "niin kuin hänen isänsä oli tehnyt, kun se oli vielä ehjä."},
        {"he", "היא חיכתה עד שהזכוכית תתקרר, ואז ירדה ומדדה את המדרגות ביד, אחת אחת, כמו שאבא שלה היה עושה."},
        {"hi", "वह काँच के ठंडा होने तक रुकी रही, फिर नीचे उतरी और हाथ से सीढ़ियाँ नापने लगी।"},
        {"hr",
         "Čekala je da se staklo ohladi, a onda je sišla i mjerila stube rukom, jednu po jednu, kao što je to radio "
         "njezin otac kad je još bio živ."},
        {"hu", "Várt, amíg az üveg kihűl, és aztán lement, és a kezével mérte meg a lépcsőfokokat, egyet a másik "
               "után, úgy, "
               "ahogy az apja, amikor még élt."},
        {"id",
         "Dia menunggu sampai kaca itu dingin, lalu turun dan mengukur anak tangga dengan tangannya, satu demi satu, "
         "seperti yang dilakukan ayahnya."},
        {"it",
         "Aspettò che il vetro fosse freddo, poi scese e misurò i gradini con la mano, uno per uno, come aveva fatto "
         "suo padre quando era vivo."},
        {"ko", "그녀는 유리가 식을 때까지 기다렸다가 내려와서 손으로 계단을 하나씩 쟀다."},
        {"nb", "Hun ventet til glasset var kaldt, og så gikk hun ned og målte trinnene med hånden, ett etter ett, "
               "slik faren "
               "hennes hadde gjort da han var i live."},
        {"nl", "Ze wachtte tot het glas koud was, en toen ging ze naar beneden en mat de treden met haar hand, een "
               "voor een, "
               "zoals haar vader het had gedaan."},
        {"pt",
         "Ela esperou que o vidro esfriasse, depois desceu e mediu os degraus com a mão, um por um, como o seu pai "
         "fazia quando ainda era vivo."},
        {"ro",
         "A așteptat până când sticla s-a răcit, apoi a coborât și a măsurat treptele cu mâna, una câte una, așa cum "
         "făcea tatăl ei când era în viață."},
        {"ru", "Она ждала, пока стекло не остынет, и потом спустилась вниз, и мерила ступени рукой, одну за другой, "
               "как это "
               "делал её отец."},
        {"sk",
         "Čakala, kým sklo nevychladne, a potom zišla dole a merala schody rukou, jeden po druhom, ako to robil jej "
         "otec, keď bol ešte na žive."},
        {"sv", "Hon väntade tills glaset var kallt, och sedan gick hon ner och mätte trappstegen med handen, ett "
               "efter ett, "
               "som hennes far hade gjort när han var i livet."},
        {"th", "เธอรอจนกระจกเย็นลง แล้วจึงลงมาวัดขั้นบันไดด้วยมือทีละขั้น"},
        {"tr", "Camın soğumasını bekledi, sonra aşağı indi ve babasının bir zamanlar yaptığı gibi basamakları eliyle "
               "birer birer ölçtü, ama hiç bir şey demedi ve o gün daha çok bekledi."},
        {"uk",
         "Вона чекала, поки скло вистигне, а потім спустилася й міряла сходинки рукою, одну за одною, як це робив її "
         "батько, коли ще був живий."},
        {"vi",
         "Cô đợi cho đến khi tấm kính nguội rồi đi xuống và đo các bậc thang bằng tay, từng bậc một, như cha cô đã "
         "làm khi ông còn sống."},
    };
    struct buf english;
    char why[80];
    (void)state;
    prose_load(&english, "en");
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        const struct language *l = language_get(samples[i].tag);
        why[0] = '\0';
        if (!language_fits(l, samples[i].text, strlen(samples[i].text), why, sizeof(why)))
            fail_msg("%s: %s", samples[i].tag, why);
        if (language_fits(l, english.data, english.len, why, sizeof(why)))
            fail_msg("English fits %s", samples[i].tag);
    }
    buf_release(&english);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_file_is_well_formed),
        cmocka_unit_test(test_every_pattern_has_its_phrase),
        cmocka_unit_test(test_what_a_file_says),
        cmocka_unit_test(test_an_unknown_language_has_a_name_and_nothing_else),
        cmocka_unit_test(test_patterns_of_english_hold_in_every_language),
        cmocka_unit_test(test_text_is_folded),
        cmocka_unit_test(test_speech_is_taken_out),
        cmocka_unit_test(test_a_short_text_is_judged_by_its_script),
        cmocka_unit_test(test_languages_of_one_script_are_told_by_their_words),
        cmocka_unit_test(test_every_list_of_words_knows_its_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
