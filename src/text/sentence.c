// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Where sentences and paragraphs end. All of it looks from the end backwards, and only as far as it must.
//
//   terminators  closers  then
//   . ! ? …      " ' ) » ” …   white space or the end; a full stop or … goes on if a small letter follows on the same
//                              line ("approx. five", "well … no"), or if what it closes is an abbreviation
//   。 ！ ？ ｡    」 』 ” …      anything
//   」 』                      the end of a line that begins with 「 or 『
#include "text/words.h"

#include "base/mem.h"
#include "text/chars.h"
#include "text/sentence.h"

#include <unictype.h>

#include <string.h>

// How far is looked for what belongs to one sentence end, so that rubbish ("......…") costs no quadratic time.
enum { CLOSERS_BYTES = 32, GUILLEMET_BYTES = 4000, ABBREVIATION_CHARS = 8 };

// Sentence terminators: the common ones, then Arabic, Urdu, Devanagari, Armenian, Ethiopic, Khmer, Burmese.
static const ucs4_t terminators[] = {'.',    '!',    '?',    0x2026, 0x3002, 0xFF01, 0xFF1F, 0xFF61,
                                     0x061F, 0x06D4, 0x0964, 0x0965, 0x0589, 0x1362, 0x17D4, 0x104B};

// Words whose full stop is part of them, in the case in which they are written, of all languages together: titles of
// people, and what stands in front of an example, a name or a place. Left out is what ends a sentence as well ("etc.",
// "usw.", "Jr.") or is a word of some language ("No.", "al.", "gen.", "im.").
static const char *const abbreviations[] = {
    "Mr",   "Mrs",  "Ms",   "Mx",  "Messrs", "Dr",   "dr",   "Drs", "drs", "Prof", "prof", "St",   "Ste",
    "Mme",  "Mlle", "Mgr",  "mgr", "Gen",    "Capt", "Col",  "Lt",  "Sgt", "Cpl",  "Pvt",  "Cmdr", "Adm",
    "Insp", "Supt", "Gov",  "Rev", "Hon",    "Fr",   "Mt",   "vs",  "cf",  "Cf",   "Hr",   "hr",   "Hrn",
    "Frl",  "Nr",   "nr",   "bzw", "evtl",   "ggf",  "inkl", "sog", "vgl", "Vgl",  "Dipl", "Ing",  "Str",
    "Bd",   "Abb",  "dhr",  "Dhr", "mevr",   "Mevr", "bijv", "Sr",  "Sra", "Srta", "Srs",  "Dra",  "Dña",
    "Sig",  "Dott", "Avv",  "np",  "Np",     "tzn",  "Tzn",  "tj",  "Tj",  "tzw",  "Tzw",  "ul",   "pl",
    "św",   "Św",   "ks",   "Ks",  "bp",     "abp",  "inż",  "płk", "kpt", "wg",   "woj",  "zob",  "sv",
    "Sv",   "např", "Např", "tzv", "MUDr",   "JUDr", "Doç",  "ул",  "св",  "тов",  "проф",
};

// Words whose full stop is part of them in front of a number.
static const char *const before_numbers[] = {"ca",  "Ca",  "No",  "no",  "Nos", "p",   "pp",   "vol",
                                             "Vol", "ch",  "Ch",  "fig", "Fig", "str", "godz", "rozdz",
                                             "Kap", "Abs", "Art", "art", "kl",  "стр"};

// What Germans count with a full stop behind the number: "am 3. Oktober". Elsewhere such words are written small, and
// a small letter behind a full stop shows by itself that the sentence goes on.
static const char *const counted[] = {"Januar",    "Jänner",   "Februar",  "März",    "April",
                                      "Mai",       "Juni",     "Juli",     "August",  "September",
                                      "Oktober",   "November", "Dezember", "Kapitel", "Jahrhundert",
                                      "Weltkrieg", "Stock",    "Etage",    "Klasse",  "Geburtstag"};

static bool is_terminator(ucs4_t uc)
{
    for (size_t i = 0; i < ARRAY_LEN(terminators); i++) {
        if (terminators[i] == uc) return true;
    }
    return false;
}

static bool is_cjk_terminator(ucs4_t uc)
{
    return uc == 0x3002 || uc == 0xFF01 || uc == 0xFF1F || uc == 0xFF61;
}

// Whether `uc`, right behind a terminator, closes the sentence too. The German “ and « close what „ and » opened, but
// behind a Chinese full stop “ opens, as does an ASCII quote with a letter behind it.
static bool is_closer(ucs4_t uc, bool cjk, const char *rest, size_t rest_len)
{
    if (uc == '"' || uc == '\'') {
        ucs4_t after = 0;
        return !cjk || !chars_next(rest, rest_len, &after) || !chars_is_letter_digit(after);
    }
    if (uc < 0x80) return uc == ')' || uc == ']' || uc == '}' || uc == '*' || uc == '_';
    uint32_t mask = UC_CATEGORY_MASK_Pe | UC_CATEGORY_MASK_Pf | (cjk ? 0 : UC_CATEGORY_MASK_Pi);
    return uc_is_general_category_withtable(uc, mask);
}

