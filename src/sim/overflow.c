// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The wordings, by server and age.
#include "sim/overflow.h"

#include "base/mem.h"

#include <string.h>

#define LLAMACPP                                                                                                     \
    "{\"error\":{\"code\":400,\"message\":\"request (%p tokens) exceeds the available context size (%c tokens), "    \
    "try "                                                                                                           \
    "increasing it\",\"type\":\"exceed_context_size_error\",\"n_prompt_tokens\":%p,\"n_ctx\":%c}}"
#define IN_EVENT(message)                                                                                            \
    "event: error\ndata: {\"error\":{\"message\":\"" message "\"},\"message\":\"" message "\"}\n\n"

static const struct overflow WORDINGS[] = {
    {"llamacpp", 400, LLAMACPP},
    {"openai", 400, LLAMACPP},
    {"mlx", 400, LLAMACPP}, // sets no limit itself; this is for scripts
    {"koboldcpp", 400, LLAMACPP},
    {"llamacpp-decode", 500,
     "{\"error\":{\"code\":500,\"message\":\"Context size has been exceeded.\",\"type\":\"server_error\"}}"},
    {"ik", 500,
     "{\"error\":{\"code\":500,\"message\":\"the request exceeds the available context size. try increasing the "
     "context size or enable context shift\",\"type\":\"server_error\"}}"},
    {"ik-code", 500,
     "{\"error\":{\"code\":500,\"message\":\"context_length_exceeded: the prompt is %p tokens and the context %c\","
     "\"type\":\"server_error\"}}"},
    {"vllm", 400,
     "{\"error\":{\"message\":\"You passed %p input tokens and requested %a output tokens. However, the model's "
     "context length is only %c tokens. Please reduce the length of the input prompt. (parameter=input_tokens, "
     "value=%p)\",\"type\":\"BadRequestError\",\"param\":\"input_tokens\",\"code\":400}}"},
    {"vllm-old", 400,
     "{\"object\":\"error\",\"message\":\"This model's maximum context length is %c tokens. However, you requested "
     "%s "
     "tokens (%p in the messages, %a in the completion). Please reduce the length of the messages or completion.\","
     "\"type\":\"BadRequestError\",\"param\":null,\"code\":400}"},
    {"sglang", 400,
     "{\"object\":\"error\",\"message\":\"The input (%p tokens) is longer than the model's context length (%c "
     "tokens).\",\"type\":\"BadRequestError\",\"param\":null,\"code\":400}"},
    {"lmstudio", 200,
     IN_EVENT("Trying to keep the first %p tokens when context the overflows. However, the model is loaded with "
              "context length of only %c tokens, which is not enough. Try to load the model with a larger context "
              "length, or provide a shorter input")},
    {"lmstudio-keep", 200,
     IN_EVENT(
         "The number of tokens to keep from the initial prompt is greater than the context length (n_keep: %p >= "
         "n_ctx: %c). Try to load the model with a larger context length, or provide a shorter prompt")},
    {"ollama", 400,
     "{\"error\":\"the prompt is longer than the context length currently available to the model; shorten the "
     "prompt, "
     "adjust the context length in settings, or use a model with a longer context length\"}"},
    {"ollama-child", 400, // the runner's own error, as a string
     "{\"error\":\"{\\\"error\\\":{\\\"code\\\":400,\\\"message\\\":\\\"request (%p tokens) exceeds the available "
     "context size (%c tokens), try increasing it\\\",\\\"type\\\":\\\"exceed_context_size_error\\\","
     "\\\"n_prompt_tokens\\\":%p,\\\"n_ctx\\\":%c}}\"}"},
};

const struct overflow *overflow_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(WORDINGS); i++)
        if (strcmp(WORDINGS[i].name, name) == 0) return &WORDINGS[i];
    return NULL;
}

static bool number_of(char letter, long prompt_tokens, long answer_tokens, long ctx_tokens, long *out)
{
    switch (letter) {
    case 'p':
        *out = prompt_tokens;
        return true;
    case 'a':
        *out = answer_tokens;
        return true;
    case 's':
        *out = prompt_tokens + answer_tokens;
        return true;
    case 'c':
        *out = ctx_tokens;
        return true;
    default:
        return false;
    }
}

void overflow_write(const struct overflow *o, long prompt_tokens, long answer_tokens, long ctx_tokens,
                    struct buf *out)
{
    long n;
    for (const char *s = o->body; *s; s++) {
        if (*s == '%' && number_of(s[1], prompt_tokens, answer_tokens, ctx_tokens, &n)) {
            buf_addf(out, "%ld", n);
            s++;
        } else {
            buf_addc(out, *s);
        }
    }
}
