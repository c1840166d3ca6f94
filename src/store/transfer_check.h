// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What a row that comes from elsewhere must be beyond its types: each table that has such a rule names it.
#ifndef STORE_TRANSFER_CHECK_H
#define STORE_TRANSFER_CHECK_H

#include "io/json.h"
#include "store/store.h"
#include "store/transfer_table.h"

bool transfer_is_word(const char *s); // [A-Za-z0-9_.-]*
// Of one row; the types of its members are right.
bool transfer_check_row(enum move_check check, const struct json *row, struct err *e);
// Of all chunks: their hashes.
bool transfer_check_chunks(struct store *s, int64_t job, struct err *e);

#endif
