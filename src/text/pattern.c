// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// regcomp and regexec. Bytes, because the program never leaves the C locale.
#include "text/pattern.h"

#include <regex.h>
#include <stdlib.h>

#include "base/mem.h"

struct pattern {
    regex_t compiled;
};

struct pattern *pattern_new(const char *expression, struct err *e)
{
    struct pattern *p = mem_alloc(sizeof(*p));
    int code = regcomp(&p->compiled, expression, REG_EXTENDED | REG_NOSUB);
    if (code == 0) return p;
    char why[128];
    (void)regerror(code, &p->compiled, why, sizeof(why));
    err_set(e, ERR_INTERNAL, "cannot read pattern '%s': %s", expression, why);
    free(p);
    return NULL;
}

void pattern_free(struct pattern *p)
{
    if (!p) return;
    regfree(&p->compiled);
    free(p);
}

bool pattern_matches(const struct pattern *p, const char *text)
{
    return regexec(&p->compiled, text, 0, NULL, 0) == 0;
}
