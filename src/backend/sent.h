// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The optional parameters that a request bears: a refusal is about one of them, whatever else it names.
#ifndef BACKEND_SENT_H
#define BACKEND_SENT_H

#include "backend/generation.h"

// `has`: what the dialect has a field for.
param_set sent_params(const struct gen_request *q, param_set has);

#endif
