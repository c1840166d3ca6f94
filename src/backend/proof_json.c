// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Proofs as the text of a row:
//
//   {"limit":"yes","usage":"yes","seed":"unknown",…,"thinks":false,"hidden_answer":false,"refused":"top_k, min_p",
//    "bytes_per_token_x100":430,"requests":9,"raw":{"before":"<|im_start|>user\n","open":"…","glue":"…"}}
//
// What an older or newer program wrote is read as far as it is understood.
#include "backend/proof.h"

#include "backend/render.h"
#include "base/mem.h"
#include "io/json.h"

#include <string.h>

enum { REFUSED_TEXT_SIZE = 512, REQUESTS_MOST = 1000, X100_MOST = 10000 };

static const char *const verdict_names[] = {[PROOF_UNKNOWN] = "unknown", [PROOF_YES] = "yes", [PROOF_NO] = "no"};

static const struct {
    const char *name;
    size_t offset;
} proof_fields[] = {
    {"limit", offsetof(struct proofs, limit)},     {"usage", offsetof(struct proofs, usage)},
    {"seed", offsetof(struct proofs, seed)},       {"schema", offsetof(struct proofs, schema)},
    {"prefill", offsetof(struct proofs, prefill)}, {"reuse", offsetof(struct proofs, reuse)},
    {"leave", offsetof(struct proofs, leave)},
};

static enum proof_verdict proof_read_verdict(const struct json *v)
{
    const char *name = json_str(v, NULL);
    for (size_t i = 0; name != NULL && i < ARRAY_LEN(verdict_names); i++) {
        if (strcmp(name, verdict_names[i]) == 0) return (enum proof_verdict)i;
    }
    return PROOF_UNKNOWN;
}

static int proof_read_int(const struct json *v, int most)
{
    int64_t n = json_int(v, 0);
    return n >= 0 && n <= most ? (int)n : 0;
}

// A template that lacks a part is none.
static struct gen_template *proof_read_template(const struct json *v)
{
    const char *before = json_str(json_get(v, "before"), NULL), *open = json_str(json_get(v, "open"), NULL),
               *glue = json_str(json_get(v, "glue"), NULL);
    if (before == NULL || open == NULL || glue == NULL) return NULL;
    struct gen_template *t = mem_calloc(1, sizeof(*t));
    *t = (struct gen_template){mem_strdup(before), mem_strdup(open), mem_strdup(glue), false};
    return t;
}

bool proofs_read(struct proofs *out, const char *text)
{
    struct err e = ERR_INIT;
    *out = (struct proofs){.limit = PROOF_UNKNOWN};
    struct json *v = json_read(text, strlen(text), &e);
    bool ok = json_kind(v) == JSON_KIND_OBJECT;
    if (ok) {
        for (size_t i = 0; i < ARRAY_LEN(proof_fields); i++) {
            enum proof_verdict verdict = proof_read_verdict(json_get(v, proof_fields[i].name));
            memcpy((char *)out + proof_fields[i].offset, &verdict, sizeof(verdict));
        }
        const char *refused = json_str(json_get(v, "refused"), NULL);
        out->thinks = json_bool(json_get(v, "thinks"), false);
        out->hidden_answer = json_bool(json_get(v, "hidden_answer"), false);
        out->refused = refused != NULL ? param_read_list(refused) : 0;
        out->bytes_per_token_x100 = proof_read_int(json_get(v, "bytes_per_token_x100"), X100_MOST);
        out->requests = proof_read_int(json_get(v, "requests"), REQUESTS_MOST);
        out->raw = proof_read_template(json_get(v, "raw"));
    }
    json_free(v);
    return ok;
}

static struct json *proof_write_template(const struct gen_template *t)
{
    struct json *v = json_new_object();
    json_set_str(v, "before", t->before);
    json_set_str(v, "open", t->open);
    json_set_str(v, "glue", t->glue);
    return v;
}

void proofs_write(const struct proofs *p, struct buf *out)
{
    char refused[REFUSED_TEXT_SIZE];
    struct json *v = json_new_object();
    for (size_t i = 0; i < ARRAY_LEN(proof_fields); i++) {
        enum proof_verdict verdict;
        memcpy(&verdict, (const char *)p + proof_fields[i].offset, sizeof(verdict));
        json_set_str(v, proof_fields[i].name, verdict_names[verdict]);
    }
    json_set_bool(v, "thinks", p->thinks);
    json_set_bool(v, "hidden_answer", p->hidden_answer);
    json_set_str(v, "refused", param_list(p->refused, refused, sizeof(refused)));
    json_set_int(v, "bytes_per_token_x100", p->bytes_per_token_x100);
    json_set_int(v, "requests", p->requests);
    if (p->raw != NULL) json_set(v, "raw", proof_write_template(p->raw));
    json_write(v, out, 0);
    json_free(v);
}
