// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See confirm.h. The question goes to stderr: stdout is the product.
#include "cli/confirm.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cli/output.h"

enum { ANSWER_SIZE = 80 };

// The rest of a line that is longer than any answer is no answer to a later question.
static bool confirm_read(char answer[ANSWER_SIZE])
{
    if (fgets(answer, ANSWER_SIZE, stdin) == NULL) return false;
    bool whole = strchr(answer, '\n') != NULL;
    for (int c = 0; !whole && c != EOF && c != '\n';) c = getchar();
    answer[strcspn(answer, " \t\r\n")] = '\0';
    return whole;
}

bool confirm(const char *question, struct err *e)
{
    char answer[ANSWER_SIZE];

    if (isatty(STDIN_FILENO) == 0 || isatty(STDERR_FILENO) == 0)
        return err_set(e, ERR_USAGE, "there is no terminal to ask on: add --yes to do it without asking");
    output_flush();
    (void)fprintf(stderr, "%s [y/N] ", question);
    (void)fflush(stderr);
    return confirm_read(answer) && (strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0);
}
