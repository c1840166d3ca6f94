// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Which models a server may be made to load: the list "models.allow" of the config.
#include "model/config.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

// Ollama shows "qwen3" as "qwen3:latest".
static size_t name_length(const char *name)
{
    static const char latest[] = ":latest";
    size_t len = strlen(name), tail = sizeof latest - 1;
    return len > tail && strcmp(name + len - tail, latest) == 0 ? len - tail : len;
}

static bool same_letter(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

// The last star is the only one that ever needs to take more: what came before it fits already.
static bool fits(const char *pattern, const char *name)
{
    size_t len = name_length(name), pattern_len = name_length(pattern);
    size_t p = 0, n = 0, star = 0, taken = 0;
    bool has_star = false;
    while (n < len) {
        if (p < pattern_len && pattern[p] == '*') {
            has_star = true;
            star = ++p;
            taken = n;
        } else if (p < pattern_len && same_letter(pattern[p], name[n])) {
            p++;
            n++;
        } else if (has_star) {
            p = star;
            n = ++taken;
        } else {
            return false;
        }
    }
    while (p < pattern_len && pattern[p] == '*') p++;
    return p == pattern_len;
}

bool config_allows(const struct config *c, const char *model)
{
    if (!c->models_allow || !model || *model == '\0') return true;
    for (char **pattern = c->models_allow; *pattern; pattern++)
        if (fits(*pattern, model)) return true;
    return false;
}

void config_allowed_text(const struct config *c, char *out, size_t size)
{
    static const char more[] = ", …";
    size_t len = 0;
    (void)snprintf(out, size, "%s", c->models_allow ? "" : "any model");
    for (char **name = c->models_allow; name && *name; name++) {
        size_t room = size - len, keep = name[1] ? sizeof more : 1; // for what may have to be said behind it
        size_t need = strlen(*name) + (len > 0 ? 2 : 0);
        if (need + keep > room) {
            if (room >= sizeof more) (void)snprintf(out + len, room, "%s", len > 0 ? more : more + 2);
            return;
        }
        len += (size_t)snprintf(out + len, room, "%s%s", len > 0 ? ", " : "", *name);
    }
}
