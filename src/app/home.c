// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Finding and making the home, reading the configuration, and what it allows a job to name: see include/app/home.h.
#include "app/home.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "backend/key.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "model/keys.h"
#include "text/typo.h"

enum { LOCAL_PATH_SIZE = 1024, HOME_LIST_SIZE = 400 };

static const char *home_env(const char *name)
{
    const char *value = getenv(name); // NOLINT(concurrency-mt-unsafe): nobody calls setenv
    return value != NULL && value[0] != '\0' ? value : NULL;
}

// XDG says that a relative path in its variables is to be ignored.
static bool home_xdg(char *out, size_t size, const char *variable, const char *fallback, const char *rest)
{
    const char *xdg = home_env(variable), *user = home_env("HOME");
    int n = -1;

    if (xdg != NULL && xdg[0] == '/')
        n = snprintf(out, size, "%s/%s", xdg, rest);
    else if (user != NULL)
        n = snprintf(out, size, "%s/%s/%s", user, fallback, rest);
    return n > 0 && (size_t)n < size;
}

static bool home_resolve(struct home *h, const char *given, struct err *e)
{
    char path[LOCAL_PATH_SIZE];

    if (given != NULL && given[0] == '\0') return err_set(e, ERR_USAGE, "--home is empty");
    if (given == NULL) given = home_env("NOVELGEN_HOME");
    if (given == NULL) {
        if (!home_xdg(path, sizeof path, "XDG_DATA_HOME", ".local/share", "novelgen"))
            return err_set(e, ERR_USAGE, "cannot tell the home: set HOME or NOVELGEN_HOME, or give --home");
        given = path;
    }
    return file_absolute(h->path, sizeof h->path, given, e);
}

static bool home_make(const struct home *h, struct err *e)
{
    static const char *const parts[] = {"", "/inbox", "/log"};
    char path[LOCAL_PATH_SIZE];

    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        (void)snprintf(path, sizeof path, "%s%s", h->path, parts[i]);
        if (!file_mkdirs(path, 0700, e)) return err_prefix(e, "cannot make the home '%s'", h->path);
    }
    return true;
}

static bool home_read_config(struct home *h, const char *path, bool project, struct err *e)
{
    struct buf text;
    bool ok = true;

    buf_init(&text, BUF_MAX_SPEC);
    switch (file_read(path, &text, e)) {
    case FILE_READ_OK:
        ok = config_parse(&h->config, text.data, text.len, path, project, e);
        break;
    case FILE_READ_MISSING:
        break;
    case FILE_READ_ERROR:
        ok = false;
        break;
    }
    buf_release(&text);
    return ok;
}

// "~" is the shell's word; a config is read without one.
static void home_expand_keys(struct config *c)
{
    const char *user = home_env("HOME");

    for (size_t i = 0; i < c->backends_count; i++) {
        char *path = c->backends[i].api_key_file;
        if (path == NULL || path[0] != '~' || user == NULL) continue;
        c->backends[i].api_key_file = mem_printf("%s%s", user, path + 1);
        free(path);
    }
}

bool home_config_path(char *out, size_t size)
{
    return home_xdg(out, size, "XDG_CONFIG_HOME", ".config", "novelgen/config.json");
}

static bool home_read_environment(struct home *h, struct err *e)
{
    char name[CONFIG_VARIABLE_SIZE];

    for (size_t i = 0; i < config_keys.count; i++) {
        const struct key *k = &config_keys.keys[i];
        config_variable(name, k->path);
        const char *value = k->type != KEY_IGNORED ? home_env(name) : NULL;
        if (value != NULL && !config_set(&h->config, k->path, value, CONFIG_ENVIRONMENT, name, e)) return false;
    }
    return true;
}

bool home_read_sets(struct home *h, const char *const *sets, size_t count, struct err *e)
{
    for (size_t i = 0; i < count; i++) {
        const char *value = strchr(sets[i], '=');
        if (value == NULL)
            return err_set(e, ERR_USAGE, "--set is '%s', expected KEY=VALUE, such as chunk.words=600", sets[i]);
        char *key = mem_strndup(sets[i], (size_t)(value - sets[i]));
        bool ok = config_set(&h->config, key, value + 1, CONFIG_OPTION, "--set", e);
        free(key);
        if (!ok) return false;
    }
    return true;
}

bool home_locate(struct home *h, const char *given, struct err *e)
{
    config_init(&h->config);
    bool ok = home_resolve(h, given, e);
    if (!ok) home_release(h);
    return ok;
}

bool home_configure(struct home *h, struct err *e)
{
    char path[LOCAL_PATH_SIZE];

    bool ok = !home_config_path(path, sizeof path) || home_read_config(h, path, false, e);
    ok = ok && home_read_config(h, HOME_PROJECT_CONFIG, true, e) && home_read_environment(h, e);
    home_expand_keys(&h->config);
    return ok;
}

