// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Prompt templates, filled line by line in one pass.
#include "text/template.h"

#include "base/mem.h"
#include "text/typo.h"

#include <stdlib.h>
#include <string.h>

struct fill {
    struct buf *out;
    const char *name;
    const struct template_var *vars;
    size_t vars_count;
    size_t line;
    struct err *e;
};

// What begins a control token of some chat format. One blank behind its first byte and no tokenizer knows it any
// more.
static const char *const control_tokens[] = {
    "<|",          "|>",           "<\xEF\xBD\x9C", "<start_of_",  "<end_of_",     "<s>",      "</s>",
    "<bos>",       "<eos>",        "<pad>",         "<unk>",       "<<SYS>>",      "<</SYS>>", "[INST]",
    "[/INST]",     "[SYSTEM_",     "[/SYSTEM_",     "[AVAILABLE_", "[/AVAILABLE_", "[TOOL_",   "[/TOOL_",
    "<tool_call>", "</tool_call>", "<think>",       "</think>",    "[THINK]",      "[/THINK]",
};

static bool is_control_token(const char *s)
{
    for (size_t i = 0; i < ARRAY_LEN(control_tokens); i++) {
        if (!strncmp(s, control_tokens[i], strlen(control_tokens[i]))) return true;
    }
    return false;
}

static void add_value(struct buf *out, const char *value)
{
    for (const char *s = value; *s; s++) {
        buf_addc(out, *s);
        if ((*s == '<' || *s == '[' || *s == '|') && is_control_token(s)) buf_addc(out, ' ');
    }
}

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool fail_unknown(const struct fill *f, const char *name, size_t len)
{
    char *word = mem_strndup(name, len);
    const char **names = mem_calloc(f->vars_count + 1, sizeof *names);
    for (size_t i = 0; i < f->vars_count; i++) names[i] = f->vars[i].name;
    const char *near = typo_nearest(word, names, f->vars_count);
    err_set(f->e, ERR_USAGE, "template '%s': line %zu: unknown variable {%s}%s%s%s", f->name, f->line, word,
            near ? ", did you mean {" : "", near ? near : "", near ? "}?" : "");
    free(names);
    free(word);
    return false;
}

static const struct template_var *find_var(const struct fill *f, const char *name, size_t len)
{
    for (size_t i = 0; i < f->vars_count; i++) {
        if (strlen(f->vars[i].name) == len && !memcmp(f->vars[i].name, name, len)) return &f->vars[i];
    }
    return NULL;
}

// Fills the {variable} at the start of s; its bytes are stored in *used.
static bool fill_var(const struct fill *f, const char *s, size_t len, size_t *used)
{
    size_t end = 1;
    while (end < len && is_name_char(s[end])) end++;
    if (end == 1 || end == len || s[end] != '}') {
        return err_set(f->e, ERR_USAGE,
                       "template '%s': line %zu: '{' without a name and '}' (a brace is written '{{')", f->name,
                       f->line);
    }
    const struct template_var *var = find_var(f, s + 1, end - 1);
    if (!var) return fail_unknown(f, s + 1, end - 1);
    if (var->value) add_value(f->out, var->value);
    *used = end + 1;
    return true;
}

// Fills one line; `len` counts its newline.
static bool fill_line(const struct fill *f, const char *s, size_t len)
{
    size_t start = f->out->len, vars = 0, used;
    bool text = false;
    for (size_t at = 0; at < len; at += used) {
        used = 1;
        if (s[at] == '{' && at + 1 < len && s[at + 1] == '{') {
            used = 2;
            text = true;
            buf_addc(f->out, '{');
        } else if (s[at] == '{') {
            if (!fill_var(f, s + at, len - at, &used)) return false;
            vars++;
        } else if (s[at] != '\n') {
            text = true;
            buf_addc(f->out, s[at]);
        }
    }
    bool vanishes = vars && !text && f->out->len == start;
    if (!vanishes && len && s[len - 1] == '\n') buf_addc(f->out, '\n');
    return true;
}

bool template_fill(struct buf *out, const char *name, const char *text, size_t len, const struct template_var *vars,
                   size_t vars_count, struct err *e)
{
    struct fill f = {.out = out, .name = name, .vars = vars, .vars_count = vars_count, .line = 1, .e = e};
    size_t start = out->len;
    for (size_t at = 0, n; at < len; at += n, f.line++) {
        const char *end = memchr(text + at, '\n', len - at);
        n = end ? (size_t)(end - (text + at)) + 1 : len - at;
        if (!fill_line(&f, text + at, n)) goto fail;
    }
    if (!out->full) return true;
    err_set(e, ERR_CEILING, "template '%s': the prompt is longer than %zu bytes", name, out->max);
fail:
    buf_cut(out, start);
    return false;
}
