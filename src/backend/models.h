// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The models among a server's facts: which would answer, and whether the one that is asked about is loaded.
#ifndef BACKEND_MODELS_H
#define BACKEND_MODELS_H

#include "backend/probe.h"

// Sets `model`, if nothing has told it, and `model_loaded`. `wanted` NULL: the one that would answer.
void models_settle(struct backend_facts *f, const char *wanted);

#endif
