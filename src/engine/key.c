// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See include/engine/key.h.
#include "engine/key.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"

static bool from_environment(const struct backend_conf *conf, char **key, struct err *e)
{
    const char *value = getenv(conf->api_key_env); // NOLINT(concurrency-mt-unsafe): one thread
    if (!value || !*value)
        return err_set(e, ERR_USAGE,
                       "the backend '%s' needs its key in the environment variable %s, which is not set", conf->name,
                       conf->api_key_env);
    *key = mem_strdup(value);
    return true;
}

static bool check_file(const struct backend_conf *conf, struct err *e)
{
    const char *path = conf->api_key_file;
    struct stat st;
    if (stat(path, &st) != 0) return err_set_errno(e, ERR_USAGE, "backend '%s': key file '%s'", conf->name, path);
    if (!S_ISREG(st.st_mode))
        return err_set(e, ERR_USAGE, "backend '%s': key file '%s' is no regular file", conf->name, path);
    if (st.st_mode & (S_IRWXG | S_IRWXO))
        return err_set(e, ERR_USAGE, "backend '%s': others may read the key file '%s' (mode %03o): chmod 600 it",
                       conf->name, path, (unsigned)st.st_mode & 0777);
    return true;
}

// The first line, without the white space around it.
static bool from_file(const struct backend_conf *conf, char **key, struct err *e)
{
    struct buf text;
    if (!check_file(conf, e)) return false;
    buf_init(&text, BUF_MAX_LINE);
    bool ok = file_read(conf->api_key_file, &text, e) == FILE_READ_OK;
    if (ok) {
        const char *at = text.data + strspn(text.data, " \t");
        *key = mem_strndup(at, strcspn(at, " \t\r\n"));
        ok = **key != '\0' ||
             err_set(e, ERR_USAGE, "backend '%s': key file '%s' holds no key", conf->name, conf->api_key_file);
    }
    buf_release(&text);
    return ok;
}

bool key_read(const struct backend_conf *conf, char **key, struct err *e)
{
    *key = NULL;
    if (conf->api_key_env) return from_environment(conf, key, e);
    return !conf->api_key_file || from_file(conf, key, e);
}
