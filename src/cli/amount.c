// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Shares for people: see amount.h.
#include "cli/amount.h"

int amount_percent(int64_t part, int64_t whole)
{
    if (whole <= 0 || part >= whole) return 100;
    return part > 0 ? (int)((double)part * 100.0 / (double)whole) : 0;
}
