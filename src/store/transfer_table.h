// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What is moved with a job, as data: see transfer_table.c.
#ifndef STORE_TRANSFER_TABLE_H
#define STORE_TRANSFER_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum move_kind {
    MOVE_END,   // behind the last column
    MOVE_INT,   // least to most
    MOVE_REAL,  // least to most
    MOVE_TEXT,  // UTF-8, `most` bytes
    MOVE_LOOSE, // text that a fixed buffer may have cut within a character, `most` bytes
    MOVE_BYTES, // `most` bytes
    MOVE_WORD,  // [A-Za-z0-9_.-]*, `most` bytes
    MOVE_ID,    // of its space
    MOVE_REF,   // to an id of that space
    // These are not in the archive:
    MOVE_LEFT,   // made anew or not needed where it goes
    MOVE_JOB,    // the job's id
    MOVE_PARENT, // of the place
    MOVE_DETACHED,
};

// Ids are numbered from 1 within a space. Chunks that were replaced have theirs from the same space as those that stand.
enum move_space { SPACE_CHUNK, SPACE_TASK, SPACE_ATTEMPT, MOVE_SPACES };
struct move_space_sql {
    const char *ids;  // of a job, ascending
    const char *last; // of all jobs
};
extern const struct move_space_sql move_spaces[MOVE_SPACES];

struct move_column {
    const char *name;
    enum move_kind kind;
    bool null; // may be
    enum move_space space;
    int64_t least, most;
};

enum move_check { CHECK_NOTHING, CHECK_JOB, CHECK_SPEC, CHECK_REPLACED, CHECK_TASK, CHECK_EVENT, CHECK_FILE };

enum { MOVE_COLUMNS = 48 };
struct move_table {
    const char *name;
    const char *from;   // behind the columns of a SELECT; ?1 is the job
    const char *insert; // where it is not a plain one
    bool once;          // one row, and no less
    bool handed;        // not inserted: the caller gets it
    bool dense;         // its ids have no holes
    enum move_check check;
    struct move_column columns[MOVE_COLUMNS];
};
extern const struct move_table move_tables[]; // parents first; ends with a NULL name
extern const char *const move_left[];         // tables that belong to the machine; ends with NULL

bool move_is_written(enum move_kind kind); // whether the archive has it

#endif
