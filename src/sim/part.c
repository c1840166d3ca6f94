// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Parts of replies.
#include "sim/part.h"

#include "sim/model.h"
#include "sim/pace.h"
#include "sim/reply.h"
#include "sim/token.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

json_t *part_models(struct sim *sim, json_t *(*describe)(const struct part_model *m))
{
    const char *list = model_list(sim), *name;
    json_t *all = json_array();
    size_t len;
    // A list of others does not hold the one that is loaded at the start.
    if (list == sim->dialect->more_models) {
        struct part_model m = {.sim = sim, .name = mem_strdup(sim->options->model), .loaded = true};
        json_array_append_new(all, describe(&m));
        free(m.name);
    }
    while ((name = model_next(&list, &len))) {
        struct part_model m = {.sim = sim, .name = mem_strndup(name, len), .loaded = model_is_loaded(sim, name, len)};
        json_array_append_new(all, describe(&m));
        free(m.name);
    }
    return all;
}

enum MHD_Result part_send_list(const struct exchange *x, json_t *data)
{
    return reply_json(x, 200, json_pack("{s:s,s:o}", "object", "list", "data", data));
}

// A number for each token.
static json_t *part_tokens(const char *text)
{
    size_t len = strlen(text), token;
    json_t *tokens = json_array();
    for (size_t i = 0; i < len; i += token) {
        token = token_len(text + i, len - i);
        json_array_append_new(tokens, json_integer((json_int_t)(hash_bytes(text + i, token) % PART_VOCABULARY)));
    }
    return tokens;
}

char *part_field(const struct exchange *x, const char *field)
{
    json_error_t why;
    json_t *root = json_loadb(x->body.data, x->body.len, 0, &why);
    char *text = mem_strdup_opt(json_string_value(json_object_get(root, field)));
    json_decref(root);
    return text;
}

enum MHD_Result part_count(const struct exchange *x, const char *field,
                           json_t *(*reply)(const struct exchange *x, json_t *tokens))
{
    char *text = part_field(x, field);
    if (text) {
        enum MHD_Result result = reply_json(x, 200, reply(x, part_tokens(text)));
        free(text);
        return result;
    }
    char *words = mem_printf("'%s' must be a string", field);
    enum MHD_Result result = reply_error(x, 400, "invalid_request_error", words);
    free(words);
    return result;
}

// One that dies of what comes too soon after a disconnect is not idle until then.
static bool is_recovering(const struct sim *sim, int64_t now_ns)
{
    const struct account *a = &sim->account;
    return sim->options->fatal_window_ms >= 0 && a->left_ns && now_ns - a->left_ns < a->window_ns;
}

bool part_busy(const struct exchange *x)
{
    struct sim *sim = x->sim;
    pthread_mutex_lock(&sim->lock);
    int64_t now = pace_now_ns();
    bool busy = account_busy(&sim->account, now) || is_recovering(sim, now);
    pthread_mutex_unlock(&sim->lock);
    return busy;
}

enum MHD_Result part_send_page(const struct exchange *x, unsigned status, const char *type, const char *text)
{
    return reply_text(x, status, type, text, strlen(text));
}

enum MHD_Result part_send_nothing(const struct exchange *x)
{
    return part_send_page(x, 200, "text/plain", "");
}

enum MHD_Result part_not_found(const struct exchange *x)
{
    return reply_json(x, 404, json_pack("{s:s}", "detail", "Not Found"));
}

int64_t part_now_s(void)
{
    return clock_wall_ms() / 1000;
}
