// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The message "publish".
#include "engine/intake.h"

INTAKE_VERB(inbox_take_publish)
{
    (void)in;
    (void)j;
    (void)m;
    (void)e;
    return intake_refuse(a, ERR_USAGE, "publish is not known yet");
}
