// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The commands, in the order in which help shows them.
#include "cli/command.h"

#include <string.h>

#include "base/mem.h"
#include "text/typo.h"

const struct command *const commands[] = {
    &cmd_submit, &cmd_resume, &cmd_run,      &cmd_list, &cmd_status,  &cmd_tail,   &cmd_prompt, &cmd_stats,
    &cmd_pause,  &cmd_cancel, &cmd_backends, &cmd_help, &cmd_version, &cmd_keeper, NULL,
};

const struct command *command_find(const char *name)
{
    for (size_t i = 0; commands[i] != NULL; i++)
        if (strcmp(commands[i]->name, name) == 0) return commands[i];
    return NULL;
}

const char *command_nearest(const char *name)
{
    const char *names[ARRAY_LEN(commands)];
    size_t count = 0;

    for (size_t i = 0; commands[i] != NULL; i++)
        if (commands[i]->raw == NULL) names[count++] = commands[i]->name;
    return typo_nearest(name, names, count);
}
