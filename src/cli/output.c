// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// stdout, checked.
#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "cli/exit.h"
#include "text/utf8.h"

static int output_error; // errno of the first failure
static bool output_was_terminal[3];

// A database opened on descriptor 2 would be overwritten by the first message.
void output_open(void)
{
    for (int fd = 0; fd <= 2; fd++)
        // Lands on fd, the lowest free one. NOLINTNEXTLINE(android-cloexec-open): like any other stdout, it is inherited
        if (fcntl(fd, F_GETFD) < 0) (void)open("/dev/null", O_RDWR | O_NOCTTY);
    // Asked now: a terminal that has hung up is none any more.
    for (int fd = 0; fd <= 2; fd++) output_was_terminal[fd] = isatty(fd) != 0;
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN); // a limit on the size of files is an error of the write, as a full disk is
}

static void output_note(bool ok)
{
    if (!ok && output_error == 0) output_error = errno != 0 ? errno : EIO;
}

void output_text(const char *text, size_t len)
{
    errno = 0;
    output_note(fwrite(text, 1, len, stdout) == len);
}

void output_flush(void)
{
    errno = 0;
    output_note(fflush(stdout) == 0);
}

bool output_is_broken(void)
{
    return output_error != 0;
}

// A terminal obeys control characters that JSON lets stand in a string: C1, DEL, changes of direction.
static void output_shown(const struct buf *json)
{
    struct buf shown;

    buf_init(&shown, BUF_MAX_BOOK);
    utf8_terminal_json(&shown, json->data, json->len);
    output_text(shown.data, shown.len);
    buf_release(&shown);
}

void output_json(const struct json *v, bool one_line)
{
    struct buf text;

    buf_init(&text, BUF_MAX_BOOK);
    json_write(v, &text, one_line ? 0 : 2);
    buf_addc(&text, '\n');
    if (isatty(STDOUT_FILENO))
        output_shown(&text);
    else
        output_text(text.data, text.len);
    output_flush();
    buf_release(&text);
}

void output_drop(void)
{
    int fd = open("/dev/null", O_RDWR | O_NOCTTY | O_CLOEXEC);

    if (fd < 0) return;
    for (int i = 1; i <= 2; i++)
        if (output_was_terminal[i]) (void)dup2(fd, i);
    (void)close(fd);
}

int output_close(int code)
{
    output_flush();
    errno = 0;
    output_note(fclose(stdout) == 0);
    if (output_error == 0 || output_error == EPIPE) return code;
    (void)fprintf(stderr, "novelgen: cannot write to stdout: %s\n",
                  strerror(output_error)); // NOLINT(concurrency-mt-unsafe)
    return EXIT_STORE;
}
