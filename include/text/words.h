// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Words and sentences of any language, by Unicode (UAX #29, through libunistring).
// Text is UTF-8 that was checked on its way in; broken bytes are passed over, never read beyond.
#ifndef TEXT_WORDS_H
#define TEXT_WORDS_H

#include <stdbool.h>
#include <stddef.h>

// Words: UAX #29 segments that hold a letter or digit.
size_t words_count(const char *s, size_t len);
// The byte offset at which the last `words` words begin (0 if there are fewer).
size_t words_tail(const char *s, size_t len, size_t words);
// The byte offset just behind the first `words` words (len if there are fewer).
size_t words_head(const char *s, size_t len, size_t words);

// The length of the longest prefix that ends with a whole sentence: behind a terminator (. ! ? … 。 ！ ？ ؟ ।) and
// the closing quotes and brackets that follow it, where white space, the end, or (CJK) anything follows. A line that
// begins with 「 and ends with 」 is one too. "Mr.", "z. B.", "3.5" and the "3." of "3. Oktober" do not end a sentence.
// White space behind is not part of it. 0: there is none.
size_t sentence_whole(const char *s, size_t len);
// Whether the text, trailing white space apart, ends with a whole sentence.
bool sentence_ends(const char *s, size_t len);
// The same for paragraphs: the longest prefix (without its trailing white space) that is followed by a blank line.
size_t paragraph_whole(const char *s, size_t len);

struct library;
void words_library(struct library *out); // see base/library.h

#endif
