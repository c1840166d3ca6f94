// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the parts of verify share.
//
//   verify.c ─┬─ verify_rows.c    rows against each other, and all prose into one text with a list of its pieces
//             ├─ verify_text.c    that text: each piece, the joins between them, the whole    (verify_prose.c)
//             └─ verify_files.c   the book's folder against what the rows give
#ifndef APP_VERIFY_WORK_H
#define APP_VERIFY_WORK_H

#include "app/verify.h"
#include "base/buf.h"
#include "model/language.h"

// A chunk's prose as a range of the text.
struct verify_piece {
    int chapter, seq;
    size_t from, len;
    char *glue;
    bool gap, damaged;
};

struct verify_chapter {
    int number;
    bool given;    // its prose is the owner's own
    bool complete; // it has a recap
    int chunks;
};

struct verify_work {
    struct verify *out;
    struct store *store;
    const struct job *job;
    const char *home_hint;
    bool written;
    const struct language *language;
    bool markup;
    struct verify_chapter *chapters;
    size_t chapters_count, chapters_cap;
    struct buf text; // all prose, a blank line between two pieces
    struct verify_piece *pieces;
    size_t pieces_count, pieces_cap;
    bool finished, damaged; // the job is done; some text cannot be read
};

// What is to be done about a finding.
enum verify_advice {
    VERIFY_NOTHING,
    VERIFY_REDO,   // novelgen redo ID --chapter N [--chunk K]
    VERIFY_REPAIR, // novelgen verify ID --repair
    VERIFY_SYNC,   // the owner's edit of a chapter, or --repair
    VERIFY_KEEP,   // --repair: only chapters are taken in
    VERIFY_RESUME,
    VERIFY_GAPS,
};

// Of the place (chapter, part); `file` may be NULL.
void verify_note(struct verify_work *w, const char *kind, int chapter, int part, const char *file,
                 enum verify_advice advice, const char *fmt, ...) __attribute__((format(printf, 7, 8)));
const struct verify_chapter *verify_chapter_of(const struct verify_work *w, int number); // NULL: it has none

bool verify_rows(struct verify_work *w, struct err *e);
void verify_text(struct verify_work *w);
bool verify_files(struct verify_work *w, struct err *e);

#endif
