// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The home, the file systems under it and under the books, and the configuration.
#include "app/doctor_work.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "app/status.h"
#include "base/file.h"
#include "base/os.h"

// ---- the folder --------------------------------------------------------------------------------------------------

static void home_rights(struct doctor *d, const struct stat *st)
{
    char advice[DOCTOR_PATH_SIZE];

    if (st->st_uid != geteuid()) {
        doctor_say(d, "home", DOCTOR_ERROR, "give it back to you with chown, or choose another --home",
                   "'%s' belongs to another user (number %lu)", d->home.path, (unsigned long)st->st_uid);
        return;
    }
    if (access(d->home.path, W_OK | X_OK) != 0) {
        (void)snprintf(advice, sizeof advice, "allow it with: chmod 700 '%s'", d->home.path);
        doctor_say(d, "home", DOCTOR_ERROR, advice, "'%s' cannot be written to", d->home.path);
    } else if ((st->st_mode & 077) != 0) {
        (void)snprintf(advice, sizeof advice, "keep it to yourself with: chmod 700 '%s'", d->home.path);
        doctor_say(d, "home", DOCTOR_WARNING, advice, "others may look into '%s' (mode %03o)", d->home.path,
                   (unsigned)st->st_mode & 0777);
    } else
        doctor_say(d, "home", DOCTOR_OK, "", "'%s', yours alone", d->home.path);
}

static void home_link(struct doctor *d)
{
    char to[DOCTOR_PATH_SIZE];
    ssize_t n = readlink(d->home.path, to, sizeof to - 1);

    if (n <= 0) return;
    to[n] = '\0';
    doctor_say(d, "home", DOCTOR_OK, "", "it is a symbolic link to '%s'", to);
}

static bool home_folder(struct doctor *d)
{
    struct stat st;

    if (stat(d->home.path, &st) != 0 && (errno == ENOENT || errno == ENOTDIR)) {
        doctor_say(d, "home", DOCTOR_OK, "", "'%s' is not there yet; the first command that needs it makes it",
                   d->home.path);
        return false;
    }
    if (stat(d->home.path, &st) != 0) {
        doctor_say(d, "home", DOCTOR_ERROR, "choose another --home", "cannot look at '%s': %s", d->home.path,
                   strerror(errno)); // NOLINT(concurrency-mt-unsafe): one thread
        return false;
    }
    if (!S_ISDIR(st.st_mode)) {
        doctor_say(d, "home", DOCTOR_ERROR, "move the file away, or choose another --home", "'%s' is no folder",
                   d->home.path);
        return false;
    }
    home_rights(d, &st);
    home_link(d);
    return true;
}

// ---- file systems ------------------------------------------------------------------------------------------------

// The nearest folder above that is there.
static void home_existing(char path[DOCTOR_PATH_SIZE])
{
    while (strlen(path) > 1 && !file_exists(path)) {
        char *slash = strrchr(path, '/');
        if (slash == NULL) break;
        slash[slash == path ? 1 : 0] = '\0';
    }
}

static void home_file_system(struct doctor *d)
{
    char path[DOCTOR_PATH_SIZE], type[64] = "?";

    (void)snprintf(path, sizeof path, "%s", d->home.path);
    home_existing(path);
    if (os_is_network_fs(path, type, sizeof type))
        doctor_say(d, "file_system", DOCTOR_ERROR, "give a --home on a local disk; the books may be anywhere",
                   "the home is on a network file system (%s), where locks and shared memory do not hold and a "
                   "database is damaged sooner or later: it is refused",
                   type);
    else if (os_fs_kind(path, type, sizeof type))
        doctor_say(d, "file_system", DOCTOR_OK, "", "the home is on %s", type);
}

struct folders {
    struct doctor *d;
    int64_t words_left;
    dev_t seen[16];
    size_t seen_count;
};

static bool folders_know(struct folders *f, dev_t device)
{
    for (size_t i = 0; i < f->seen_count; i++)
        if (f->seen[i] == device) return true;
    if (f->seen_count < sizeof f->seen / sizeof f->seen[0]) f->seen[f->seen_count++] = device;
    return false;
}

