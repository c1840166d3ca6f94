// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The message "import".
#include "engine/intake.h"

bool inbox_take_import(struct intake *in, const struct json *m, struct inbox_answer *a, struct err *e)
{
    (void)in;
    (void)m;
    (void)e;
    return intake_refuse(a, ERR_USAGE, "import is not known yet");
}
