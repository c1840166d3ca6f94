// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The message "extend".
#include "engine/intake.h"

INTAKE_VERB(inbox_take_extend)
{
    (void)in;
    (void)j;
    (void)m;
    (void)e;
    return intake_refuse(a, ERR_USAGE, "extend is not known yet");
}
