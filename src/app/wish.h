// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Which attempts of a job somebody wishes to see.
#ifndef APP_WISH_H
#define APP_WISH_H

#include <stdbool.h>

#include "app/history.h"
#include "app/transcript.h"
#include "base/err.h"

bool wish_is_met(const struct transcript_wish *w, const struct attempt_row *a);
// ERR_USAGE when there is nothing of it; the text says what there is.
bool wish_check(const struct transcript_wish *w, const struct history *h, struct err *e);

#endif
