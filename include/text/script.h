// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Which scripts the letters of a text are of. A small table of the scripts that books are written in here.
#ifndef TEXT_SCRIPT_H
#define TEXT_SCRIPT_H

#include <stddef.h>

enum script {
    SCRIPT_OTHER,
    SCRIPT_LATN,
    SCRIPT_GREK,
    SCRIPT_CYRL,
    SCRIPT_HEBR,
    SCRIPT_ARAB,
    SCRIPT_DEVA,
    SCRIPT_THAI,
    SCRIPT_HANG,
    SCRIPT_HIRA,
    SCRIPT_KANA,
    SCRIPT_HANI,
    SCRIPTS
};

// By the four letters of ISO 15924 ("Latn"), of which len are given; SCRIPT_OTHER if it is not in the table.
enum script script_find(const char *code, size_t len);
const char *script_name(enum script s); // "Latin"

// How much of a text is in each script: its letters, where one of a syllable or word sign counts as three, because it
// says as much.
struct script_count {
    size_t all, of[SCRIPTS];
};
void script_count(struct script_count *out, const char *s, size_t len);

#endif
