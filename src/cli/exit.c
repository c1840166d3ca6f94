// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// From errors and jobs to exit codes.
#include "cli/exit.h"

#include <stdio.h>

#include "app/status.h"
#include "base/log.h"
#include "base/mem.h"

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

int exit_fail(const struct err *e)
{
    char text[ERR_TEXT_MAX];

    log_mask(text, sizeof text, e->text);
    (void)fprintf(stderr, "novelgen: %s\n", text);
    return exit_of_err(e->code);
}
