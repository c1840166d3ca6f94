// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The table of names. People write them in many ways ("LM Studio", "lm-studio", "mlx_lm.server"): letters and digits
// alone decide.
#include "model/dialects.h"

#include "base/mem.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { ALIASES = 4, BARE_SIZE = 32 };

static const struct {
    const char *name, *title;
    const char *aliases[ALIASES]; // bare, beside the name itself
} dialects[DIALECT_COUNT] = {
    [DIALECT_OPENAI] = {"openai", "OpenAI-compatible", {"openaicompatible"}},
    [DIALECT_LLAMACPP] = {"llamacpp", "llama.cpp", {"llamaserver", "llamacppserver", "ikllamacpp"}},
    [DIALECT_OLLAMA] = {"ollama", "Ollama", {NULL}},
    [DIALECT_VLLM] = {"vllm", "vLLM", {NULL}},
    [DIALECT_MLX] = {"mlx", "MLX", {"mlxlm", "mlxlmserver"}},
    [DIALECT_LMSTUDIO] = {"lmstudio", "LM Studio", {"lms"}},
    [DIALECT_KOBOLDCPP] = {"koboldcpp", "KoboldCpp", {"kobold"}},
    [DIALECT_SGLANG] = {"sglang", "SGLang", {NULL}},
};

static bool is_known(enum dialect_kind d)
{
    return (int)d >= 0 && d < DIALECT_COUNT;
}

const char *dialect_name(enum dialect_kind d)
{
    return is_known(d) ? dialects[d].name : "unknown";
}

const char *dialect_title(enum dialect_kind d)
{
    return is_known(d) ? dialects[d].title : "unknown";
}

// False: too long for any name.
static bool to_bare(char out[BARE_SIZE], const char *name)
{
    size_t n = 0;
    for (const char *c = name; *c; c++) {
        if (!isalnum((unsigned char)*c)) continue;
        if (n + 1 == BARE_SIZE) return false;
        out[n++] = (char)tolower((unsigned char)*c);
    }
    out[n] = '\0';
    return true;
}

static bool is_called(enum dialect_kind d, const char *bare)
{
    if (strcmp(dialects[d].name, bare) == 0) return true;
    for (size_t i = 0; i < ALIASES && dialects[d].aliases[i]; i++)
        if (strcmp(dialects[d].aliases[i], bare) == 0) return true;
    return false;
}

int dialect_from_name(const char *name)
{
    char bare[BARE_SIZE];
    if (!to_bare(bare, name)) return DIALECT_UNKNOWN;
    for (int d = 0; d < DIALECT_COUNT; d++)
        if (is_called((enum dialect_kind)d, bare)) return d;
    return DIALECT_UNKNOWN;
}

const char *dialect_all_names(void)
{
    return "openai, llamacpp, ollama, vllm, mlx, lmstudio, koboldcpp, sglang";
}
