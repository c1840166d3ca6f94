// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The versions of a chapter, for whoever reads or compares them.
#ifndef APP_VERSIONS_H
#define APP_VERSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/store.h"

struct version {
    int number, parts, gaps;
    int64_t words;
    int64_t replaced_ms; // 0: it stands
    char *reason;        // why it was replaced
};

struct versions {
    int chapter;
    struct version *items; // oldest first, at least one
    size_t count, cap;
};

// ERR_USAGE: nothing of the chapter is written.
bool versions_load(struct versions *v, struct store *s, int64_t job, int chapter, struct err *e);
void versions_release(struct versions *v); // also after a failed load
// ERR_USAGE, and NULL: there is no such version; the error says which there are.
const struct version *versions_find(const struct versions *v, int64_t number, struct err *e);
// The prose of one, without a heading.
bool versions_text(struct store *s, int64_t job, int chapter, int number, struct buf *out, struct err *e);

#endif