static size_t skip_closers(const char *s, size_t len, size_t at, bool cjk)
{
    ucs4_t uc;
    size_t most = len - at > CLOSERS_BYTES ? at + CLOSERS_BYTES : len;
    for (size_t n; at < most && (n = chars_next(s + at, len - at, &uc)); at += n) {
        if (!is_terminator(uc) && !is_closer(uc, cjk, s + at + n, len - at - n)) break;
    }
    return at;
}

// French sets a blank in front of »: "« Oui. »". It closes if the guillemet before it in the paragraph is «; in
// German, where » opens, that one is mostly » or in another sentence, and what follows it is a letter.
static size_t skip_guillemet(const char *s, size_t len, size_t term, size_t at)
{
    ucs4_t uc;
    size_t blank = chars_next(s + at, len - at, &uc);
    if (!blank || uc == '\n' || !chars_is_space(uc)) return at;
    size_t quote = chars_next(s + at + blank, len - at - blank, &uc);
    if (!quote || uc != 0xBB) return at;
    for (size_t back = term, n; term - back < GUILLEMET_BYTES && (n = chars_prev(s, back, &uc)) && uc != '\n';
         back -= n) {
        if (uc == 0xAB) return at + blank + quote;
        if (uc == 0xBB) return at;
    }
    return at;
}

static bool is_dash(ucs4_t uc)
{
    return uc == '-' || (uc >= 0x2012 && uc <= 0x2015);
}

// Whether the sentence goes on behind white space that begins at s[0]: with a small letter, or with a dash and one
// ("„Well … – said he").
static bool goes_on_small(const char *s, size_t len)
{
    size_t at = chars_space_head(s, len);
    if (memchr(s, '\n', at)) return false;
    ucs4_t uc;
    size_t dash = chars_next(s + at, len - at, &uc);
    if (dash && is_dash(uc)) {
        at += dash;
        at += chars_space_head(s + at, len - at);
    }
    return chars_next(s + at, len - at, &uc) && uc_is_general_category_withtable(uc, UC_CATEGORY_MASK_Ll);
}

static bool is_apostrophe(ucs4_t uc)
{
    return uc == '\'' || uc == 0x2019;
}

static bool is_word_char(ucs4_t uc)
{
    return chars_is_letter_digit(uc) || is_apostrophe(uc) || uc_is_general_category_withtable(uc, UC_CATEGORY_MASK_M);
}

// Where the word that ends at s[end] begins; only of short words, which is all that abbreviations are. The apostrophe
// of "don't" is inside, a quote in front of a word is not.
static size_t word_start(const char *s, size_t end)
{
    size_t start = end, n;
    ucs4_t uc = 0;
    for (int i = 0; i < ABBREVIATION_CHARS && (n = chars_prev(s, start, &uc)) && is_word_char(uc); i++) start -= n;
    while (start < end && (n = chars_next(s + start, end - start, &uc)) && is_apostrophe(uc)) start += n;
    return start;
}

static bool is_listed(const char *const *list, size_t count, const char *s, size_t len)
{
    for (size_t i = 0; i < count; i++) {
        if (*list[i] == *s && !strncmp(list[i], s, len) && !list[i][len]) return true;
    }
    return false;
}

// Letters that are words by themselves and end sentences: "It was I.", "Это я.", "Vâng ạ.", "Lo è."
static bool is_one_letter_word(ucs4_t uc)
{
    if (uc == 'I' || uc == 0x042F || uc == 0x044F) return true;
    bool marked = (uc >= 0xC0 && uc < 0x250) || (uc >= 0x1E00 && uc < 0x1F00);
    return marked && uc_is_general_category_withtable(uc, UC_CATEGORY_MASK_Ll);
}

// Whether s[start..end) is a single letter that may stand for a name ("J.") or a word ("z. B."), in a script that
// does so: one with small and capital letters, Hebrew or Arabic.
static bool is_initial(const char *s, size_t start, size_t end)
{
    ucs4_t uc = 0;
    if (start == end || chars_next(s + start, end - start, &uc) != end - start || !chars_is_letter(uc)) return false;
    bool semitic = uc >= 0x0590 && uc < 0x0700;
    return (semitic || uc_is_property_cased(uc)) && !is_one_letter_word(uc);
}

// Whether s[start..end) is the end of what begins with a letter and a full stop: "m.in.", "t.ex."
static bool is_behind_initial(const char *s, size_t start, size_t end)
{
    ucs4_t uc = 0;
    if (start < 2 || s[start - 1] != '.' || end - start > 3) return false;
    if (!chars_next(s + start, end - start, &uc) || !chars_is_letter(uc)) return false;
    return is_initial(s, word_start(s, start - 1), start - 1);
}

