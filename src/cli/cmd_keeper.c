// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen keeper: started by the engine for a managed backend, never by people.
#include "cli/command.h"

#include "backend/keeper.h"

const struct command cmd_keeper = {.name = "keeper", .raw = keeper_main};
