// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The shared options.
#include "cli/settings.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/home.h"
#include "cli/looks.h"

enum { PROGRESS_DEFAULT_MS = 60 * 1000, DAY_S = 86400 };

struct settings settings = {.color = "auto"};

#define OPTION_JSON                                                                                                  \
    {                                                                                                                \
        "json", 0, OPTION_FLAG, &settings.json, NULL, 0, 0, "for programs: JSON on stdout"                           \
    }
#define OPTION_COLOR                                                                                                 \
    {                                                                                                                \
        "color", 0, OPTION_TEXT, &settings.color, "WHEN", 0, 0, "auto, always or never"                              \
    }
#define OPTION_END                                                                                                   \
    {                                                                                                                \
        NULL, 0, OPTION_FLAG, NULL, NULL, 0, 0, NULL                                                                 \
    }

const struct option settings_home[] = {
    {"home", 0, OPTION_TEXT, &settings.home, "DIR", 0, 0,
     "where the database is ($NOVELGEN_HOME, ~/.local/share/novelgen)"},
    {"set", 0, OPTION_MANY, &settings.sets, "KEY=VALUE", 0, 0,
     "a key of the config, for this call; see: novelgen config"},
    OPTION_END,
};

const struct option settings_page[] = {
    OPTION_JSON,
    OPTION_COLOR,
    OPTION_END,
};

const struct option settings_talk[] = {
    {"quiet", 'q', OPTION_FLAG, &settings.quiet, NULL, 0, 0, "no progress, only errors"},
    OPTION_JSON,
    {"plain", 0, OPTION_FLAG, &settings.plain, NULL, 0, 0, "lines instead of a line that is redrawn"},
    OPTION_COLOR,
    {"progress", 0, OPTION_TEXT, &settings.progress, "SECONDS", 0, 0, "least time between two lines of it, or none"},
    OPTION_END,
};

static bool settings_progress_s(int64_t *out)
{
    char *end;

    errno = 0;
    intmax_t n = strtoimax(settings.progress, &end, 10);
    *out = n;
    return errno == 0 && end != settings.progress && *end == '\0' && n >= 0 && n <= DAY_S;
}

bool settings_check(struct err *e)
{
    const char *color = settings.color, *progress = settings.progress;
    int64_t seconds;

    if (strcmp(color, "auto") != 0 && strcmp(color, "always") != 0 && strcmp(color, "never") != 0)
        return err_set(e, ERR_USAGE, "--color is '%s', expected auto, always or never", color);
    if (progress != NULL && strcmp(progress, "none") != 0 && !settings_progress_s(&seconds))
        return err_set(e, ERR_USAGE, "--progress is '%s', expected a number of seconds, or none", progress);
    return true;
}

bool settings_open_home(struct home *h, struct err *e)
{
    return home_open_with(h, settings.home, settings.sets.items, settings.sets.count, e);
}

static bool settings_env(const char *name)
{
    const char *value = getenv(name); // NOLINT(concurrency-mt-unsafe): nobody calls setenv
    return value != NULL && value[0] != '\0';
}

static bool settings_terminal_is_dumb(void)
{
    const char *term = getenv("TERM"); // NOLINT(concurrency-mt-unsafe): nobody calls setenv
    return term == NULL || term[0] == '\0' || strcmp(term, "dumb") == 0;
}

bool settings_redraws(void)
{
    return !settings.quiet && !settings.plain && !settings.json && isatty(STDERR_FILENO) &&
           !settings_terminal_is_dumb() && settings_progress_ms() >= 0;
}

bool settings_redraws_page(void)
{
    return isatty(STDOUT_FILENO) && !settings_terminal_is_dumb();
}

bool settings_paints(int fd)
{
    if (strcmp(settings.color, "always") == 0) return true;
    if (strcmp(settings.color, "never") == 0) return false;
    return isatty(fd) && !settings_env("NO_COLOR") && !settings_terminal_is_dumb();
}

int64_t settings_progress_ms(void)
{
    int64_t seconds;

    if (settings.progress == NULL) return PROGRESS_DEFAULT_MS;
    return settings_progress_s(&seconds) ? seconds * 1000 : -1;
}

size_t settings_columns(void)
{
    return looks_columns(STDERR_FILENO);
}

const char *settings_home_hint(void)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-+,:@%";
    static char hint[1100];
    const char *home = settings.home, *quote = "'"; // it is copied and pasted

    if (home == NULL) return "";
    if (home[strspn(home, plain)] == '\0')
        quote = "";
    else if (strchr(home, '\'') != NULL)
        quote = "\"";
    (void)snprintf(hint, sizeof hint, " --home %s%s%s", quote, home, quote);
    return hint;
}
