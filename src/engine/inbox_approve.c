// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The message "approve".
#include "engine/intake.h"

INTAKE_VERB(inbox_take_approve)
{
    (void)in;
    (void)j;
    (void)m;
    (void)e;
    return intake_refuse(a, ERR_USAGE, "approve is not known yet");
}
