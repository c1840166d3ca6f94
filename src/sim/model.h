// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Which model is loaded. A request may name another one, or ask Ollama for another context; what happens then is the
// dialect's policy.
#ifndef SIM_MODEL_H
#define SIM_MODEL_H

#include "sim/ask.h"
#include "sim/dialect.h"
#include "sim/sim.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum model_state {
    MODEL_READY,
    MODEL_UNKNOWN,
    MODEL_NOT_YET, // it is being loaded: come again
    MODEL_LEFT,    // the client did not wait for it, and the load was given up
};

void model_init(struct sim *sim);
// Before an answer is written; may wait, watching the client's socket.
enum model_state model_ready(struct sim *sim, int fd, const struct ask *ask);
bool model_is_loading(struct sim *sim);
bool model_is_loaded(struct sim *sim, const char *name, size_t len);
bool model_is_known(const struct sim *sim, const char *name);
long model_ctx_tokens(struct sim *sim); // of the loaded one
long model_ctx_most_tokens(const struct sim *sim);

// Goes through a list with commas between its names; `*list` is moved behind what is returned. NULL: the end.
const char *model_next(const char **list, size_t *len);
// All that there are, as such a list.
const char *model_list(const struct sim *sim);

#endif
