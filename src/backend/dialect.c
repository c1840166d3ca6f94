// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The list of the dialects.
#include "dialect.h"

const struct dialect *dialect_get(enum dialect_kind kind)
{
    static const struct dialect *const all[DIALECT_COUNT] = {
        [DIALECT_OPENAI] = &dialect_openai,
        [DIALECT_LLAMACPP] = &dialect_llamacpp,
        [DIALECT_OLLAMA] = &dialect_ollama,
        [DIALECT_VLLM] = &dialect_vllm,
        [DIALECT_MLX] = &dialect_mlx,
        [DIALECT_LMSTUDIO] = &dialect_lmstudio,
        [DIALECT_KOBOLDCPP] = &dialect_koboldcpp,
        [DIALECT_SGLANG] = &dialect_sglang,
    };
    bool known = (int)kind >= 0 && kind < DIALECT_COUNT;
    return known ? all[kind] : &dialect_openai;
}

param_set gen_params(enum dialect_kind d)
{
    return dialect_get(d)->params;
}

bool gen_has_raw(enum dialect_kind d)
{
    return dialect_get(d)->raw_path != NULL;
}
