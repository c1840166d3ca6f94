// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The cover of a message: a stranger's bytes until they are known to be a picture.
#ifndef ENGINE_INBOX_COVER_H
#define ENGINE_INBOX_COVER_H

#include "io/json.h"
#include "store/store.h"

struct inbox_cover {
    struct buf bytes; // empty: none
    const char *name; // of the message
};
bool inbox_cover_read(struct inbox_cover *c, const struct json *message, struct err *e);
void inbox_cover_release(struct inbox_cover *c);
bool inbox_cover_store(const struct inbox_cover *c, struct store *s, int64_t job, struct err *e);

#endif
