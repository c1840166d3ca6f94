// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The API key of a configured backend: read when it is needed, from the environment or from a file that nobody else may
// read; never stored, and never part of a message.
#ifndef BACKEND_KEY_H
#define BACKEND_KEY_H

#include <stdbool.h>

#include "base/err.h"
#include "model/config.h"

// `*key` is the caller's; NULL where the config names none. False: it names one that is not there, or that others may
// read; the message says what to change.
bool backend_key(const struct backend_conf *c, char **key, struct err *e);

#endif
