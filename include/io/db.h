// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// One connection to an SQLite database, behind a table of statements. A statement is named by its place in the table,
// compiled when it is first used, kept, and reset before the call that used it returns: a SELECT that is left open
// would pin the write-ahead log, which then grows without end.
//
// Values go in and come out by format, one letter a value:
//
//     letter   bound as                                read into
//     i        int                                     int *
//     l        int64_t                                 int64_t *
//     d        double                                  double *
//     b        bool                                    bool *
//     s        const char *, NULL is NULL              const char **, until the callback returns; NULL is NULL
//     t        const char *, size_t: text              const char **, size_t *, until the callback returns
//     x        const void *, size_t: blob              (as t)
//     S        -                                       char **, malloc'ed; NULL is ""
//     B        -                                       struct buf *, added to it
//
// Every error names the file: ERR_STORE may pass by itself (busy, no space), ERR_DAMAGED does not, and ERR_INTERNAL is a
// row that a constraint refuses.
#ifndef IO_DB_H
#define IO_DB_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct db;
struct db_row; // lives as long as the callback that was given it

// DB_WRITE creates the file (0600) where there is none, turns WAL on, and never checkpoints by itself.
// DB_READ cannot write at all, and neither checkpoints nor removes the log when it is the last to close.
enum db_mode { DB_WRITE, DB_READ };
// A database that bears another application id, or none and yet tables, is refused and left as it is. `sql` (of
// `count` texts) must outlive the connection.
struct db *db_open(const char *path, enum db_mode mode, int64_t application_id, const char *const *sql, size_t count,
                   struct err *e);
void db_close(struct db *d); // NULL is fine

// BEGIN IMMEDIATE, or a reading transaction: one view of the data over several statements.
bool db_begin(struct db *d, bool write, struct err *e);
// After a commit that failed nobody knows whether it happened: the connection refuses everything from then on.
bool db_commit(struct db *d, struct err *e);
void db_rollback(struct db *d); // harmless without a transaction
bool db_in_transaction(const struct db *d);
enum db_mode db_mode(const struct db *d);
int64_t db_commits(const struct db *d); // of writing transactions, by this connection

// For what is done once (schema, settings): not kept.
bool db_script(struct db *d, const char *sql, struct err *e);
bool db_number(struct db *d, const char *sql, int64_t *out, struct err *e);

enum db_result { DB_FAILED, DB_NONE, DB_FOUND, DB_STOPPED };

// A statement without result rows.
bool db_run(struct db *d, size_t statement, struct err *e, const char *binds, ...);
bool db_vrun(struct db *d, size_t statement, struct err *e, const char *binds, va_list values);
int64_t db_changes(const struct db *d); // rows that the last db_run touched
int64_t db_last_id(const struct db *d); // of the last row inserted
// The first row, read at once. `format` is "binds:columns"; s, t and x do not stand for columns here. A statement that
// writes and has RETURNING belongs inside a transaction.
enum db_result db_get(struct db *d, size_t statement, struct err *e, const char *format, ...);
// Every row, until the callback returns false (DB_STOPPED, and no error of its own). The callback must not use the
// same statement.
typedef bool db_each_fn(void *arg, const struct db_row *row);
enum db_result db_each(struct db *d, size_t statement, db_each_fn *each, void *arg, struct err *e, const char *binds,
                       ...);
void db_read(const struct db_row *row, const char *columns, ...); // from the first column on

// The write-ahead log. A commit that overwrites it is cheaper than one that makes it longer.
int64_t db_wal_bytes(const struct db *d);        // in use, after this connection's last commit
bool db_checkpoint(struct db *d, struct err *e); // PASSIVE: never waits for a reader

// A whole copy (0600, synced) under `path`; what is there is replaced.
bool db_copy(struct db *d, const char *path, struct err *e);

struct library;
void db_library(struct library *out); // see base/library.h

#endif
