// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Versions of libraries.
#include "base/library.h"

#include <stdio.h>

void library_set(struct library *out, const char *name, const char *built, const char *running)
{
    out->name = name;
    (void)snprintf(out->built, sizeof out->built, "%.31s", built);
    (void)snprintf(out->running, sizeof out->running, "%.31s", running);
}
