// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// API keys: see include/backend/key.h.
#include "backend/key.h"

#include "base/mem.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_MAX = 4096 }; // bytes of the file that are looked at

static const char *key_name(const struct backend_conf *c)
{
    return c->name != NULL ? c->name : c->url;
}

static bool key_take(const struct backend_conf *c, const char *text, char **key, struct err *e)
{
    size_t len = strcspn(text, "\r\n");
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] <= ' ' || (unsigned char)text[i] > '~') len = 0;
    if (len == 0) return err_set(e, ERR_USAGE, "the key of the backend '%s' is empty, or no key", key_name(c));
    *key = mem_strndup(text, len);
    return true;
}

static bool key_from_environment(const struct backend_conf *c, char **key, struct err *e)
{
    const char *text = getenv(c->api_key_env); // NOLINT(concurrency-mt-unsafe): nobody calls setenv
    if (text == NULL || text[0] == '\0')
        return err_set(e, ERR_USAGE,
                       "the backend '%s' needs its key in the environment variable %s, which is not set", key_name(c),
                       c->api_key_env);
    return key_take(c, text, key, e);
}

static bool key_check_file(const struct stat *at, const char *path, struct err *e)
{
    if (!S_ISREG(at->st_mode)) return err_set(e, ERR_USAGE, "the key file '%s' is no regular file", path);
    if (at->st_uid != geteuid()) return err_set(e, ERR_USAGE, "the key file '%s' belongs to somebody else", path);
    if ((at->st_mode & 077) != 0)
        return err_set(e, ERR_USAGE, "others may read the key file '%s': chmod 600 '%s'", path, path);
    return true;
}

// (explicit_bzero would say it better, but macOS has none.)
static void key_wipe(char *text, size_t size)
{
    for (volatile char *at = text; at < text + size; at++) *at = '\0';
}

static bool key_from_file(const struct backend_conf *c, char **key, struct err *e)
{
    const char *path = c->api_key_file;
    char text[KEY_MAX] = "";
    struct stat at;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &at) != 0) {
        err_set_errno(e, ERR_USAGE, "cannot read the key file '%s' of the backend '%s'", path, key_name(c));
        if (fd >= 0) close(fd);
        return false;
    }
    bool ok = key_check_file(&at, path, e);
    ssize_t len = ok ? read(fd, text, sizeof(text) - 1) : 0;
    if (len < 0) ok = err_set_errno(e, ERR_USAGE, "cannot read the key file '%s'", path);
    close(fd);
    ok = ok && key_take(c, text, key, e);
    key_wipe(text, sizeof(text));
    return ok;
}

bool backend_key(const struct backend_conf *c, char **key, struct err *e)
{
    *key = NULL;
    if (c->api_key_env != NULL) return key_from_environment(c, key, e);
    if (c->api_key_file != NULL) return key_from_file(c, key, e);
    return true;
}
