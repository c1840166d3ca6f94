// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The names of the wire formats: what a config may say, rows keep, and people read. What a dialect does is known to
// the layer backend alone.
#ifndef MODEL_DIALECTS_H
#define MODEL_DIALECTS_H

enum dialect_kind {
    DIALECT_OPENAI, // any server with /v1/chat/completions of which no more is known
    DIALECT_LLAMACPP,
    DIALECT_OLLAMA,
    DIALECT_VLLM,
    DIALECT_MLX,
    DIALECT_LMSTUDIO,
    DIALECT_KOBOLDCPP,
    DIALECT_SGLANG,
    DIALECT_COUNT
};
enum { DIALECT_UNKNOWN = -1 }; // to be found out

const char *dialect_name(enum dialect_kind d);  // "llamacpp": stored, printed, read from the config; never renamed
const char *dialect_title(enum dialect_kind d); // "llama.cpp": for people
int dialect_from_name(
    const char *name); // DIALECT_UNKNOWN: there is none such; "llama.cpp" and the like are taken too
// "openai, llamacpp, ollama, …", for a message.
const char *dialect_all_names(void);

#endif
