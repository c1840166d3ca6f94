// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Whether this machine, this home and this configuration are fit for writing: a list of checks, each with what to do.
// It makes nothing and changes nothing (but the runtime folder of locks, which anything makes): a home that is not there,
// a configuration that is broken and a database that is damaged are findings, never failures of its own.
#ifndef APP_DOCTOR_H
#define APP_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/home.h"
#include "app/program.h"
#include "base/buf.h"
#include "io/json.h"
#include "store/store.h"

enum doctor_level { DOCTOR_OK, DOCTOR_WARNING, DOCTOR_ERROR };
const char *doctor_level_name(enum doctor_level l); // "ok", "warning", "error": for programs too

struct doctor_check {
    const char *name; // a stable word: "home", "database", …; static
    enum doctor_level level;
    char *text;
    char *advice; // "": nothing to do
};

struct doctor {
    struct doctor_check *checks;
    size_t count, cap;
    struct home home;
    bool located;    // `home` is set
    bool configured; // and its configuration could be read
    struct program program;
    struct store *store; // NULL: there is none, or it cannot be read
    bool writing;        // an engine holds the lock
};

// `given` as in home_open. Takes as long as servers take to answer (a second or so), and the check of the database.
void doctor_look(struct doctor *d, const char *given);
void doctor_release(struct doctor *d);
enum doctor_level doctor_worst(const struct doctor *d);
struct json *doctor_json(const struct doctor *d); // an array

// Bytes that books of so many words still want on disk: rows, log, files and exports.
int64_t doctor_space_needed(int64_t words_left);

// Where everything is.
struct doctor_path {
    const char *what; // static
    char *path;
    int64_t bytes; // of a folder: of all that is in it; -1: it is not there
    bool inside;   // counted with the home already
};
struct doctor_paths {
    struct doctor_path *items;
    size_t count, cap;
    int64_t sum;
};
void doctor_find_paths(const struct doctor *d, struct doctor_paths *out);
void doctor_paths_release(struct doctor_paths *p);

// A text for a bug report: no keys, no names of people, hosts or books, and no prose.
void doctor_report(const struct doctor *d, struct buf *out);

#endif
