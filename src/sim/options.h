// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The command line.
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include "sim/sim.h"

#include "base/err.h"

#include <stdbool.h>
#include <stdio.h>

// Fills `o` with defaults and what the arguments say. `*help` is set by --help, which ends the reading.
bool options_parse(struct sim_options *o, int argc, char **argv, bool *help, struct err *e);
void options_help(FILE *out);

#endif