int64_t doctor_space_needed(int64_t words_left)
{
    enum { WORD_BYTES = 7, COPIES = 14, SPARE_MIB = 64 }; // rows and prompts; live.md, chapters, book.md, exports

    return words_left * WORD_BYTES * COPIES + (int64_t)SPARE_MIB * DOCTOR_MIB;
}

static void folders_space(struct folders *f, const char *path, int64_t needed)
{
    struct statvfs fs;

    if (statvfs(path, &fs) != 0) return;
    int64_t room = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
    bool enough = room >= needed;
    doctor_say(f->d, "space",
               enough                            ? DOCTOR_OK
               : room < (int64_t)16 * DOCTOR_MIB ? DOCTOR_ERROR
                                                 : DOCTOR_WARNING,
               enough ? "" : "make room: with a full disk a job waits until there is some",
               "%" PRId64 " MiB free at '%s', the queue may need %" PRId64 " MiB", room / DOCTOR_MIB, path,
               needed / DOCTOR_MIB);
}

static void folders_look(struct folders *f, const char *folder, bool books)
{
    char path[DOCTOR_PATH_SIZE], type[64];
    struct stat st;

    (void)snprintf(path, sizeof path, "%s", folder);
    home_existing(path);
    if (stat(path, &st) != 0 || folders_know(f, st.st_dev)) return;
    if (books && os_is_network_fs(path, type, sizeof type))
        doctor_say(f->d, "file_system", DOCTOR_WARNING,
                   "that is allowed: the text is safe in the home, and the files follow when they can",
                   "books are written to a network file system (%s): '%s'", type, path);
    else if (books && os_fs_kind(path, type, sizeof type))
        doctor_say(f->d, "file_system", DOCTOR_OK, "", "books are on %s: '%s'", type, path);
    if (books && access(path, W_OK) != 0)
        doctor_say(f->d, "books", DOCTOR_ERROR, "allow it with chmod, or give other jobs another --out",
                   "a book's folder cannot be written to: '%s'", path);
    folders_space(f, path, doctor_space_needed(f->words_left));
}

static bool folders_on_job(void *arg, const struct job *j)
{
    struct folders *f = arg;
    int64_t left = status_words_aim(j) - j->words_done;

    if (!job_state_ended(j->state) && left > 0) f->words_left += left;
    return true;
}

static bool folders_on_folder(void *arg, const struct job *j)
{
    if (!job_state_ended(j->state) && j->out_dir[0] != '\0') folders_look(arg, j->out_dir, true);
    return true;
}

void doctor_space(struct doctor *d)
{
    struct folders f = {.d = d};
    struct err ignored = ERR_INIT;

    if (d->store != NULL) (void)store_jobs_each(d->store, folders_on_job, &f, &ignored);
    folders_look(&f, d->home.path, false);
    if (d->store != NULL) (void)store_jobs_each(d->store, folders_on_folder, &f, &ignored);
}

// ---- the configuration -------------------------------------------------------------------------------------------

static void home_config(struct doctor *d)
{
    char path[DOCTOR_PATH_SIZE];
    struct err e = ERR_INIT;

    d->configured = home_configure(&d->home, &e);
    if (!d->configured) {
        doctor_say(d, "config", DOCTOR_ERROR, "correct it: nothing that writes will start before", "%s", e.text);
        return;
    }
    bool own = home_config_path(path, sizeof path) && file_exists(path), project = file_exists(HOME_PROJECT_CONFIG);
    doctor_say(d, "config", DOCTOR_OK, "", "%s%s%s%s%zu backend%s", own ? "'" : "",
               own ? path : "no file of your own", own ? "'" : "",
               project ? ", a " HOME_PROJECT_CONFIG " here, " : ", ", d->home.config.backends_count,
               d->home.config.backends_count == 1 ? "" : "s");
    if (!home_check_names(&d->home.config, &e))
        doctor_say(d, "config", DOCTOR_ERROR,
                   "correct it, or take it back, such as with: novelgen config unset backend; books that name no "
                   "backend are refused until then",
                   "%s", e.text);
}

void doctor_home(struct doctor *d)
{
    (void)home_folder(d);
    home_file_system(d);
    home_config(d);
}
