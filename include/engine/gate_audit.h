// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The gate's eyes on prose that was accepted long ago: what it would not let pass today. Nothing is changed.
#ifndef ENGINE_GATE_AUDIT_H
#define ENGINE_GATE_AUDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "model/language.h"

// Calls `found` for each rule (its name; gate_rule_text says it to people) that one part of a book breaks; `detail` is
// what was seen, quoted, or "". The part is judged for itself: what others say is not known here. Half a sentence and a
// conclusion are no faults of a part, and its length is none.
void gate_audit(const struct language *l, bool markup, const char *s, size_t len,
                void (*found)(void *arg, const char *rule, const char *detail), void *arg);

#endif
