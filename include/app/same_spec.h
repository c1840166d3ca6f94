// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A job that is unfinished and was asked for by the very same spec: submitting it again is often a mistake.
#ifndef APP_SAME_SPEC_H
#define APP_SAME_SPEC_H

#include <stdbool.h>
#include <stdint.h>

#include "app/home.h"
#include "base/err.h"
#include "model/spec.h"

// The newest one; 0: there is none.
bool same_spec_find(const struct home *h, const struct spec *spec, int64_t *job, struct err *e);

#endif
