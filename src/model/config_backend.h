// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The list "backends" of a config, for its table of keys.
#ifndef MODEL_CONFIG_BACKEND_H
#define MODEL_CONFIG_BACKEND_H

#include "io/json.h"
#include "model/config.h"

bool config_backends_read(void *config, const struct json *v, const char *at, struct err *e);
void config_backends_write(const void *config, struct json *object, const char *name);
void config_backends_release(struct config *c);

#endif
