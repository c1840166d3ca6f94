// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What in a planning answer is talk with the reader, and no plan.
#ifndef MODEL_PLAN_TALK_H
#define MODEL_PLAN_TALK_H

#include <stdbool.h>
#include <stddef.h>

#include "model/plan_line.h"

// The answer says at its start that it will not answer.
bool plan_is_refusal(const char *text, size_t len);
// A line or sentence that speaks to the reader: "Sure! Here are the cards:", "Let me know …".
bool plan_is_chat(struct plan_span s);

#endif
