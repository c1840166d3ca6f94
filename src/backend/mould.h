// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The mould: the bytes before and after the text in the last event that was read as JSON. Nearly every event of a
// stream differs from the one before only in the text. If one has the same bytes around a plain string, it means the
// same but for that string, and need not be parsed (which is ten times the cost of the rest of the way).
#ifndef BACKEND_MOULD_H
#define BACKEND_MOULD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct mould {
    struct buf before, after; // up to and with the opening quote; from the closing quote on; empty: none yet
};

void mould_init(struct mould *m);
void mould_release(struct mould *m);
// Takes the shape of an event whose JSON says `text` and, but for that, nothing.
void mould_learn(struct mould *m, const char *data, size_t len, const char *text, size_t text_len);
// True if the event has the shape; `text` then points into `data`.
bool mould_read(const struct mould *m, const char *data, size_t len, const char **text, size_t *text_len);

#endif
