// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The manifest of an archive that comes from anywhere.
#ifndef APP_ARCHIVE_MANIFEST_H
#define APP_ARCHIVE_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"
#include "io/json.h"
#include "store/transfer.h"

struct manifest_entry {
    const char *name; // lives as long as the manifest
    int64_t bytes;
    char hash[HASH_TEXT_SIZE];
};

struct manifest {
    struct json *json;
    const char *uuid;
    struct manifest_entry *entries; // as they follow; each name once, all of them known
    size_t count;
    int64_t rows[TRANSFER_TABLES];
};

// Versions, names and sizes are checked. On false there is nothing to release.
bool manifest_read(struct manifest *m, const char *text, size_t len, struct err *e);
void manifest_release(struct manifest *m);

#endif
