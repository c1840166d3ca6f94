// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// All kinds of servers.
#include "sim/dialect.h"

#include "base/mem.h"

#include <string.h>

static const struct dialect *const DIALECTS[] = {&dialect_openai,    &dialect_llamacpp, &dialect_ollama,
                                                 &dialect_vllm,      &dialect_mlx,      &dialect_lmstudio,
                                                 &dialect_koboldcpp, &dialect_sglang};

const struct dialect *dialect_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(DIALECTS); i++)
        if (strcmp(DIALECTS[i]->wire->name, name) == 0) return DIALECTS[i];
    return NULL;
}
