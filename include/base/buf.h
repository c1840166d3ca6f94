// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A byte string that grows up to a ceiling it is born with. `data` is NUL-terminated (the NUL is not counted) and
// never NULL after buf_init. An addition that would pass the ceiling adds nothing, returns false, and marks the
// buffer `full`; a caller that adds many pieces may look at `full` once, at the end.
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data;
    size_t len;
    size_t cap;
    size_t max; // ceiling of len, in bytes
    bool full;
};

// The ceilings stand together here, so that the worst case of memory can be read in one place. All in bytes.
enum {
    BUF_MAX_LINE = 4 * 1024,            // a message, a name, a path
    BUF_MAX_PIECE = 1024 * 1024,        // one answer, one prompt part
    BUF_MAX_PROMPT = 16 * 1024 * 1024,  // one whole request body
    BUF_MAX_SPEC = 8 * 1024 * 1024,     // a spec or config file; with 2 MB of opening chapters, quoted, in it
    BUF_MAX_MESSAGE = 24 * 1024 * 1024, // a message in the inbox: a spec and templates, quoted once more
    BUF_MAX_BOOK = 256 * 1024 * 1024,   // a whole book in memory: exports only
    BUF_MAX_REPLY = 8 * 1024 * 1024,    // a body of a non-streaming reply
};

void buf_init(struct buf *b, size_t max);
void buf_release(struct buf *b);
void buf_clear(struct buf *b); // len = 0, full = false, memory kept
bool buf_add(struct buf *b, const void *data, size_t len);
bool buf_adds(struct buf *b, const char *s);
bool buf_addc(struct buf *b, char c);
bool buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool buf_vaddf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
void buf_cut(struct buf *b, size_t len);        // keeps the first `len` bytes
void buf_drop_front(struct buf *b, size_t len); // removes the first `len` bytes

#endif
