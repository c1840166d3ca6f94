// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The API key of a configured backend: from the environment variable, or the file, that the config names. It goes
// into requests to that backend and nowhere else.
#ifndef ENGINE_KEY_H
#define ENGINE_KEY_H

#include "base/err.h"
#include "model/config.h"

// *key is the caller's; NULL: the backend needs none. False: the variable is not set or empty; the file cannot be read,
// is no regular file, or may be read by others than its owner; no message ever shows what was found.
bool key_read(const struct backend_conf *conf, char **key, struct err *e);

#endif
