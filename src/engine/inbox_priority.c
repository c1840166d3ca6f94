// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The message "priority".
#include "engine/intake.h"

INTAKE_VERB(inbox_take_priority)
{
    (void)in;
    (void)j;
    (void)m;
    (void)e;
    return intake_refuse(a, ERR_USAGE, "priority is not known yet");
}
