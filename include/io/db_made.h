// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A statement that is made of data (a list of columns), with values by their own types: what moves rows of any table in
// and out. It is bound to the connection, which must outlive it, and is reset before the call that used it returns.
// Errors are those of include/io/db.h.
#ifndef IO_DB_MADE_H
#define IO_DB_MADE_H

#include "io/db.h"

enum db_type { DB_NULL, DB_INT, DB_REAL, DB_TEXT, DB_BLOB };
struct db_value {
    enum db_type type;
    int64_t n;
    double x;
    const char *bytes; // as they were bound, or until the callback returns
    size_t len;
};
struct db_made;
struct db_made *db_make(struct db *d, const char *sql, struct err *e); // NULL on failure
bool db_made_run(struct db_made *m, const struct db_value *values, size_t count, struct err *e);
enum db_result db_made_each(struct db_made *m, const struct db_value *values, size_t count, db_each_fn *each,
                            void *arg, struct err *e);
void db_made_free(struct db_made *m); // NULL is fine
struct db_value db_read_value(const struct db_row *row, int column);

#endif
