// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The message "remove".
#include "engine/intake.h"

INTAKE_VERB(inbox_take_remove)
{
    (void)in;
    (void)j;
    (void)m;
    (void)e;
    return intake_refuse(a, ERR_USAGE, "remove is not known yet");
}
