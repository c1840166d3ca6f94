// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the files of the database share: the connection, its errors, and the end of a statement's use. Between them:
//
//   db.c            a connection: opening it, transactions, the write-ahead log
//   db_statement.c  statements of the caller's table, values by format
//   db_made.c       statements made of data, values by their own types
//   db_copy.c       a copy of the whole
#ifndef IO_DB_HANDLE_H
#define IO_DB_HANDLE_H

#include "io/db.h"

#include <sqlite3.h>

struct db {
    sqlite3 *handle;
    char *path;
    const char *const *sql;
    sqlite3_stmt **statements; // as in sql; NULL: not compiled yet
    size_t count;
    enum db_mode mode;
    bool writing;   // the open transaction is one that writes
    bool unknown;   // a commit has failed
    struct err why; // and so
    int wal_pages;
    int64_t commits;
};

struct db_row {
    sqlite3_stmt *statement;
};

// Says what failed while `doing` ("read", "write to") to the database, by SQLite's code for it. Always false.
bool db_fail(const struct db *d, int code, const char *doing, struct err *e);
// False after a commit that failed, in the words of that failure.
bool db_usable(const struct db *d, struct err *e);

// At once after its use: an open statement pins the log, and the values it was given are about to go. What it returns
// repeats the error of the last step.
int db_done(sqlite3_stmt *s);
// The bytes of a column, until the next step; NULL: it is NULL.
const char *db_column(sqlite3_stmt *s, int at, size_t *len);

#endif
