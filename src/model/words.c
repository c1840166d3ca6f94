// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See words.h. The first text may not be blank: it names the program, and a model without a name is none.
#include "words.h"

#include "base/mem.h"
#include "model/keys.h"

#include <stdio.h>
#include <stdlib.h>

enum { WORDS_MAX = 256, WORD_MAX_BYTES = 4096 };

void words_free(char **words)
{
    for (size_t i = 0; words && words[i]; i++) free(words[i]);
    free(words);
}

void words_write(char *const *words, struct json *object, const char *name)
{
    if (!words) return;
    struct json *list = json_new_array();
    for (size_t i = 0; words[i]; i++) json_push(list, json_new_str(words[i]));
    json_set(object, name, list);
}

bool words_read(char ***out, const struct json *v, const char *at, const char *expected, struct err *e)
{
    char item[KEY_PATH_SIZE + 24];
    size_t count = json_count(v);
    if (json_kind(v) == JSON_KIND_ARRAY && count == 0)
        return err_set(e, ERR_USAGE, "%s: found an empty list, expected %s", at, expected);
    if (json_kind(v) != JSON_KIND_ARRAY) return keys_refuse(e, at, v, expected);
    if (count > WORDS_MAX)
        return err_set(e, ERR_USAGE, "%s: found %zu words, expected at most %d", at, count, WORDS_MAX);
    words_free(*out);
    *out = mem_calloc(count + 1, sizeof **out);
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(item, sizeof item, "%s[%zu]", at, i);
        if (!keys_text(json_at(v, i), item, KEY_LINE, WORD_MAX_BYTES, e)) return false;
        (*out)[i] = mem_strdup(json_str(json_at(v, i), NULL));
    }
    if (!keys_blank((*out)[0])) return true;
    return err_set(e, ERR_USAGE, "%s[0]: found a blank text, expected %s", at, expected);
}
