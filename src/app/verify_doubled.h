// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Runs of words that stand twice, one behind the other: where a part was joined to itself, or a model has stumbled.
#ifndef APP_VERIFY_DOUBLED_H
#define APP_VERIFY_DOUBLED_H

#include "app/verify_prose.h"

void verify_doubled(const char *s, size_t len, verify_prose_found *found, void *arg); // each as "doubled"

#endif
