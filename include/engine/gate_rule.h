// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The gate's rules, for people.
#ifndef ENGINE_GATE_RULE_H
#define ENGINE_GATE_RULE_H

// What a rule's name, as it stands in an attempt's verdict, means: "the answer repeats itself in a loop". The name itself
// if it is not known. Static.
const char *gate_rule_text(const char *rule);

#endif
