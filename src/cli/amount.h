// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Numbers for people, and shares of them.
#ifndef CLI_AMOUNT_H
#define CLI_AMOUNT_H

#include "text/amount.h"

int amount_percent(int64_t part, int64_t whole); // 0 to 100; 100 only when it is whole

#endif
