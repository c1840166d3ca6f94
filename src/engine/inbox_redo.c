// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The message "redo".
#include "engine/intake.h"

INTAKE_VERB(inbox_take_redo)
{
    (void)in;
    (void)j;
    (void)m;
    (void)e;
    return intake_refuse(a, ERR_USAGE, "redo is not known yet");
}
