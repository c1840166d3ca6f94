// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Answers to a client's tests of the server: short questions with one natural answer, and forms to be filled in.
#ifndef SIM_PROOF_H
#define SIM_PROOF_H

#include "sim/habits.h"

#include "base/buf.h"

#include <stdint.h>

// `number`: how many there were before, which counts where the seed is ignored.
void proof_write(const struct task *t, uint64_t number, struct buf *out);

#endif
