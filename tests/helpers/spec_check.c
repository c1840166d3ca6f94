// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// For tests/e2e/test_schema.py: `spec_check FILE…` prints "ok" or the error of each spec, a line per file, and
// `spec_check --config FILE…` that of each configuration; `spec_check --keys TABLE` prints a table of keys as JSON
// lines, so that a schema can be compared with it.
#include "base/file.h"
#include "base/mem.h"
#include "model/config.h"
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
    json_set_bool(object, "project", k->project);
    json_set_str(object, "help", k->help);
    buf_init(&line, BUF_MAX_LINE);
    json_write(object, &line, 0);
    puts(line.data);
    buf_release(&line);
    json_free(object);
}

static int print_table(const char *name)
{
    static const struct {
        const char *name;
        const struct key_table *table;
    } tables[] = {
        {"spec", &spec_keys}, {"config", &config_keys}, {"backend", &backend_keys}, {"fallback", &fallback_keys}};
    for (size_t t = 0; t < ARRAY_LEN(tables); t++) {
        if (strcmp(tables[t].name, name) != 0) continue;
        for (size_t i = 0; i < tables[t].table->count; i++) print_key(&tables[t].table->keys[i]);
        return 0;
    }
    return 2;
}

static bool check_spec(const struct buf *text, const char *path, struct err *e)
{
    struct spec s;
    if (!spec_parse(&s, text->data, text->len, path, e)) return false;
    spec_release(&s);
    return true;
}

static bool check_config(const struct buf *text, const char *path, struct err *e)
{
    struct config c;
    config_init(&c);
    bool ok = config_parse(&c, text->data, text->len, path, false, e);
    config_release(&c);
    return ok;
}

static void check_file(const char *path, bool config)
{
    struct err e = ERR_INIT;
    struct buf text;
    buf_init(&text, BUF_MAX_SPEC);
    if (file_read(path, &text, &e) != FILE_READ_OK)
        printf("cannot read: %s\n", e.text);
    else
        puts((config ? check_config : check_spec)(&text, path, &e) ? "ok" : e.text);
    buf_release(&text);
}

int main(int argc, char **argv)
{
    int rc = 0, first = 1;
    bool config = argc > 1 && strcmp(argv[1], "--config") == 0;
    if (argc == 3 && strcmp(argv[1], "--keys") == 0) {
        rc = print_table(argv[2]);
        first = argc;
    }
    for (int i = first + config; i < argc; i++) check_file(argv[i], config);
    return fflush(stdout) == 0 ? rc : 1;
}
