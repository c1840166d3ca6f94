// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen config: what holds and why, one key, and changes to the user's own file. All from the table of keys.
#include "cli/command.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/home.h"
#include "base/file.h"
#include "base/lock.h"
#include "base/log.h"
#include "cli/exit.h"
#include "cli/output.h"
#include "cli/settings.h"
#include "model/keys.h"
#include "text/utf8.h"

enum { PATH_SIZE = 1024, KEY_COLUMNS = 22, VALUE_COLUMNS = 30 };

static const char *config_origin_text(enum config_origin origin)
{
    static const char *const names[] = {[CONFIG_DEFAULT] = "default",
                                        [CONFIG_USER] = "config file",
                                        [CONFIG_PROJECT] = HOME_PROJECT_CONFIG,
                                        [CONFIG_ENVIRONMENT] = "environment",
                                        [CONFIG_OPTION] = "--set"};
    return names[origin];
}

static const char *config_origin_word(enum config_origin origin)
{
    static const char *const words[] = {[CONFIG_DEFAULT] = "default",
                                        [CONFIG_USER] = "user",
                                        [CONFIG_PROJECT] = "project",
                                        [CONFIG_ENVIRONMENT] = "environment",
                                        [CONFIG_OPTION] = "option"};
    return words[origin];
}

// ---- showing ----------------------------------------------------------------------------------------------------

// A text as it is, all else as JSON, nothing as "-". Takes `v`.
static void config_show(struct json *v, struct buf *out)
{
    const char *text = json_str(v, NULL);
    if (v == NULL)
        buf_addc(out, '-');
    else if (text != NULL)
        utf8_terminal(out, text, strlen(text), true);
    else
        json_write(v, out, 0);
    json_free(v);
}

static void config_pad(struct buf *out, size_t from, size_t columns)
{
    size_t used = utf8_columns(out->data + from, out->len - from);
    for (; used < columns; used++) buf_addc(out, ' ');
    buf_adds(out, "  ");
}

static void config_row(const struct config *c, size_t i, struct buf *out)
{
    const struct key *k = &config_keys.keys[i];
    size_t from = out->len;

    buf_adds(out, k->path);
    config_pad(out, from, KEY_COLUMNS);
    from = out->len;
    config_show(keys_value(k, c), out);
    config_pad(out, from, VALUE_COLUMNS);
    from = out->len;
    buf_adds(out, config_origin_text((enum config_origin)c->origin[i]));
    config_pad(out, from, sizeof "novelgen.json" - 1);
    config_show(keys_default(k), out);
    buf_addc(out, '\n');
}

static void config_table(const struct config *c, struct buf *out)
{
    buf_addf(out, "%-*s  %-*s  %-13s  %s\n", KEY_COLUMNS, "KEY", VALUE_COLUMNS, "VALUE", "ORIGIN", "DEFAULT");
    for (size_t i = 0; i < config_keys.count; i++)
        if (config_keys.keys[i].type != KEY_IGNORED) config_row(c, i, out);
}

static void config_set_or_null(struct json *o, const char *name, struct json *value)
{
    if (value != NULL)
        json_set(o, name, value);
    else
        json_set_str(o, name, NULL);
}

static struct json *config_key_json(const struct config *c, size_t i)
{
    const struct key *k = &config_keys.keys[i];
    struct json *o = json_new_object(), *value = keys_value(k, c), *otherwise = keys_default(k);
    char variable[CONFIG_VARIABLE_SIZE];

    config_variable(variable, k->path);
    json_set_str(o, "key", k->path);
    config_set_or_null(o, "value", value);
    json_set_str(o, "origin", config_origin_word((enum config_origin)c->origin[i]));
    config_set_or_null(o, "default", otherwise);
    json_set_str(o, "variable", variable);
    json_set_bool(o, "project", k->project);
    json_set_str(o, "help", k->help);
    return o;
}

static int config_list(const struct config *c)
{
    struct json *array = json_new_array();
    struct buf table;

    for (size_t i = 0; settings.json && i < config_keys.count; i++)
        if (config_keys.keys[i].type != KEY_IGNORED) json_push(array, config_key_json(c, i));
    buf_init(&table, BUF_MAX_PIECE);
    config_table(c, &table);
    if (settings.json)
        output_json(array, false);
    else
        output_text(table.data, table.len);
    output_flush();
    buf_release(&table);
    json_free(array);
    char path[PATH_SIZE];
    if (!settings.json && home_config_path(path, sizeof path))
        log_line(LOG_INFO,
                 "0 in limits means: learnt from the server's own speed; change a key with: novelgen config set KEY "
                 "VALUE   (in '%s')",
                 path);
    return EXIT_WHOLE;
}

