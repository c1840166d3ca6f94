// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Error values: see include/base/err.h. The text is masked as a whole, because parts of it come from outside
// (file names, server replies), and the rest does not suffer from it.
#include "base/err.h"
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void err_format(struct err *e, enum err_code code, const char *cause, const char *fmt, va_list ap)
    __attribute__((format(printf, 4, 0)));

static void err_format(struct err *e, enum err_code code, const char *cause, const char *fmt, va_list ap)
{
    char raw[ERR_TEXT_MAX];

    if (e->code != ERR_NONE) return;
    e->code = code;
    int n = vsnprintf(raw, sizeof raw, fmt, ap);
    if (n < 0) raw[0] = '\0';
    size_t len = strlen(raw);
    if (cause != NULL) (void)snprintf(raw + len, sizeof raw - len, ": %s", cause);
    log_mask(e->text, sizeof e->text, raw);
}

bool err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    err_format(e, code, NULL, fmt, ap);
    va_end(ap);
    return false;
}

bool err_set_errno(struct err *e, enum err_code code, const char *fmt, ...)
{
    char cause[128];
    int saved = errno;
    va_list ap;

    // strerror_r exists in two incompatible forms (GNU, POSIX); errors are formatted by one thread only.
    (void)snprintf(cause, sizeof cause, "%s", strerror(saved)); // NOLINT(concurrency-mt-unsafe)
    va_start(ap, fmt);
    err_format(e, code, cause, fmt, ap);
    va_end(ap);
    errno = saved;
    return false;
}

bool err_prefix(struct err *e, const char *fmt, ...)
{
    char raw[2 * ERR_TEXT_MAX];
    va_list ap;

    if (e->code == ERR_NONE) return false;
    va_start(ap, fmt);
    int n = vsnprintf(raw, ERR_TEXT_MAX, fmt, ap);
    va_end(ap);
    if (n < 0) raw[0] = '\0';
    size_t len = strlen(raw);
    (void)snprintf(raw + len, sizeof raw - len, ": %s", e->text);
    log_mask(e->text, sizeof e->text, raw);
    return false;
}

void err_clear(struct err *e)
{
    e->code = ERR_NONE;
    e->text[0] = '\0';
}
