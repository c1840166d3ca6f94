// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The home: the directory with the database, the locks, the inbox and the logs, and the configuration that goes with
// this call. First of: the path given, $NOVELGEN_HOME, $XDG_DATA_HOME/novelgen, ~/.local/share/novelgen. It is made
// (0700) where it is not there. The configuration is read from $XDG_CONFIG_HOME/novelgen/config.json (else ~/.config/…),
// from a novelgen.json of the current directory (project keys only), from the environment (NOVELGEN_QUEUE_MAX for
// "queue.max"), and from --set options; each wins over the ones before.
#ifndef APP_HOME_H
#define APP_HOME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "model/config.h"

enum { HOME_PATH_SIZE = 800 };

struct home {
    char path[HOME_PATH_SIZE]; // absolute
    struct config config;
};

bool home_open(struct home *h, const char *given, struct err *e); // on false nothing needs to be released
// The same, with keys of the config that come from the command line, as KEY=VALUE; they win over everything else.
bool home_open_with(struct home *h, const char *given, const char *const *sets, size_t count, struct err *e);
// The two halves of it, for whoever looks at a home that may not be there, or whose configuration may be broken: the path
// alone, with the default configuration; then what the files and the environment add (false: what was good is set).
bool home_locate(struct home *h, const char *given, struct err *e);
bool home_configure(struct home *h, struct err *e);
bool home_read_sets(struct home *h, const char *const *sets, size_t count,
                    struct err *e); // KEY=VALUE, over all others
// The user's own config file; false: neither XDG_CONFIG_HOME nor HOME is set.
bool home_config_path(char *out, size_t size);
#define HOME_PROJECT_CONFIG "novelgen.json"
void home_release(struct home *h);

// Whether a file may be put at `path`, whatever force is used: not in the place of a home's database or one of its locks,
// which whoever has it open would go on using while everybody else sees the new file; nor of a device or a pipe.
bool home_check_target(const char *home, const char *path, struct err *e);

// Whether "backend" and "fallback" of a configuration name what there is.
bool home_check_names(const struct config *c, struct err *e);
// Whether a job may name this backend: "auto", "sim", one of the config, or a URL. One of the config must have the key
// that it speaks of, in a file that nobody else may read if it is a file, and a model that is allowed. The error says
// what to change.
bool home_check_backend(const struct home *h, const char *backend, struct err *e);
// The same of all backends of a list, and of the models that it names.
bool home_check_fallback(const struct home *h, const struct fallback *list, size_t count, struct err *e);
// Whether "models.allow" has the model; NULL is whatever the server has, which is looked at when it is known.
bool home_check_model(const struct home *h, const char *model, struct err *e);

#endif
