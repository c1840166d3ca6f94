// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The message "outline".
#include "engine/intake.h"

INTAKE_VERB(inbox_take_outline)
{
    (void)in;
    (void)j;
    (void)m;
    (void)e;
    return intake_refuse(a, ERR_USAGE, "outline is not known yet");
}
