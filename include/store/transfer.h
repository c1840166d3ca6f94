// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// All rows of one job as JSON Lines, and back into a store, which may be another one. A line is an object: "table", and
// the columns by their names:
//
//     {"table":"chapter","number":1,"weight":1,"title":"The Door",…}
//
// Tables come in the order of the list in transfer_table.c, so that what a row refers to is there before it. Ids count
// from 1 within the archive, in the order of the rows; where they are inserted they get new ones in that order. Bytes
// that are no UTF-8 are {"base64":"…"}. What belongs to a machine and not to a book (folders, what is known of a server)
// stays where it is; the templates are handed to the caller, who knows what they may be.
#ifndef STORE_TRANSFER_H
#define STORE_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/store.h"

enum {
    TRANSFER_LINE_MAX = 64 * 1024 * 1024, // bytes of one row
    TRANSFER_TABLES = 24,                 // at most
};

int transfer_schema(void); // the version whose columns are written

// ---- out -----------------------------------------------------------------------------------------------------------
// Within the caller's transaction, so that all rows are of one moment. `line` gets each with its newline.
bool store_transfer_out(struct store *s, int64_t job, bool (*line)(void *arg, const char *text, size_t len),
                        void *arg, struct err *e);

// ---- in ------------------------------------------------------------------------------------------------------------
struct transfer_place { // what the rows do not say
    const char *out_parent;
    bool detached;
    const char *fallback; // NULL: as in the rows
};
struct transfer_summary {
    int64_t job;                   // the new id
    struct buf templates;          // the packed set, empty: not pinned yet
    int64_t rows[TRANSFER_TABLES]; // by table, in their order
};
void transfer_summary_release(struct transfer_summary *t);
int transfer_tables(void);
const char *transfer_table_name(int table);

// Inserts lines one by one within the caller's transaction. Every value is checked; one that cannot be is ERR_USAGE with
// the line's number, and the caller rolls back. After an error only _free may follow.
struct transfer;
struct transfer *transfer_new(struct store *s, const struct transfer_place *place);
bool transfer_feed(struct transfer *t, const char *bytes, size_t len, struct err *e); // any split of the lines
// After the last byte: the rows as a whole are looked at, counters are summed up anew, and a job that was being written
// is queued.
bool transfer_end(struct transfer *t, struct transfer_summary *out, struct err *e);
void transfer_free(struct transfer *t);

enum store_found store_job_by_uuid(struct store *s, const char *uuid, int64_t *id, struct err *e);

#endif
