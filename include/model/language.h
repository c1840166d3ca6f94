// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What is known of a language: data files, languages/TAG.txt, embedded in the binary. One `key: value` a line, `#` begins
// a comment; keys that may be repeated are marked with *.
//
//   name: German               for prompts, in English
//   line: Schreibe auf Deutsch.  the closing line of a request, in the language itself
//   script: Latn               scripts (ISO 15924) its letters are of; several with blanks between (Hira Kana Hani)
//   tokens: 2.0                a first guess of tokens a word
//   common: der die und …      its most frequent words, about fifty
//   chapter: Kapitel           the word in front of a chapter's number
//   contents: Inhalt           words of a printed book: over the list of chapters,
//   cover: Umschlag            of the cover, of the title page,
//   title_page: Titelseite
//   unfinished: …              "This book is not finished.",
//   gap: …                     where a part is missing, with {chapter} and {part}
//   quotes: „ “ ‚ ‘            double and single marks, opening and closing
//   dash: " – "                between words, in straight marks because of its blanks
//   speech: "– "               in front of what somebody says, at the beginning of a paragraph
//   ellipsis: ……             left out: …
//   elisions: tis twas em      what is left of words whose first letters an apostrophe stands for, in small letters
//   spaced: ; ! ?              marks with a space in front, each with the no-break space that it is; left out: none
//   direction: rtl             left out: ltr
//   opener*: …                 POSIX extended regular expressions over folded text without speech, of bytes, not letters
//   meta*: …                   (text/pattern.h): what answers begin with that is not story; talk about the text, at its
//   refusal*: …                end; refusals;
//   reasoning*: …              thinking aloud;
//   closer*: …                 conclusions that only the end of a book may have;
//   heading*: …                the heading of a chapter, its marks taken off
//
// What each kind is tried on is said in gate_chat.c and gate_heading.c. A language without a file has a name, no line
// of its own, and is judged by no pattern. Patterns of English are tried on every language's answers too: models
// apologise in English.
#ifndef MODEL_LANGUAGE_H
#define MODEL_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>

enum language_pattern {
    LANGUAGE_OPENER,
    LANGUAGE_META,
    LANGUAGE_REFUSAL,
    LANGUAGE_REASONING,
    LANGUAGE_CLOSER,
    LANGUAGE_HEADING,
    LANGUAGE_PATTERNS
};

struct language;

// By tag ("de"); never NULL: an unknown tag gives a language of that name and nothing else. Lives as long as the program.
const struct language *language_get(const char *tag);
const char *language_tag(const struct language *l);
const char *language_title(const struct language *l);   // "German"
const char *language_chapter(const struct language *l); // "Kapitel"; "Chapter" if it is not said
// Words of a printed book.
enum language_word {
    LANGUAGE_CONTENTS,
    LANGUAGE_COVER,
    LANGUAGE_TITLE_PAGE,
    LANGUAGE_UNFINISHED,
    LANGUAGE_GAP,
    LANGUAGE_WORDS
};
const char *language_word(const struct language *l, enum language_word w); // English if it is not said
enum language_quote {
    LANGUAGE_OPEN_DOUBLE,
    LANGUAGE_CLOSE_DOUBLE,
    LANGUAGE_OPEN_SINGLE,
    LANGUAGE_CLOSE_SINGLE,
    LANGUAGE_QUOTES
};
// By enum language_quote: { "“", "”", "‘", "’" }; English if they are not said. A mark may have a no-break space with it.
const char *const *language_quotes(const struct language *l);
const char *language_dash(const struct language *l);   // " – " or "—", with its blanks
const char *language_speech(const struct language *l); // "– " or "—"
const char *language_ellipsis(const struct language *l);
// Whether an apostrophe belongs in front of this word ("tis", in whatever case).
bool language_elides(const struct language *l, const char *word, size_t len);
// The space that stands in front of punctuation mark `c` in this language, or NULL.
const char *language_space_before(const struct language *l, char c);
bool language_rtl(const struct language *l);
double language_tokens(const struct language *l);      // a word; 2 if it is not said
const char *language_common(const struct language *l); // its most frequent words, blanks between; "" if not said
// Whether any pattern of that kind matches `text`, which is folded (language_fold).
bool language_matches(const struct language *l, enum language_pattern kind, const char *text);
// Case folded, apostrophes straight, white space as single blanks; malloc'ed.
char *language_fold(const char *s, size_t len);

// Whether prose is of the language: its letters are mostly of its scripts, and its common words are not far rarer than
// another known language's. Short texts (less than 20 words) are judged by script alone, and so are languages without
// a list of common words. `why`: "the text is in Latin script", "the text reads as English"; untouched if it fits.
bool language_fits(const struct language *l, const char *s, size_t len, char *why, size_t size);

// The tag of a language by its English name ("Polish" gives "pl"), or NULL.
const char *language_tag_of(const char *name);

#endif
