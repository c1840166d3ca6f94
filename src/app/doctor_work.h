// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the parts of doctor share.
//
//   doctor.c ─┬─ doctor_program.c    version, libraries, the simulator
//             ├─ doctor_home.c       the home, its file system and space, the configuration
//             ├─ doctor_store.c      the database, and what its jobs say
//             ├─ doctor_engine.c     locks and the inbox
//             ├─ doctor_backends.c   servers, commands, keys
//             └─ doctor_system.c     clock, limits, locale, terminal, sleep
//   doctor_paths.c, doctor_report.c (redact.c)   the other two pages
#ifndef APP_DOCTOR_WORK_H
#define APP_DOCTOR_WORK_H

#include "app/doctor.h"

enum { DOCTOR_PATH_SIZE = 1100, DOCTOR_MIB = 1024 * 1024 };

// `advice` "": nothing is to be done.
void doctor_say(struct doctor *d, const char *name, enum doctor_level level, const char *advice, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
bool doctor_has(const struct doctor *d, const char *name); // something was said of it
void doctor_path_of(const struct doctor *d, char out[DOCTOR_PATH_SIZE], const char *name); // within the home

void doctor_program(struct doctor *d);
void doctor_home(struct doctor *d);
void doctor_store(struct doctor *d);
void doctor_space(struct doctor *d); // knows the queue
void doctor_jobs(struct doctor *d);
void doctor_engine(struct doctor *d);
void doctor_backends(struct doctor *d);
void doctor_system(struct doctor *d);

#endif
