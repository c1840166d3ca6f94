// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The replies that are whole when they are sent: JSON, errors, and the pages of proxies that a fault plays.
#ifndef SIM_REPLY_H
#define SIM_REPLY_H

#include "sim/script.h"
#include "sim/sim.h"

#include <jansson.h>
#include <microhttpd.h>

#include <stddef.h>

// Sends `r`, and lets go of it.
enum MHD_Result reply_queue(struct MHD_Connection *conn, unsigned status, struct MHD_Response *r);
enum MHD_Result reply_text(struct MHD_Connection *conn, unsigned status, const char *type, const char *text,
                           size_t len);
enum MHD_Result reply_json(struct MHD_Connection *conn, unsigned status, json_t *j); // takes `j`
enum MHD_Result reply_error(struct MHD_Connection *conn, unsigned status, const char *type, const char *message);
enum MHD_Result reply_context_exceeded(struct MHD_Connection *conn, long prompt_tokens, long ctx_tokens);
enum MHD_Result reply_fault(struct MHD_Connection *conn, const struct fault *f);

enum MHD_Result reply_models(struct MHD_Connection *conn, const struct sim_options *o);
enum MHD_Result reply_props(struct MHD_Connection *conn, const struct sim_options *o);
enum MHD_Result reply_slots(struct MHD_Connection *conn, const struct sim_options *o, bool busy);
// Answers a /tokenize request: one number for each token of "content".
enum MHD_Result reply_tokens(struct MHD_Connection *conn, const char *body, size_t len);

#endif
