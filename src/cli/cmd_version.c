// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen version
#include "cli/command.h"

#include <string.h>

#include "cli/exit.h"
#include "cli/options.h"
#include "cli/output.h"

static int version_run(const struct args *a)
{
    static const char text[] = "novelgen " NOVELGEN_VERSION "\n";

    (void)a;
    output_text(text, strlen(text));
    return EXIT_WHOLE;
}

static const struct option *const version_tables[] = {NULL};

const struct command cmd_version = {
    .name = "version",
    .usage = "",
    .summary = "which version this is",
    .help = "Prints the name and the version.\n\n"
            "Example: novelgen version",
    .tables = version_tables,
    .run = version_run,
};
