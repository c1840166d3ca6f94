// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The options that several commands share, and what they come to.
#ifndef CLI_SETTINGS_H
#define CLI_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "cli/options.h"

struct settings {
    const char *home, *color, *progress;
    bool quiet, json, plain;
    struct option_list sets;
};
extern struct settings settings;

extern const struct option settings_home[]; // --home, --set
extern const struct option settings_page[]; // --json, --color: commands that print a page
extern const struct option
    settings_talk[]; // --quiet, --json, --plain, --color, --progress: commands that follow a job

bool settings_check(struct err *e); // after parsing
// home_open with what these options say.
struct home;
bool settings_open_home(struct home *h, struct err *e);

// Whether progress may be redrawn on stderr, and whether `fd` gets colours.
bool settings_redraws(void);
bool settings_redraws_page(void); // the same of a page on stdout
bool settings_paints(int fd);
int64_t settings_progress_ms(void); // between two lines of progress; -1: none
size_t settings_columns(void);      // of the terminal on stderr

// " --home X" as it must be added to a command that is proposed, or "".
const char *settings_home_hint(void);

#endif
