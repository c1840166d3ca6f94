// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen backup. It reads the store and writes one file, which appears under its name when it is whole and checked;
// what is there already is left alone without --force.
#include "cli/command.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "app/home.h"
#include "app/observer.h"
#include "base/file.h"
#include "base/log.h"
#include "cli/amount.h"
#include "cli/exit.h"
#include "cli/output.h"
#include "cli/settings.h"

enum { PATH_SIZE = 1024 };

static struct {
    bool force;
} backup_options;

static const struct option backup_own[] = {
    {"force", 'f', OPTION_FLAG, &backup_options.force, NULL, 0, 0, "replace a file that is there"},
    {NULL, 0, OPTION_FLAG, NULL, NULL, 0, 0, NULL},
};

static void backup_say(const struct home *h, const char *path)
{
    char line[PATH_SIZE + 2], size[AMOUNT_SIZE];
    struct stat st;

    int n = snprintf(line, sizeof line, "%s\n", path);
    output_text(line, n > 0 ? (size_t)n : 0);
    output_flush();
    if (stat(path, &st) != 0) return;
    log_line(LOG_INFO,
             "%s bytes, checked; it holds the whole store, the books' folders are not in it. To restore it, with no "
             "novelgen running: move %s/novelgen.db* away, then: cp '%s' '%s/novelgen.db'",
             amount_text(size, (int64_t)st.st_size), h->path, path, h->path);
}

// SQLite would name a file that nobody asked for.
static bool backup_check_folder(const char *path, struct err *e)
{
    struct stat st;
    char folder[PATH_SIZE];

    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return err_set(e, ERR_USAGE, "'%s' is a folder: give the name of a file in it, such as '%s/novelgen.db'",
                       path, path);
    (void)snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    slash[slash == folder ? 1 : 0] = '\0';
    if (stat(folder, &st) == 0) return true;
    return err_set_errno(e, ERR_STORE, "cannot write '%s': cannot look into the folder '%s'", path, folder);
}

static bool backup_write(const struct home *h, const char *path, struct err *e)
{
    struct observer o;

    bool ok = home_check_target(h->path, path, e) && backup_check_folder(path, e) &&
              observer_open_once(&o, h->path, e) &&
              (o.store != NULL || err_set(e, ERR_NO_JOB, "there is no store yet in '%s'", h->path)) &&
              store_backup(o.store, path, backup_options.force, e);
    observer_release(&o);
    if (!ok && e->code == ERR_BUSY) {
        err_clear(e);
        return err_set(e, ERR_USAGE, "'%s' is there already: give another name, or --force to replace it", path);
    }
    return ok;
}

static bool backup_prepare(const struct args *a, struct err *e)
{
    return a->count > 0 || err_set(e, ERR_USAGE, "give the file to be written; usage: novelgen backup FILE");
}

static int backup_home(const struct home *h, const struct args *a)
{
    struct err e = ERR_INIT;
    char path[PATH_SIZE];

    if (!file_absolute(path, sizeof path, a->items[0], &e) || !backup_write(h, path, &e)) return exit_fail(&e);
    backup_say(h, path);
    return EXIT_WHOLE;
}

static const struct option *const backup_tables[] = {backup_own, settings_home, NULL};

const struct command cmd_backup = {
    .name = "backup",
    .usage = "FILE [OPTION]...",
    .summary = "copy the whole store into one file",
    .help = "Copies the store with all jobs into FILE, also while a book is being written: the copy is of one "
            "moment, and is checked before it appears. The folders of the books are not in it; they can be made "
            "again from it.\n\n"
            "Example: novelgen backup ~/novelgen-2026-11-21.db",
    .tables = backup_tables,
    .args_most = 1,
    .prepare = backup_prepare,
    .run_home = backup_home,
};
