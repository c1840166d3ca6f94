// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The replies that are whole when they are sent: JSON and errors.
#ifndef SIM_REPLY_H
#define SIM_REPLY_H

#include "sim/exchange.h"

#include <jansson.h>
#include <microhttpd.h>

#include <stddef.h>

// Sends `r`, and lets go of it.
enum MHD_Result reply_queue(const struct exchange *x, unsigned status, struct MHD_Response *r);
enum MHD_Result reply_text(const struct exchange *x, unsigned status, const char *type, const char *text, size_t len);
enum MHD_Result reply_json(const struct exchange *x, unsigned status, json_t *j); // takes `j`
// In the dialect's shape. `type` is llama.cpp's word for it.
enum MHD_Result reply_error(const struct exchange *x, unsigned status, const char *type, const char *message);

#endif
