// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// All kinds of servers.
#include "sim/dialect.h"

#include "base/mem.h"

#include <string.h>

static const struct dialect *const DIALECTS[] = {&dialect_llamacpp};

const struct dialect *dialect_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(DIALECTS); i++)
        if (strcmp(DIALECTS[i]->wire->name, name) == 0) return DIALECTS[i];
    return NULL;
}
