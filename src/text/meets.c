// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Where a text that is put in front of another one runs into it.
//
//   text     … and so she went. | The door was open. She looked in. Nobody …
//   behind                        The door was open. She looked in. He had …
//            ◀───── new ──────▶
#include "text/join.h"

#include <string.h>

#include "text/chars.h"
#include "text/words.h"

enum { MEET_WORDS = 8, MEET_WORDS_LEAST = 4 };

// Whether s[0..len) begins with `want`, white space compared folded.
static bool meets_at(const char *s, size_t len, const char *want, size_t want_len)
{
    size_t at = 0, i = 0;

    while (i < want_len) {
        size_t blank = chars_space_head(want + i, want_len - i), here = chars_space_head(s + at, len - at);
        if ((blank > 0) != (here > 0)) return false;
        i += blank;
        at += here;
        if (blank > 0) continue;
        if (at == len || s[at] != want[i]) return false;
        at++;
        i++;
    }
    return true;
}

// The first place where `want` stands, which begins with no white space; `len` if there is none.
static size_t meets_first(const char *s, size_t len, const char *want, size_t want_len)
{
    for (const char *at = memchr(s, want[0], len); at != NULL;
         at = memchr(at + 1, want[0], len - (size_t)(at + 1 - s)))
        if (meets_at(at, len - (size_t)(at - s), want, want_len)) return (size_t)(at - s);
    return len;
}

// Of the end of the text, the words that `behind` begins with.
static size_t meets_end(const char *s, size_t len, const char *behind, size_t behind_len)
{
    size_t again = join_overlap(s, len, behind, behind_len), words = words_count(behind, again);

    if (words == 0) return len;
    size_t at = words_tail(s, len, words);
    while (at > 0 && chars_trim_tail(s, at) == at) at--; // quotation marks that open it
    return at;
}

size_t join_meets(const char *text, size_t len, const char *behind, size_t behind_len)
{
    size_t blank = chars_space_head(behind, behind_len), end = chars_trim_tail(text, len);

    behind += blank;
    behind_len -= blank;
    if (end == 0 || behind_len == 0) return len;
    size_t head = words_head(behind, behind_len, MEET_WORDS);
    bool telling = words_count(behind, head) >= MEET_WORDS_LEAST;
    size_t first = telling ? meets_first(text, end, behind, head) : end;
    if (first < end) return chars_trim_tail(text, first);
    size_t at = meets_end(text, end, behind, behind_len);
    return at < end ? chars_trim_tail(text, at) : len;
}
