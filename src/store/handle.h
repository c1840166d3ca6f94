// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the files of the store share: the handle, transactions that nest, and results.
#ifndef STORE_HANDLE_H
#define STORE_HANDLE_H

#include "io/db.h"
#include "store/sql.h"
#include "store/store.h"

struct store {
    struct db *db;
};

// A function of several statements is one transaction: its own, or part of the one that the caller has begun.
struct store_scope {
    bool own;
};
bool store_enter(struct store *s, struct store_scope *scope, bool write, struct err *e);
// Commits (ok) or rolls back (not ok) if the transaction is its own. Returns ok, false if the commit failed.
bool store_leave(struct store *s, const struct store_scope *scope, bool ok, struct err *e);

// The statement before this one must have touched a row: none is an error, which names `what` was looked for.
bool store_touched(struct store *s, const char *what, int64_t id, struct err *e);
// One statement, which must touch a row, as a transaction.
bool store_write(struct store *s, const char *what, int64_t id, struct err *e, enum store_statement statement,
                 const char *binds, ...);

// Takes over `data` (NULL: none).
struct json;
bool store_event_put(struct store *s, int64_t job, const char *type, const char *text, struct json *data,
                     struct err *e);

// What an attempt carried over and what it streamed, as far as it is kept; added to the two.
bool store_attempt_text(struct store *s, int64_t id, struct buf *carried, struct buf *text, struct err *e);

// Hashes as they are stored: SQLite has signed integers only.
static inline int64_t store_signed(uint64_t n)
{
    return (int64_t)n;
}

static inline enum store_found store_found_of(enum db_result r)
{
    return r == DB_FOUND ? STORE_FOUND : r == DB_NONE ? STORE_NONE : STORE_ERROR;
}

static inline bool store_listed(enum db_result r)
{
    return r == DB_FOUND || r == DB_NONE;
}

#endif
