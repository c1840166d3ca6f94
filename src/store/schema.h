// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The shape of the database: migrations, numbered from 1. `user_version` says how many have been made.
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include <stdint.h>

#include "base/err.h"
#include "io/db.h"

enum { SCHEMA_APPLICATION_ID = 0x4e6f7667 }; // "Novg"; file(1) shows it

struct schema {
    const char *const *steps; // a published step is never changed
    int count;
};
extern const struct schema schema_novelgen;

enum schema_state { SCHEMA_CURRENT, SCHEMA_EMPTY, SCHEMA_OLDER, SCHEMA_FAILED };
// A newer one is SCHEMA_FAILED, and the text names both versions.
enum schema_state schema_look(struct db *d, const struct schema *schema, struct err *e);
// Makes what is missing: in an empty database all at once, else one transaction a step. An older database is copied first, to "<path>.v<version>".
bool schema_migrate(struct db *d, const struct schema *schema, const char *path, struct err *e);

#endif
