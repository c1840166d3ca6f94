// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A chapter's file as its owner has left it, read to be taken into the store.
#ifndef APP_OWN_CHAPTER_H
#define APP_OWN_CHAPTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct own_chapter {
    uint64_t hash, len; // of the file as it was read
    char *title;        // of the heading on its first line; NULL: it has none
    struct buf text;    // the rest; without byte order mark and carriage returns
};

// UTF-8, not empty, no NUL; the error names the line. Nothing is to be released on false.
bool own_chapter_read(struct own_chapter *out, const char *path, struct err *e);
void own_chapter_release(struct own_chapter *c);

#endif
