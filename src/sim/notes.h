// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The answers that are not prose: bible, acts, outline, cards, recap, merged notes. What they say is content.c's; here
// it gets its form.
#ifndef SIM_NOTES_H
#define SIM_NOTES_H

#include "sim/habits.h"

#include "base/buf.h"

#include <jansson.h>

void notes_write(const struct task *t, struct buf *out);
// The same content as chat, in none of the forms that were asked for.
void notes_write_prose(const struct task *t, const json_t *content, struct buf *out);

#endif
