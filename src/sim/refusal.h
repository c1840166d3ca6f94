// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Answers that are whole at once in place of a stream: in the shape of the dialect, or as proxies write them.
#ifndef SIM_REFUSAL_H
#define SIM_REFUSAL_H

#include "sim/exchange.h"
#include "sim/fault.h"

#include <microhttpd.h>

struct refusal {
    const struct fault *fault; // NULL: the prompt does not fit
    const char *model;         // that was asked for
    long prompt_tokens, answer_tokens;
};

enum MHD_Result refusal_unknown_model(const struct exchange *x, const char *model);
enum MHD_Result refusal_send(const struct exchange *x, const struct refusal *r);

#endif
