// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A fault script: a JSON array of rules, each with a `when` and a `do`, checked as a whole when it is loaded.
//
//   {"when": {"at": 3}, "do": "status", "status": 502}              at: a number or a list, counted from 1
//   {"when": {"every": 7}, "do": "stall", "after_tokens": 40, "pings": true}
//   {"when": {"from": 2, "to": 4}, "do": "truncate", "after_tokens": 10, "kinds": ["chunk", "recap"]}
//   {"when": {"percent": 30}, "do": {"any": [{"do": "empty"}, {"do": "delay", "ms": 50}]}}
//
// Percentages, and what is taken of `any`, are chosen by the seed and the request's number. Only generation requests
// count. The first rule that holds is played. Small requests that prove what a server can ("proof") have numbers of
// their own and meet only rules whose kinds name them. The faults and their keys: fault.h.
#ifndef SIM_SCRIPT_H
#define SIM_SCRIPT_H

#include "sim/ask.h"
#include "sim/fault.h"

#include "base/err.h"

#include <stdint.h>

struct script;

struct script *script_load(const char *path, struct err *e); // NULL on error
void script_free(struct script *s);
// The fault of the request with this number, or NULL. `s` may be NULL.
const struct fault *script_find(const struct script *s, enum ask_kind kind, long number, uint64_t seed);

#endif
