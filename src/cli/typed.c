// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See typed.h. Messages and rows are JSON and UTF-8: a path of other bytes would arrive there as another one.
#include "cli/typed.h"

#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "io/json.h"
#include "model/keys.h"
#include "text/utf8.h"

static bool typed_check(const char *option, const char *text, enum key_type type, size_t most, struct err *e)
{
    if (text == NULL) return true;
    if (!utf8_valid(text, strlen(text))) return err_set(e, ERR_USAGE, "%s is not UTF-8 text", option);
    struct json *v = json_new_str(text);
    bool ok = keys_text(v, option, type, most, e);
    json_free(v);
    return ok;
}

bool typed_text(const char *option, const char *text, size_t most, struct err *e)
{
    return typed_check(option, text, KEY_TEXT, most, e);
}

bool typed_line(const char *option, const char *text, size_t most, struct err *e)
{
    if (text != NULL && *text == '\0') return err_set(e, ERR_USAGE, "%s is empty", option);
    return typed_check(option, text, KEY_LINE, most, e);
}

bool typed_out(char *out, size_t size, const char *given, struct err *e)
{
    struct stat st;

    if (given != NULL && given[0] == '\0') return err_set(e, ERR_USAGE, "--out is empty");
    if (!file_absolute(out, size, given != NULL ? given : ".", e)) return false;
    if (!utf8_valid(out, strlen(out)))
        return err_set(e, ERR_USAGE, "the folder '%s' has a name that is not UTF-8: give --out another one", out);
    if (stat(out, &st) != 0 || S_ISDIR(st.st_mode)) return true;
    return err_set(e, ERR_USAGE, "--out '%s' is no directory", given != NULL ? given : out);
}
