// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the system gives a program that runs for days.
#include "app/doctor_work.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/os.h"

enum { FILES_LEAST = 128, YEAR_LEAST = 2026 };

static const char *system_env(const char *name)
{
    const char *value = getenv(name); // NOLINT(concurrency-mt-unsafe): nobody calls setenv
    return value != NULL && value[0] != '\0' ? value : NULL;
}

static void system_clock(struct doctor *d)
{
    char text[64];
    struct tm local;
    time_t now = (time_t)(clock_wall_ms() / 1000);

    if (doctor_has(d, "clock")) return; // the times of the jobs have shown already that it is wrong
    if (localtime_r(&now, &local) == NULL || strftime(text, sizeof text, "%Y-%m-%d %H:%M %Z (%z)", &local) == 0)
        return;
    if (local.tm_year + 1900 < YEAR_LEAST)
        doctor_say(d, "clock", DOCTOR_ERROR, "set it, or let the system keep it (timedatectl set-ntp true)",
                   "the clock says %s, which is before this program was made", text);
    else
        doctor_say(d, "clock", DOCTOR_OK, "", "%s", text);
}

static void system_limits(struct doctor *d)
{
    struct rlimit files, core;

    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || getrlimit(RLIMIT_CORE, &core) != 0) return;
    bool few = files.rlim_cur < FILES_LEAST;
    doctor_say(d, "limits", few ? DOCTOR_WARNING : DOCTOR_OK, few ? "raise it with: ulimit -n 1024" : "",
               "%llu open files, core dumps %s", (unsigned long long)files.rlim_cur,
               core.rlim_cur == 0 ? "off" : "on");
}

static void system_locale(struct doctor *d)
{
    const char *locale = system_env("LC_ALL");

    if (locale == NULL) locale = system_env("LC_CTYPE");
    if (locale == NULL) locale = system_env("LANG");
    if (locale != NULL && (strcasestr(locale, "utf-8") != NULL || strcasestr(locale, "utf8") != NULL))
        doctor_say(d, "locale", DOCTOR_OK, "", "%s", locale);
    else
        doctor_say(d, "locale", DOCTOR_WARNING, "set one, such as LANG=C.UTF-8; books are UTF-8 in any case",
                   "%s is no UTF-8 locale: letters may look wrong on this terminal",
                   locale != NULL ? locale : "none");
}

static void system_terminal(struct doctor *d)
{
    const char *term = system_env("TERM");
    bool plain = term == NULL || strcmp(term, "dumb") == 0;

    doctor_say(d, "terminal", DOCTOR_OK, "", "%s%s%s", isatty(STDERR_FILENO) ? "TERM=" : "no terminal",
               isatty(STDERR_FILENO) ? (term != NULL ? term : "") : "",
               isatty(STDERR_FILENO) && plain ? ": progress comes in lines" : "");
}

static void system_sleep(struct doctor *d)
{
    const char *const *argv = os_inhibit_argv();

    if (system_env("NOVELGEN_NO_INHIBIT") != NULL)
        doctor_say(d, "sleep", DOCTOR_OK, "",
                   "NOVELGEN_NO_INHIBIT is set: this machine may sleep while a book is "
                   "written");
    else if (argv != NULL)
        doctor_say(d, "sleep", DOCTOR_OK, "", "%s keeps this machine awake while a book is written", argv[0]);
    else
        doctor_say(d, "sleep", DOCTOR_WARNING, "if it can sleep, switch that off; a book goes on when it wakes",
                   "nothing here can keep the machine awake (no systemd-inhibit)");
}

void doctor_system(struct doctor *d)
{
    system_clock(d);
    system_limits(d);
    system_locale(d);
    system_terminal(d);
    system_sleep(d);
}
