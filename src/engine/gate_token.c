// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Tokens of chat formats, which a server with a wrong template lets through, and characters that are no text.
#include <string.h>

#include "base/mem.h"
#include "engine/gate_rules.h"

static const char *const tokens[] = {
    "[INST]",        "[/INST]",
    "<<SYS>>",       "<start_of_turn>",
    "<end_of_turn>", "<turn|>",
    "<end_of_text>", "<eos>",
    "<bos>",         "<｜end▁of▁sentence｜>",
    "<｜User｜>",    "<｜Assistant｜>",
    "<|endoftext|>", "</s>",
    "<s>",           "<think>",
    "<thinking>",    "[THINK]",
};

enum { TOKEN_MOST = 32 };

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// "<|im_end|>" and its many relatives.
static size_t bar_token(const char *s, size_t len)
{
    size_t at = 2;
    if (len < 5 || s[0] != '<' || s[1] != '|') return 0;
    while (at < len && at < TOKEN_MOST && is_name(s[at])) at++;
    return at > 2 && at + 1 < len && s[at] == '|' && s[at + 1] == '>' ? at + 2 : 0;
}

static size_t token(const char *s, size_t len)
{
    for (size_t i = 0; i < ARRAY_LEN(tokens); i++) {
        size_t n = strlen(tokens[i]);
        if (n <= len && memcmp(s, tokens[i], n) == 0) return n;
    }
    return bar_token(s, len);
}

// The name of who speaks, alone on the line behind a token.
static size_t role(const char *s, size_t len)
{
    static const char *const roles[] = {"assistant", "model"};
    for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
        size_t n = strlen(roles[i]);
        if (n < len && memcmp(s, roles[i], n) == 0 && (s[n] == '\n' || s[n] == '<')) return n;
    }
    return 0;
}

size_t gate_token_head(const char *s, size_t len)
{
    size_t at = 0, n;
    while ((n = token(s + at, len - at)) > 0) {
        at += n;
        at += role(s + at, len - at);
    }
    return at;
}

size_t gate_token_find(const char *s, size_t len, bool *last)
{
    for (size_t at = 0; at < len; at++) {
        if (s[at] != '<' && s[at] != '[') continue;
        if (token(s + at, len - at) == 0) continue;
        size_t behind = at, n;
        while ((n = gate_token_head(s + behind, len - behind)) > 0) {
            behind += n;
            behind += gate_blanks(s + behind, len - behind);
        }
        *last = behind == len;
        return at;
    }
    return len;
}

size_t gate_control_count(const char *s, size_t len)
{
    size_t count = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i], next = i + 1 < len ? (unsigned char)s[i + 1] : 0;
        if ((c < ' ' && c != '\n' && c != '\t' && c != '\r') || c == 0x7F) count++;
        if (c == 0xC2 && next >= 0x80 && next <= 0x9F) count++;
    }
    return count;
}
