// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the last chapters said too often, for the opening of the next one. It follows from their prose; because counting
// takes milliseconds, for which a server would wait, the worker counts while the recap is being written, and the opening
// counts itself only where that was not done.
#ifndef ENGINE_HABITS_H
#define ENGINE_HABITS_H

#include "base/buf.h"
#include "base/err.h"
#include "store/store.h"

struct habits {
    int chapter;     // before which the text stands; 0: nothing is known
    struct buf text; // lines as text/style.h gives them
};

void habits_init(struct habits *h);
void habits_release(struct habits *h);
// Reads the chapters before `chapter`, unless that is what `h` holds already.
bool habits_read(struct habits *h, struct store *s, int64_t job, int chapter, struct err *e);

#endif
