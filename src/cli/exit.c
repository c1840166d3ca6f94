// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// From errors and jobs to exit codes.
#include "cli/exit.h"

#include <stdio.h>
#include <string.h>

#include "app/status.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/command.h"
#include "cli/settings.h"

int exit_of_err(enum err_code code)
{
    switch (code) {
    case ERR_NONE:
        return EXIT_WHOLE;
    case ERR_USAGE:
        return EXIT_USAGE;
    case ERR_BACKEND:
        return EXIT_NO_BACKEND;
    case ERR_QUEUE_FULL:
        return EXIT_QUEUE_FULL;
    case ERR_NO_JOB:
        return EXIT_NO_JOB;
    case ERR_APPROVAL:
        return EXIT_PAUSED;
    case ERR_STORE:
    case ERR_DAMAGED:
    case ERR_BUSY:
    case ERR_CEILING:
    case ERR_INTERNAL:
        break;
    }
    return EXIT_STORE;
}

int exit_of_job(const struct job *j)
{
    if (j->state == JOB_PAUSED) return status_is_without_backend(j) ? EXIT_NO_BACKEND : EXIT_PAUSED;
    if (j->state == JOB_APPROVAL) return EXIT_PAUSED;
    if (j->state == JOB_CANCELLED) return EXIT_CANCELLED;
    return j->gaps > 0 ? EXIT_GAPS : EXIT_WHOLE;
}

// From what needs somebody most to what needs nobody.
int exit_worse(int a, int b)
{
    static const int order[] = {EXIT_STORE,  EXIT_USAGE,     EXIT_NO_JOB, EXIT_QUEUE_FULL, EXIT_NO_BACKEND,
                                EXIT_PAUSED, EXIT_CANCELLED, EXIT_GAPS,   EXIT_WHOLE};

    for (size_t i = 0; i < ARRAY_LEN(order); i++)
        if (a == order[i] || b == order[i]) return order[i];
    return a;
}

static bool exit_command_has_home(const char *name)
{
    const struct command *c = command_find(name);

    for (size_t t = 0; c != NULL && c->tables != NULL && c->tables[t] != NULL; t++)
        if (c->tables[t] == settings_home) return true;
    return false;
}

// How much of "novelgen VERB ID" the text begins with, or of "novelgen VERB" if it ends with that; 0: it does not.
static size_t exit_command_len(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    size_t word = strspn(text, letters), verb = text[word] == ' ' ? strspn(text + word + 1, letters) : 0;
    size_t len = word + 1 + verb, digits = verb > 0 && text[len] == ' ' ? strspn(text + len + 1, "0123456789") : 0;

    if (strncmp(text, "novelgen ", strlen("novelgen ")) != 0) return 0;
    if (text[len] == '\0' && exit_command_has_home(text + word + 1)) return len;
    return digits > 0 ? len + 1 + digits : 0;
}

// The engine and the layers below do not know how the home was named: a command that they advise gets it here.
static void exit_add_home(const char *text, struct buf *out)
{
    const char *hint = settings_home_hint();

    while (*text != '\0') {
        size_t len = exit_command_len(text), most = len > 0 ? len : 1;
        (void)buf_add(out, text, most);
        text += most;
        if (len > 0 && strncmp(text, " --home", strlen(" --home")) != 0) (void)buf_adds(out, hint);
    }
}

// What keeps a home from being used is told by doctor, with what to do; it says these words too, so they do not name it.
static void exit_add_doctor(const struct err *e, struct buf *out)
{
    static const char *const of_home[] = {"cannot open database", "cannot make the home"};

    for (size_t i = 0; e->code == ERR_STORE && i < ARRAY_LEN(of_home); i++)
        if (strncmp(e->text, of_home[i], strlen(of_home[i])) == 0)
            (void)buf_addf(out, "; what to do: novelgen doctor%s", settings_home_hint());
}

int exit_fail(const struct err *e)
{
    char text[2 * ERR_TEXT_MAX];
    struct buf line;

    buf_init(&line, BUF_MAX_LINE);
    exit_add_home(e->text, &line);
    exit_add_doctor(e, &line);
    log_mask(text, sizeof text, line.len > 0 ? line.data : "");
    (void)fprintf(stderr, "novelgen: %s\n", text);
    buf_release(&line);
    return exit_of_err(e->code);
}