bool home_open_with(struct home *h, const char *given, const char *const *sets, size_t count, struct err *e)
{
    if (!home_locate(h, given, e)) return false;
    bool ok = home_make(h, e) && home_configure(h, e) && home_read_sets(h, sets, count, e);
    if (!ok) home_release(h);
    return ok;
}

bool home_open(struct home *h, const char *given, struct err *e)
{
    return home_open_with(h, given, NULL, 0, e);
}

void home_release(struct home *h)
{
    config_release(&h->config);
}

// ---- what nothing may be written over ----------------------------------------------------------------------------

// In small letters or not: there are file systems that do not tell them apart.
static bool home_is_own_name(const char *name)
{
    static const char own[] = "novelgen.db", lock[] = ".lock";
    size_t len = strlen(name), prefix = sizeof own - 1, tail = sizeof lock - 1;

    if (strncasecmp(name, own, prefix) == 0 && (name[prefix] == '\0' || name[prefix] == '-')) return true;
    return len > tail && strcasecmp(name + len - tail, lock) == 0;
}

// A file is put in its place by a rename, which would take a device or a pipe away from everybody.
static bool home_is_no_file(const char *absolute)
{
    struct stat st;

    if (strncmp(absolute, "/dev/", 5) == 0 && strncmp(absolute, "/dev/shm/", 9) != 0) return true;
    return stat(absolute, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

bool home_check_target(const char *home, const char *path, struct err *e)
{
    char folder[LOCAL_PATH_SIZE];
    struct stat here, there;

    if (!file_absolute(folder, sizeof folder, path, e)) return false;
    if (home_is_no_file(folder)) return err_set(e, ERR_USAGE, "'%s' is no regular file: give another name", path);
    char *slash = strrchr(folder, '/');
    if (slash == NULL || !home_is_own_name(slash + 1)) return true;
    slash[slash == folder ? 1 : 0] = '\0';
    // By what the folder is, not by its name: a link to it leads there as well.
    if (stat(home, &here) != 0 || stat(folder, &there) != 0) return true;
    if (here.st_dev != there.st_dev || here.st_ino != there.st_ino) return true;
    return err_set(e, ERR_USAGE, "'%s' belongs to the store itself and is never written over: give another name",
                   path);
}

// ---- what a job may name -----------------------------------------------------------------------------------------

static const char *home_nearest_backend(const struct config *c, const char *name)
{
    const char **names = mem_calloc(c->backends_count + 2, sizeof *names);
    size_t count = 0;

    names[count++] = "auto";
    names[count++] = "sim";
    for (size_t i = 0; i < c->backends_count; i++) names[count++] = c->backends[i].name;
    const char *near = typo_nearest(name, names, count);
    free(names);
    return near;
}

static bool home_refuse_backend(const struct config *c, const char *name, struct err *e)
{
    const char *near = home_nearest_backend(c, name);

    if (near != NULL) return err_set(e, ERR_USAGE, "unknown backend '%s'; did you mean '%s'?", name, near);
    if (strchr(name, ':') != NULL)
        return err_set(e, ERR_USAGE, "unknown backend '%s'; did you mean 'http://%s'?", name, name);
    return err_set(e, ERR_USAGE, "unknown backend '%s': it is 'auto', 'sim', a URL, or a name from your config file",
                   name);
}

static bool home_knows_backend(const struct config *c, const char *name, struct err *e)
{
    if (config_backend(c, name) != NULL) return true;
    if (strstr(name, "://") != NULL) return url_check(name, e);
    if (strcmp(name, "auto") == 0 || strcmp(name, "sim") == 0) return true;
    return home_refuse_backend(c, name, e);
}

bool home_check_names(const struct config *c, struct err *e)
{
    if (c->backend != NULL && !home_knows_backend(c, c->backend, e)) return err_prefix(e, "backend");
    for (size_t i = 0; i < c->fallback_count; i++)
        if (!home_knows_backend(c, c->fallback[i].backend, e)) return err_prefix(e, "fallback");
    return true;
}

bool home_check_backend(const struct home *h, const char *backend, struct err *e)
{
    const struct backend_conf *conf = config_backend(&h->config, backend);
    char *key = NULL;

    if (conf == NULL) return home_knows_backend(&h->config, backend, e);
    bool ok = backend_key(conf, &key, e); // that it is there is all that matters here
    free(key);
    return ok && home_check_model(h, conf->model, e);
}

bool home_check_fallback(const struct home *h, const struct fallback *list, size_t count, struct err *e)
{
    for (size_t i = 0; i < count; i++)
        if (!home_check_backend(h, list[i].backend, e) || !home_check_model(h, list[i].model, e))
            return err_prefix(e, "fallback");
    return true;
}

bool home_check_model(const struct home *h, const char *model, struct err *e)
{
    char allowed[HOME_LIST_SIZE];

    if (config_allows(&h->config, model)) return true;
    config_allowed_text(&h->config, allowed, sizeof allowed);
    return err_set(e, ERR_USAGE, "the model '%s' is not allowed: \"models.allow\" of your config file has %s", model,
                   allowed);
}
