// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The message "sync".
#include "engine/intake.h"

INTAKE_VERB(inbox_take_sync)
{
    (void)in;
    (void)j;
    (void)m;
    (void)e;
    return intake_refuse(a, ERR_USAGE, "sync is not known yet");
}