// Whether s[0..len) is a word of `counted`, or its genitive.
static bool is_counted(const char *s, size_t len)
{
    for (size_t i = 0; i < ARRAY_LEN(counted); i++) {
        size_t n = strlen(counted[i]);
        if (len < n || memcmp(counted[i], s, n) != 0) continue;
        size_t more = len - n;
        if (!more || (more == 1 && s[n] == 's') || (more == 2 && s[n] == 'e' && s[n + 1] == 's')) return true;
    }
    return false;
}

// Whether the number s[start..end) counts what follows its full stop: "3. Oktober".
static bool is_ordinal(const char *s, size_t len, size_t start, size_t end)
{
    if (end - start > 2 || (start && (s[start - 1] == '.' || s[start - 1] == ','))) return false;
    for (size_t i = start; i < end; i++) {
        if (s[i] < '0' || s[i] > '9') return false;
    }
    size_t next = end + 1 + chars_space_head(s + end + 1, len - end - 1), word = 0;
    ucs4_t uc;
    for (size_t n; (n = chars_next(s + next + word, len - next - word, &uc)) && chars_is_letter(uc);) word += n;
    return is_counted(s + next, word);
}

static bool is_before_number(const char *s, size_t len)
{
    size_t at = chars_space_head(s, len);
    return at && at < len && s[at] >= '0' && s[at] <= '9';
}

// Whether the full stop at `at` belongs to the word in front of it.
static bool is_abbreviation(const char *s, size_t len, size_t at)
{
    if (at + 1 < len && s[at + 1] == '\n') return false;
    size_t start = word_start(s, at), word = at - start;
    if (!word) return false;
    if (is_initial(s, start, at) || is_behind_initial(s, start, at)) return true;
    if (is_listed(abbreviations, ARRAY_LEN(abbreviations), s + start, word)) return true;
    if (is_before_number(s + at + 1, len - at - 1))
        return is_listed(before_numbers, ARRAY_LEN(before_numbers), s + start, word);
    return is_ordinal(s, len, start, at);
}

// Whether a sentence that closes at `end` is over there.
static bool is_over(const char *s, size_t len, size_t end, ucs4_t term, bool sure)
{
    if (end == len) return !sure;
    if (is_cjk_terminator(term)) return true;
    ucs4_t uc;
    chars_next(s + end, len - end, &uc);
    if (!chars_is_space(uc)) return false;
    return (term != '.' && term != 0x2026) || !goes_on_small(s + end, len - end);
}

// Where the sentence with the terminator `term` in s[at..behind) ends; 0 if that does not end one.
static size_t end_of(const char *s, size_t len, size_t at, size_t behind, ucs4_t term, bool sure)
{
    size_t end = skip_closers(s, len, behind, is_cjk_terminator(term));
    if (term == '.' && end == behind && is_abbreviation(s, len, at)) return 0;
    size_t wider = skip_guillemet(s, len, at, end);
    if (wider != end && is_over(s, len, wider, term, sure)) return wider;
    return is_over(s, len, end, term, sure) ? end : 0;
}

// Japanese sets no full stop in front of 」. A line that begins and ends with such a bracket is a whole speech, where
// others only quote a word. s[..behind) ends with one.
static bool is_speech_line(const char *s, size_t len, size_t behind, bool sure)
{
    size_t end = behind, start = behind;
    ucs4_t uc = 0;
    for (size_t n; (n = chars_next(s + end, len - end, &uc)) && chars_is_space(uc) && uc != '\n';) end += n;
    if (end == len ? sure : uc != '\n') return false;
    while (start && behind - start < GUILLEMET_BYTES && s[start - 1] != '\n') start--;
    start += chars_space_head(s + start, behind - start);
    chars_next(s + start, behind - start, &uc);
    return uc == 0x300C || uc == 0x300E;
}

static size_t last_end(const char *s, size_t len, bool sure)
{
    ucs4_t uc;
    for (size_t behind = len, n; (n = chars_prev(s, behind, &uc)); behind -= n) {
        if ((uc == 0x300D || uc == 0x300F) && is_speech_line(s, len, behind, sure)) return behind;
        if (!is_terminator(uc)) continue;
        size_t end = end_of(s, len, behind - n, behind, uc, sure);
        if (end) return end;
    }
    return 0;
}

size_t sentence_whole(const char *s, size_t len)
{
    return last_end(s, len, false);
}

size_t sentence_sure(const char *s, size_t len)
{
    return last_end(s, len, true);
}

bool sentence_ends(const char *s, size_t len)
{
    len = chars_trim_tail(s, len);
    return len && sentence_whole(s, len) == len;
}

// Whether a line feed at s[at] has only blanks between it and the one before it.
static bool ends_blank_line(const char *s, size_t at)
{
    while (at && (s[at - 1] == ' ' || s[at - 1] == '\t' || s[at - 1] == '\r')) at--;
    return at && s[at - 1] == '\n';
}

size_t paragraph_whole(const char *s, size_t len)
{
    for (size_t at = len; at; at--) {
        if (s[at - 1] == '\n' && ends_blank_line(s, at - 1)) return chars_trim_tail(s, at);
    }
    return 0;
}
