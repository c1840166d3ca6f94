// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The commands, in the order in which help shows them.
#include "cli/command.h"

#include <string.h>

#include "base/mem.h"
#include "text/typo.h"

const struct command *const commands[] = {
    // write
    &cmd_submit,
    &cmd_resume,
    &cmd_run,
    &cmd_pause,
    &cmd_cancel,
    &cmd_priority,
    &cmd_init,
    // watch
    &cmd_status,
    &cmd_list,
    &cmd_tail,
    &cmd_watch,
    &cmd_events,
    &cmd_stats,
    &cmd_prompt,
    // steer
    &cmd_outline,
    &cmd_approve,
    &cmd_note,
    &cmd_redo,
    &cmd_extend,
    &cmd_show,
    &cmd_diff,
    &cmd_sync,
    // the book
    &cmd_export,
    &cmd_import,
    &cmd_verify,
    &cmd_rm,
    // the house
    &cmd_backends,
    &cmd_doctor,
    &cmd_backup,
    &cmd_config,
    &cmd_completion,
    &cmd_help,
    &cmd_version,
    // for ourselves
    &cmd_complete,
    &cmd_man,
    &cmd_keeper,
    NULL,
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
