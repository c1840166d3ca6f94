// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A list of parameters and whether the request gives each.
#include "sent.h"

#include "base/mem.h"

#include <math.h>

struct sent_part {
    enum param param;
    bool given;
};

static param_set sent_parts(const struct sent_part *parts, size_t count)
{
    param_set set = 0;
    for (size_t i = 0; i < count; i++) set |= parts[i].given ? PARAM_BIT(parts[i].param) : 0;
    return set;
}

static param_set sent_sampling(const struct sampling *s)
{
    if (s == NULL) return 0;
    const struct sent_part parts[] = {
        {PARAM_TEMPERATURE, !isnan(s->temperature)},
        {PARAM_TOP_P, !isnan(s->top_p)},
        {PARAM_TOP_K, s->top_k >= 0},
        {PARAM_MIN_P, !isnan(s->min_p)},
        {PARAM_REPETITION, !isnan(s->repetition_penalty)},
        {PARAM_PRESENCE, !isnan(s->presence_penalty)},
        {PARAM_FREQUENCY, !isnan(s->frequency_penalty)},
        {PARAM_DRY, s->dry_multiplier > 0},
        {PARAM_XTC, s->xtc_probability > 0},
    };
    return sent_parts(parts, ARRAY_LEN(parts));
}

param_set sent_params(const struct gen_request *q, param_set has)
{
    const struct sent_part parts[] = {
        {PARAM_SEED, q->seed >= 0},
        {PARAM_SCHEMA, q->schema != NULL},
        {PARAM_THINKING, q->thinking_off || q->prefill}, // it cannot think before what is there already
        {PARAM_USAGE, true},
        {PARAM_CACHE, true},
        {PARAM_PINGS, true},
    };
    param_set sent = (sent_sampling(q->sampling) | sent_parts(parts, ARRAY_LEN(parts))) & has;
    if (q->prefill) sent |= PARAM_BIT(PARAM_PREFILL); // also where it is but a last message of the assistant
    return sent & ~q->without;
}