static const struct key *config_key(const char *name, struct err *e)
{
    const struct key *k = keys_find(&config_keys, name);
    const char *near = k == NULL ? keys_nearest(&config_keys, name) : NULL;

    if (k != NULL && k->type != KEY_IGNORED) return k;
    if (near != NULL)
        err_set(e, ERR_USAGE, "unknown key '%s'; did you mean '%s'?", name, near);
    else
        err_set(e, ERR_USAGE, "unknown key '%s'; see: novelgen config", name);
    return NULL;
}

// For scripts: the value alone; nothing at all if it has none.
static int config_get(const struct config *c, const char *name)
{
    struct err e = ERR_INIT;
    const struct key *k = config_key(name, &e);
    struct buf out;

    if (k == NULL) return exit_fail(&e);
    if (settings.json) {
        struct json *o = config_key_json(c, (size_t)(k - config_keys.keys));
        output_json(o, false);
        json_free(o);
        return EXIT_WHOLE;
    }
    struct json *v = keys_value(k, c);
    if (v == NULL) return EXIT_WHOLE;
    buf_init(&out, BUF_MAX_PIECE);
    config_show(v, &out);
    buf_addc(&out, '\n');
    output_text(out.data, out.len);
    output_flush();
    buf_release(&out);
    return EXIT_WHOLE;
}

// ---- changing ---------------------------------------------------------------------------------------------------

// The value as JSON text, checked as it would be in the file.
static bool config_value_text(const char *name, const char *typed, struct buf *out, struct err *e)
{
    const struct key *k = config_key(name, e);
    struct config scratch;

    if (k == NULL) return false;
    config_init(&scratch);
    bool ok = config_set(&scratch, name, typed, CONFIG_USER, "config set", e);
    config_release(&scratch);
    struct json *v = ok ? keys_typed(k, typed, e) : NULL;
    if (v != NULL) json_write(v, out, 0);
    json_free(v);
    return v != NULL;
}

static bool config_read_file(const char *path, struct buf *text, struct err *e)
{
    return file_read(path, text, e) != FILE_READ_ERROR;
}

// As a whole; the names of backends only where they were just set, so that a name that is wrong stops no other change.
static bool config_check_file(const char *path, const struct buf *text, const char *changed, struct err *e)
{
    struct config scratch;
    bool names = changed != NULL && (strcmp(changed, "backend") == 0 || strcmp(changed, "fallback") == 0);

    config_init(&scratch);
    bool ok = config_parse(&scratch, text->data, text->len, path, false, e);
    ok = ok && (!names || home_check_names(&scratch, e) || err_prefix(e, "config set"));
    config_release(&scratch);
    return ok;
}

// It keeps the rights that its owner gave it; a new one is for its owner alone, since commands may hold what is secret.
static bool config_write_file(const char *path, const struct buf *text, struct err *e)
{
    struct file_atomic f;
    struct stat st;
    char *real = realpath(path, NULL); // a link is kept: its owner has the file elsewhere
    const char *to = real != NULL ? real : path;
    mode_t mode = stat(to, &st) == 0 ? st.st_mode & 0777 : 0600;

    bool ok = file_atomic_begin(&f, to, e);
    if (ok && fchmod(f.fd, mode) != 0) {
        err_set_errno(e, ERR_STORE, "cannot give '%s' its rights", to);
        file_atomic_abort(&f);
        ok = false;
    }
    if (ok) file_atomic_add(&f, text->data, text->len);
    ok = ok && file_atomic_commit(&f, e);
    free(real);
    return ok;
}

// Two that change it at once would each put back what the other has changed. What is to be taken out of a file that is
// not there needs no folder.
static bool config_lock(struct lock *l, const char *path, bool make, struct err *e)
{
    char folder[PATH_SIZE];

    (void)snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
    if (make && !file_mkdirs(folder, 0700, e)) return false;
    return !file_exists(folder) || lock_folder_wait(l, folder, e);
}

