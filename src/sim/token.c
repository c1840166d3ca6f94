// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Splitting by byte classes.
#include "sim/token.h"

#include "sim/word.h"

enum { WHOLE_LETTERS = 6 };

static size_t run_of(const char *text, size_t len, size_t i, enum byte_class class, size_t *letters)
{
    *letters = 0;
    for (; i < len; i++) {
        enum byte_class c = word_byte_class(text[i]);
        if (c == BYTE_CONTINUES) continue;
        if (c != class) break;
        (*letters)++;
    }
    return i;
}

static size_t skip_letters(const char *text, size_t len, size_t i, size_t letters)
{
    for (; letters && i < len; letters--) {
        i++;
        while (i < len && word_byte_class(text[i]) == BYTE_CONTINUES) i++;
    }
    return i;
}

static size_t marks_end(const char *text, size_t len, size_t i)
{
    size_t letters;
    i = run_of(text, len, i, BYTE_MARK, &letters);
    while (i < len && text[i] == '\n') i++;
    return i;
}

size_t token_len(const char *text, size_t len)
{
    size_t start = text[0] == ' ' && len > 1 ? 1 : 0;
    size_t letters, end;
    switch (word_byte_class(text[start])) {
    case BYTE_WORD:
        end = run_of(text, len, start, BYTE_WORD, &letters);
        return letters <= WHOLE_LETTERS ? end : skip_letters(text, len, start, (letters + 1) / 2);
    case BYTE_MARK:
        return marks_end(text, len, start);
    case BYTE_SPACE:
    case BYTE_CONTINUES:
        end = run_of(text, len, start, BYTE_SPACE, &letters);
        return end ? end : 1;
    }
    return 1;
}

size_t token_count(const char *text, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; n++) i += token_len(text + i, len - i);
    return n;
}
