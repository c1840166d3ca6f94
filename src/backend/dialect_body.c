// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The parameters are a small tree, the prompt is not: it is nearly all of the body, and the server waits for it, so it
// is written as it is, behind the tree's last key.
#include "dialect_body.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

enum { DRY_LAST_N_TOKENS = 4096 };

// Which field of a dialect carries which number.
struct body_number {
    enum param param;
    size_t offset;                  // in struct sampling, a double
    const char *name;               // as most have it; NULL: only those of `own` have it
    const char *own[DIALECT_COUNT]; // as some have it
};

// A server of which nothing is known gets both names of the penalty for repetition, and takes the one it knows.
static const struct body_number body_numbers[] = {
    {PARAM_TEMPERATURE, offsetof(struct sampling, temperature), "temperature", {NULL}},
    {PARAM_TOP_P, offsetof(struct sampling, top_p), "top_p", {NULL}},
    {PARAM_MIN_P, offsetof(struct sampling, min_p), "min_p", {NULL}},
    {PARAM_PRESENCE, offsetof(struct sampling, presence_penalty), "presence_penalty", {NULL}},
    {PARAM_FREQUENCY, offsetof(struct sampling, frequency_penalty), "frequency_penalty", {NULL}},
    {PARAM_REPETITION,
     offsetof(struct sampling, repetition_penalty),
     "repeat_penalty",
     {[DIALECT_VLLM] = "repetition_penalty",
      [DIALECT_MLX] = "repetition_penalty",
      [DIALECT_SGLANG] = "repetition_penalty",
      [DIALECT_KOBOLDCPP] = "rep_pen"}},
    {PARAM_REPETITION,
     offsetof(struct sampling, repetition_penalty),
     NULL,
     {[DIALECT_OPENAI] = "repetition_penalty"}},
    // json_set_num writes 0 as "0.0": mlx_lm.server closes the socket on an XTC value without a decimal point.
    {PARAM_XTC, offsetof(struct sampling, xtc_probability), "xtc_probability", {NULL}},
    {PARAM_XTC, offsetof(struct sampling, xtc_threshold), "xtc_threshold", {NULL}},
};

static bool body_sends(param_set send, enum param p)
{
    return (send & PARAM_BIT(p)) != 0;
}

void body_set_seed(struct json *o, const struct gen_request *q, param_set send)
{
    if (q->seed >= 0 && body_sends(send, PARAM_SEED)) json_set_int(o, "seed", q->seed);
}

static void body_set_number(struct json *o, const struct sampling *s, const struct body_number *n,
                            enum dialect_kind kind)
{
    const char *name = n->own[kind] != NULL ? n->own[kind] : n->name;
    double value;
    memcpy(&value, (const char *)s + n->offset, sizeof(value));
    if (name != NULL && !isnan(value)) json_set_num(o, name, value);
}

// "All of them" is 0 for most; older vLLM and SGLang refuse 0 and want -1.
static int64_t body_top_k(int top_k, enum dialect_kind kind)
{
    bool minus = kind == DIALECT_VLLM || kind == DIALECT_SGLANG;
    return top_k == 0 && minus ? -1 : top_k;
}

void body_set_sampling(struct json *o, const struct gen_request *q, param_set send, enum dialect_kind kind)
{
    const struct sampling *s = q->sampling;
    if (s == NULL) return;
    for (size_t i = 0; i < ARRAY_LEN(body_numbers); i++)
        if (body_sends(send, body_numbers[i].param)) body_set_number(o, s, &body_numbers[i], kind);
    if (s->top_k >= 0 && body_sends(send, PARAM_TOP_K)) json_set_int(o, "top_k", body_top_k(s->top_k, kind));
}

// The window is said, because the server's default is short and changed between versions; its own breakers are said
// too, because a list replaces them.
void body_set_dry(struct json *o, const struct gen_request *q, param_set send)
{
    static const char *const breakers[] = {"\n", ":", "\"", "*"};
    const struct sampling *s = q->sampling;
    if (s == NULL || !(s->dry_multiplier > 0) || !body_sends(send, PARAM_DRY)) return;
    json_set_num(o, "dry_multiplier", s->dry_multiplier);
    if (s->dry_base > 0) json_set_num(o, "dry_base", s->dry_base);
    if (s->dry_length > 0) json_set_int(o, "dry_allowed_length", s->dry_length);
    json_set_int(o, "dry_penalty_last_n", DRY_LAST_N_TOKENS);
    struct json *list = json_new_array();
    for (size_t i = 0; i < ARRAY_LEN(breakers); i++) json_push(list, json_new_str(breakers[i]));
    for (const char *const *b = q->dry_breakers; b != NULL && *b != NULL; b++) json_push(list, json_new_str(*b));
    json_set(o, "dry_sequence_breakers", list);
}

struct json *body_schema(const struct gen_request *q, param_set send)
{
    struct err e = ERR_INIT;
    if (q->schema == NULL || !body_sends(send, PARAM_SCHEMA)) return NULL;
    return json_read(q->schema, strlen(q->schema), &e);
}

// Leaves the object open, behind its last comma.
static void body_open(struct buf *out, struct json *body)
{
    json_write(body, out, 0);
    bool empty = json_count(body) == 0;
    json_free(body);
    buf_cut(out, out->len > 0 ? out->len - 1 : 0); // its closing brace
    if (!empty) buf_addc(out, ',');
}

void body_end_with_messages(struct buf *out, struct json *body, const struct gen_message *messages, size_t count)
{
    body_open(out, body);
    buf_adds(out, "\"messages\":[");
    for (size_t i = 0; i < count; i++) {
        const char *role = messages[i].role == GEN_USER ? "user" : "assistant";
        buf_addf(out, "%s{\"role\":\"%s\",\"content\":", i > 0 ? "," : "", role);
        json_write_str(out, messages[i].text, messages[i].len);
        buf_addc(out, '}');
    }
    buf_adds(out, "]}");
}

// before U1 open A1 glue U2 open …; an answer to be continued is just the last piece.
static void body_add_raw(struct buf *text, const struct gen_request *q)
{
    const struct gen_template *t = q->raw;
    buf_adds(text, t->before);
    for (size_t i = 0; i < q->messages_count; i++) {
        const struct gen_message *m = &q->messages[i];
        if (m->role == GEN_USER && i > 0) buf_adds(text, t->glue);
        buf_add(text, m->text, m->len);
        if (m->role == GEN_USER) buf_adds(text, t->open);
    }
}

void body_end_with_raw(struct buf *out, struct json *body, const struct gen_request *q)
{
    struct buf text;
    buf_init(&text, out->max);
    body_add_raw(&text, q);
    body_open(out, body);
    buf_adds(out, "\"prompt\":");
    json_write_str(out, text.data, text.len);
    buf_addc(out, '}');
    if (text.full) out->full = true;
    buf_release(&text);
}