// `typed` NULL: the key goes.
static bool config_change(const char *name, const char *typed, char path[PATH_SIZE], struct err *e)
{
    struct buf value, before, after;
    struct lock lock = LOCK_INIT;
    bool ok = config_key(name, e) != NULL;

    if (ok && !home_config_path(path, PATH_SIZE))
        ok = err_set(e, ERR_USAGE, "cannot tell where the config file is: set HOME or XDG_CONFIG_HOME");
    buf_init(&value, BUF_MAX_PIECE);
    buf_init(&before, BUF_MAX_SPEC);
    buf_init(&after, BUF_MAX_SPEC);
    ok = ok && (typed == NULL || config_value_text(name, typed, &value, e)) &&
         config_lock(&lock, path, typed != NULL, e) && config_read_file(path, &before, e);
    if (ok && !config_edit(&after, before.data, before.len, name, typed != NULL ? value.data : NULL, e))
        ok = err_prefix(e, "config '%s'", path);
    ok = ok && (after.len == 0 || (config_check_file(path, &after, typed != NULL ? name : NULL, e) &&
                                   config_write_file(path, &after, e)));
    lock_release(&lock);
    buf_release(&value);
    buf_release(&before);
    buf_release(&after);
    return ok;
}

static int config_set_key(const struct args *a)
{
    struct err e = ERR_INIT;
    char path[PATH_SIZE];
    const char *typed = a->count == 3 ? a->items[2] : NULL;
    bool shown = typed != NULL && typed[strspn(typed, " \t\n")] != '['; // a command may hold what is secret

    if (!config_change(a->items[1], typed, path, &e)) return exit_fail(&e);
    log_line(LOG_INFO, "%s is %s%s%s in '%s'; what holds now: novelgen config %s", a->items[1],
             typed != NULL ? "set" : "not set any more", shown ? " to " : "", shown ? typed : "", path, a->items[1]);
    return EXIT_WHOLE;
}

// ---- the command ------------------------------------------------------------------------------------------------

static bool config_is_change(const struct args *a, struct err *e)
{
    if (strcmp(a->items[0], "set") == 0)
        return a->count == 3 || err_set(e, ERR_USAGE,
                                        "config set needs a KEY and a VALUE, such as: novelgen config "
                                        "set chunk.words 600");
    if (strcmp(a->items[0], "unset") == 0)
        return a->count == 2 || err_set(e, ERR_USAGE,
                                        "config unset needs a KEY, such as: novelgen config unset "
                                        "chunk.words");
    if (a->count > 1)
        err_set(e, ERR_USAGE, "unexpected argument '%s'; expected one KEY, or set, or unset", a->items[1]);
    return false;
}

static int config_run(const struct args *a)
{
    struct err e = ERR_INIT;
    struct home home;

    if (a->count > 0 && config_is_change(a, &e)) return config_set_key(a);
    if (e.code != ERR_NONE || !settings_open_home(&home, &e)) return exit_fail(&e);
    int code = a->count == 0 ? config_list(&home.config) : config_get(&home.config, a->items[0]);
    home_release(&home);
    return code;
}

static const char *config_place(const struct args *before)
{
    if (before->count == 0) return cmd_config.usage;
    bool changes = strcmp(before->items[0], "set") == 0 || strcmp(before->items[0], "unset") == 0;
    return before->count == 1 && changes ? "KEY" : "";
}

static const struct option *const config_tables[] = {settings_page, settings_home, NULL};

const struct command cmd_config = {
    .name = "config",
    .usage = "[KEY | set KEY VALUE | unset KEY] [OPTION]...",
    .summary = "what is set, where it comes from, and changes to it",
    .help = "Lists every key of the configuration with its value, where that comes from, and its default; with KEY: "
            "its value alone. `set` and `unset` change your own config file, comments and order kept; a wrong value "
            "is refused. Lists are JSON.\n\n"
            "A later origin wins: default, your config file (~/.config/novelgen/config.json), novelgen.json of the "
            "current directory (only chunk.words and limits), the environment (NOVELGEN_QUEUE_MAX for queue.max), "
            "--set KEY=VALUE.\n\n"
            "Example: novelgen config set chunk.words 600\n"
            "         novelgen config set models.allow '[\"qwen3*\"]'",
    .tables = config_tables,
    .args_most = 3,
    .place = config_place,
    .run = config_run,
};
