// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Prompt templates, filled line by line in one pass. Checking a template is filling it, all parts of it, with empty
// values.
#include "text/template.h"

#include "base/mem.h"
#include "text/typo.h"
#include "text/utf8.h"

#include <stdlib.h>
#include <string.h>

struct fill {
    struct buf *out;
    const char *name;
    const char *part; // that is taken
    bool every_part;  // all are
    const struct template_var *vars;
    size_t vars_count;
    size_t line;
    const char *inside; // the part that this line stands in, or NULL
    size_t inside_line; // where it began
    struct err *e;
};

static const char *const part_names[] = {"json", "lines"};

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

void template_neutral(struct buf *out, const char *text)
{
    for (const char *s = text; *s; s++) {
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
    if (var->value) template_neutral(f->out, var->value);
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

// ---- parts -------------------------------------------------------------------------------------------------------

// Whether the line is a mark alone, such as [[json]]; blanks behind it are nothing. Its name is stored.
static bool is_mark(const char *s, size_t len, const char **name, size_t *name_len)
{
    while (len > 0 && strchr(" \t\r\n", s[len - 1])) len--;
    if (len < 4 || memcmp(s, "[[", 2) != 0 || memcmp(s + len - 2, "]]", 2) != 0) return false;
    for (size_t i = 2; i < len - 2; i++)
        if (!is_name_char(s[i])) return false;
    *name = s + 2;
    *name_len = len - 4;
    return true;
}

static bool begin_part(struct fill *f, const char *name)
{
    if (f->inside)
        return err_set(f->e, ERR_USAGE,
                       "template '%s': line %zu: [[%s]] within [[%s]] of line %zu, which needs its [[end]] "
                       "first",
                       f->name, f->line, name, f->inside, f->inside_line);
    for (size_t i = 0; i < ARRAY_LEN(part_names); i++)
        if (strcmp(part_names[i], name) == 0) f->inside = part_names[i];
    f->inside_line = f->line;
    if (f->inside) return true;
    const char *near = typo_nearest(name, part_names, ARRAY_LEN(part_names));
    return err_set(f->e, ERR_USAGE, "template '%s': line %zu: unknown part [[%s]], %s%s%s", f->name, f->line, name,
                   near ? "did you mean [[" : "expected [[json]], [[lines]] or [[end]]", near ? near : "",
                   near ? "]]?" : "");
}

static bool end_part(struct fill *f)
{
    if (!f->inside) return err_set(f->e, ERR_USAGE, "template '%s': line %zu: [[end]] of no part", f->name, f->line);
    f->inside = NULL;
    return true;
}

static bool take_mark(struct fill *f, const char *name, size_t len)
{
    char *word = mem_strndup(name, len);
    bool ok = strcmp(word, "end") == 0 ? end_part(f) : begin_part(f, word);
    free(word);
    return ok;
}

static bool take_line(struct fill *f, const char *s, size_t len)
{
    const char *name;
    size_t name_len;
    if (is_mark(s, len, &name, &name_len)) return take_mark(f, name, name_len);
    bool wanted = !f->inside || f->every_part || (f->part && strcmp(f->part, f->inside) == 0);
    return !wanted || fill_line(f, s, len);
}

// ---- all of it ---------------------------------------------------------------------------------------------------

static bool fill_all(struct fill *f, const char *text, size_t len)
{
    f->line = 1;
    for (size_t at = 0, n; at < len; at += n, f->line++) {
        const char *end = memchr(text + at, '\n', len - at);
        n = end ? (size_t)(end - (text + at)) + 1 : len - at;
        if (!take_line(f, text + at, n)) return false;
    }
    if (f->inside)
        return err_set(f->e, ERR_USAGE, "template '%s': line %zu: [[%s]] without an [[end]]", f->name, f->inside_line,
                       f->inside);
    if (f->out->full)
        return err_set(f->e, ERR_CEILING, "template '%s': the prompt is longer than %zu bytes", f->name, f->out->max);
    return true;
}

bool template_fill(struct buf *out, const char *name, const char *text, size_t len, const char *part,
                   const struct template_var *vars, size_t vars_count, struct err *e)
{
    struct fill f = {.out = out, .name = name, .part = part, .vars = vars, .vars_count = vars_count, .e = e};
    size_t start = out->len;
    if (fill_all(&f, text, len)) return true;
    buf_cut(out, start);
    return false;
}

static bool check_bytes(const char *name, const char *text, size_t len, struct err *e)
{
    for (size_t at = 0, line = 1; at < len; line++) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t bytes = end ? (size_t)(end - (text + at)) : len - at;
        if (!utf8_valid(text + at, bytes) || memchr(text + at, '\0', bytes))
            return err_set(e, ERR_USAGE, "template '%s': line %zu: not UTF-8 text", name, line);
        at += bytes + 1;
    }
    return true;
}

bool template_check(const char *name, const char *text, size_t len, const char *const *names, size_t names_count,
                    struct err *e)
{
    struct buf out;
    struct template_var *vars = mem_calloc(names_count + 1, sizeof *vars);
    struct fill f = {.out = &out, .name = name, .every_part = true, .vars = vars, .vars_count = names_count, .e = e};
    for (size_t i = 0; i < names_count; i++) vars[i].name = names[i];
    buf_init(&out, BUF_MAX_PIECE);
    bool ok = check_bytes(name, text, len, e) && fill_all(&f, text, len);
    buf_release(&out);
    free(vars);
    return ok;
}
