// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// For tests/e2e/test_schema.py: `spec_check FILE…` prints "ok" or the error of each spec, a line per file;
// `spec_check --keys` prints the table of keys as JSON lines, so that the schema can be compared with it.
#include "base/file.h"
#include "model/keys.h"
#include "model/spec.h"

#include <stdio.h>
#include <string.h>

static void set_border(struct json *object, const char *name, const struct key *k, double n)
{
    if (k->type == KEY_REAL)
        json_set_num(object, name, n);
    else
        json_set_int(object, name, (int64_t)n);
}

static void print_key(const struct key *k)
{
    static const char *const types[] = {"ignored", "line", "text", "integer", "integer", "number", "own"};
    struct buf line;
    struct json *object = json_new_object();
    json_set_str(object, "path", k->path);
    json_set_str(object, "type", types[k->type]);
    set_border(object, "least", k, k->least);
    set_border(object, "most", k, k->most);
    json_set_bool(object, "required", k->required);
    json_set_str(object, "help", k->help);
    buf_init(&line, BUF_MAX_LINE);
    json_write(object, &line, 0);
    puts(line.data);
    buf_release(&line);
    json_free(object);
}

static void check_file(const char *path)
{
    struct err e = ERR_INIT;
    struct spec s;
    struct buf text;
    buf_init(&text, BUF_MAX_SPEC);
    if (file_read(path, &text, &e) != FILE_READ_OK) {
        printf("cannot read: %s\n", e.text);
    } else if (spec_parse(&s, text.data, text.len, path, &e)) {
        puts("ok");
        spec_release(&s);
    } else {
        puts(e.text);
    }
    buf_release(&text);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--keys") == 0)
        for (size_t i = 0; i < spec_keys.count; i++) print_key(&spec_keys.keys[i]);
    else
        for (int i = 1; i < argc; i++) check_file(argv[i]);
    return fflush(stdout) == 0 ? 0 : 1;
}
