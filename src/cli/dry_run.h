// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// submit --dry-run: the plan of work for a spec, with the time that it takes at the speed that was measured on its
// server. Asks the server what it is, generates nothing, stores nothing.
#ifndef CLI_DRY_RUN_H
#define CLI_DRY_RUN_H

#include "app/home.h"
#include "model/spec.h"

// `deadline_ms`: wall clock; 0: none. Returns the exit code.
int dry_run_show(const struct home *h, const struct spec *spec, const char *backend, int64_t deadline_ms);

#endif
