// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Changing an outline: in an editor, or by a document from elsewhere. Both return the exit code.
#ifndef CLI_OUTLINE_EDIT_H
#define CLI_OUTLINE_EDIT_H

#include "app/home.h"
#include "model/outline.h"

int outline_edit(const struct home *h, const struct outline *now, bool approval);
int outline_take(const struct home *h, const struct outline *now, bool approval, const char *path); // "-": stdin

#endif
