// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Talk, one line at a time: see include/base/log.h. A line is put together first and leaves with one write(2), so
// that lines of several processes in one file do not mix.
#include "base/log.h"
#include "base/buf.h"
#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static struct {
    enum log_level most;
    void (*before)(void);
    int fd; // -1: stderr
    long cap_bytes;
    char path[1024];
} log_state = {.most = LOG_INFO, .fd = -1};

static const char *const log_names[] = {
    [LOG_ERROR] = "error: ", [LOG_WARN] = "warning: ", [LOG_INFO] = "", [LOG_DEBUG] = "debug: "};

void log_set_level(enum log_level most)
{
    log_state.most = most;
}

void log_set_before(void (*before)(void))
{
    log_state.before = before;
}

static int log_open(const char *path)
{
    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
}

bool log_to_file(const char *path, long cap_bytes, struct err *e)
{
    int n = snprintf(log_state.path, sizeof log_state.path, "%s", path);
    if (n < 0 || (size_t)n >= sizeof log_state.path)
        return err_set(e, ERR_CEILING, "log path '%s' is too long", path);
    int fd = log_open(path);
    if (fd < 0) return err_set_errno(e, ERR_STORE, "cannot open log '%s'", path);
    if (log_state.fd >= 0) (void)close(log_state.fd);
    log_state.fd = fd;
    log_state.cap_bytes = cap_bytes;
    return true;
}

// A new file in the place of the full one, which is kept as `path`.1; -1: there is none. Another process that writes the
// same log may have made it already: it must not follow ours under that name.
static int log_renew(const struct stat *ours)
{
    char old[sizeof log_state.path + 2];
    struct stat named;

    (void)snprintf(old, sizeof old, "%s.1", log_state.path);
    bool is_named =
        lstat(log_state.path, &named) == 0 && named.st_dev == ours->st_dev && named.st_ino == ours->st_ino;
    if (is_named && rename(log_state.path, old) != 0) return -1;
    return log_open(log_state.path);
}

// Sets the full file aside; where that fails the log just goes on in it. The lock is on the file itself, and lasts from
// the look at its name to the new one: two that look at the same moment would set the new one aside as well. Who finds it
// taken asks again with its next line. It is given back by name: a child that was forked may share the descriptor.
static void log_rotate(void)
{
    struct stat ours;

    if (fstat(log_state.fd, &ours) != 0 || ours.st_size < log_state.cap_bytes) return;
    if (flock(log_state.fd, LOCK_EX | LOCK_NB) != 0) return;
    int full = log_state.fd, fd = log_renew(&ours);
    if (fd >= 0) log_state.fd = fd;
    (void)flock(full, LOCK_UN);
    if (fd >= 0) (void)close(full);
}

static void log_write(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, data, len);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return; // talk has nowhere to complain
        data += n;
        len -= (size_t)n;
    }
}

void log_line(enum log_level level, const char *fmt, ...)
{
    char raw[BUF_MAX_LINE], masked[BUF_MAX_LINE], line[BUF_MAX_LINE + 64], stamp[CLOCK_TEXT_SIZE] = "";
    int saved = errno;
    va_list ap;

    if (level > log_state.most) return;
    va_start(ap, fmt);
    int n = vsnprintf(raw, sizeof raw, fmt, ap);
    va_end(ap);
    if (n < 0) return;
    log_mask(masked, sizeof masked, raw);
    if (log_state.fd >= 0) clock_rfc3339(stamp, clock_wall_ms());
    n = snprintf(line, sizeof line, "%s%s%s%s\n", stamp, stamp[0] != '\0' ? " " : "", log_names[level], masked);
    if (log_state.fd >= 0) {
        log_write(log_state.fd, line, (size_t)n);
        log_rotate();
    } else {
        if (log_state.before != NULL) log_state.before();
        log_write(STDERR_FILENO, line, (size_t)n);
    }
    errno = saved;
}
