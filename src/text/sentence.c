// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Where sentences and paragraphs end. All of it looks from the end backwards, and only as far as it must.
//
//   terminators  closers  then
//   . ! ? …      " ' ) » ” …   white space or the end; a full stop or … goes on if a small letter follows on the same
//                              line ("approx. five", "well … no"), or if what it closes is an abbreviation
//   。 ！ ？ ｡    」 』 ” …      anything
#include "text/words.h"

#include "base/mem.h"
#include "text/chars.h"
#include "text/sentence.h"

#include <unictype.h>

#include <string.h>

// How far is looked for what belongs to one sentence end, so that rubbish ("......…") costs no quadratic time.
enum { CLOSERS_BYTES = 32, GUILLEMET_BYTES = 4000 };

// Sentence terminators: the common ones, then Arabic, Urdu, Devanagari, Armenian, Ethiopic, Khmer, Burmese.
static const ucs4_t terminators[] = {'.',    '!',    '?',    0x2026, 0x3002, 0xFF01, 0xFF1F, 0xFF61,
                                     0x061F, 0x06D4, 0x0964, 0x0965, 0x0589, 0x1362, 0x17D4, 0x104B};

// Titles of people and other words whose full stop is part of them. Kept short: "No." is also a sentence.
static const char *const abbreviations[] = {"Mr",  "Mrs",  "Ms",  "Dr", "St",  "Prof", "Mme", "Mlle",
                                            "Gen", "Capt", "Col", "Lt", "Sgt", "Rev",  "Hon", "Messrs",
                                            "Sr",  "Sra",  "Mt",  "vs", "Hr",  "Nr"};

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

// Whether the sentence goes on behind white space that begins at s[0].
static bool goes_on_small(const char *s, size_t len)
{
    size_t space = chars_space_head(s, len);
    if (memchr(s, '\n', space)) return false;
    ucs4_t uc;
    return chars_next(s + space, len - space, &uc) && uc_is_general_category_withtable(uc, UC_CATEGORY_MASK_Ll);
}

// Whether the full stop at `at` belongs to a title ("Mr.") or an initial ("J.").
static bool is_abbreviation(const char *s, size_t len, size_t at)
{
    if (at + 1 < len && s[at + 1] == '\n') return false;
    size_t start = at, letters = 0;
    ucs4_t uc = 0, first = 0;
    for (size_t n; letters < 8 && (n = chars_prev(s, start, &uc)) && chars_is_letter(uc); start -= n) {
        first = uc;
        letters++;
    }
    if (letters == 1 && first != 'I') return uc_is_property_cased(first);
    for (size_t i = 0; i < ARRAY_LEN(abbreviations); i++) {
        if (strlen(abbreviations[i]) == at - start && !memcmp(abbreviations[i], s + start, at - start)) return true;
    }
    return false;
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

static size_t last_end(const char *s, size_t len, bool sure)
{
    ucs4_t uc;
    for (size_t behind = len, n; (n = chars_prev(s, behind, &uc)); behind -= n) {
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
