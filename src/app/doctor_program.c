// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The program itself, and the libraries that it runs with.
#include "app/doctor_work.h"

#include <string.h>
#include <sys/utsname.h>

#include "base/library.h"
#include "base/mem.h"
#include "io/archive.h"
#include "io/db.h"
#include "io/http.h"
#include "io/loop.h"
#include "io/markdown.h"
#include "io/zip.h"
#include "text/words.h"

// What a version says beside itself.
static const char *program_remark(const struct library *l)
{
    // One process writes and checkpoints, so that the reset of the write-ahead log that SQLite mended in 3.51.3, which
    // needs two of them at one instant, cannot happen here.
    if (strcmp(l->name, "SQLite") == 0) return "; one writer: its WAL-reset bug cannot occur here";
    return "";
}

static void program_library(struct doctor *d, void (*fill)(struct library *out))
{
    struct library l;

    fill(&l);
    if (strcmp(l.built, l.running) == 0)
        doctor_say(d, "library", DOCTOR_OK, "", "%s %s%s", l.name, l.running, program_remark(&l));
    else
        doctor_say(d, "library", DOCTOR_OK, "", "%s %s, built with %s%s", l.name, l.running, l.built,
                   program_remark(&l));
}

static void program_libraries(struct doctor *d)
{
    static void (*const libraries[])(struct library *) = {http_library,    db_library,    json_library,
                                                          loop_library,    words_library, markdown_library,
                                                          archive_library, zip_library};

    for (size_t i = 0; i < ARRAY_LEN(libraries); i++) program_library(d, libraries[i]);
}

static void program_simulator(struct doctor *d)
{
    struct err e = ERR_INIT;

    if (!program_find(&d->program, &e))
        doctor_say(d, "program", DOCTOR_ERROR, "start it by its path", "%s", e.text);
    else if (d->program.simulator[0] == '\0')
        doctor_say(d, "simulator", DOCTOR_WARNING,
                   "without it there is no --backend sim: install novelgen-sim beside "
                   "novelgen",
                   "novelgen-sim is not installed");
    else
        doctor_say(d, "simulator", DOCTOR_OK, "", "%s", d->program.simulator);
}

void doctor_program(struct doctor *d)
{
    struct utsname system;

    if (uname(&system) != 0) (void)memset(&system, 0, sizeof system);
    doctor_say(d, "version", DOCTOR_OK, "", "novelgen " NOVELGEN_VERSION " on %s %s, %s", system.sysname,
               system.release, system.machine);
    program_libraries(d);
    program_simulator(d);
}
