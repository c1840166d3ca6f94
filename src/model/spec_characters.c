// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The characters of a spec: a list of small objects, each read by a table of its own.
#include "spec_parts.h"

#include "base/mem.h"

#include <stdio.h>

enum { CHARACTERS_MAX = 64 };

static const struct key keys[] = {
    {"name", KEY_LINE, .offset = offsetof(struct spec_character, name), .most = 200, .required = true,
     .help = "what the others call them"},
    {"note", KEY_TEXT, .offset = offsetof(struct spec_character, note), .most = 2000,
     .help = "who they are, what they want and fear"},
};
const struct key_table spec_character_keys = {.keys = keys, .count = ARRAY_LEN(keys)};

bool characters_read(void *spec, const struct json *v, const char *at, struct err *e)
{
    struct spec *s = spec;
    char item[KEY_PATH_SIZE + 24];
    size_t count = json_count(v);
    if (json_kind(v) != JSON_KIND_ARRAY) return keys_refuse(e, at, v, "a list of objects with \"name\" and \"note\"");
    if (count > CHARACTERS_MAX)
        return err_set(e, ERR_USAGE, "%s: found %zu, expected at most %d", at, count, CHARACTERS_MAX);
    s->characters = mem_calloc(count + 1, sizeof *s->characters);
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(item, sizeof item, "%s[%zu]", at, i);
        s->characters_count = i + 1;
        if (!keys_read(&spec_character_keys, &s->characters[i], json_at(v, i), item, false, e)) return false;
    }
    return true;
}

void characters_write(const void *spec, struct json *object, const char *name)
{
    const struct spec *s = spec;
    if (s->characters_count == 0) return;
    struct json *list = json_new_array();
    for (size_t i = 0; i < s->characters_count; i++) {
        struct json *item = json_new_object();
        keys_write(&spec_character_keys, &s->characters[i], item);
        json_push(list, item);
    }
    json_set(object, name, list);
}

void characters_release(struct spec *s)
{
    for (size_t i = 0; i < s->characters_count; i++) keys_release(&spec_character_keys, &s->characters[i]);
    free(s->characters);
}
