// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen export. It only reads the store, so it may be called at any time, by as many as like to.
#include "cli/command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/archive.h"
#include "app/exported.h"
#include "app/observer.h"
#include "app/opener.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/exit.h"
#include "cli/output.h"
#include "cli/settings.h"
#include "cli/target.h"
#include "cli/verdict.h"
#include "engine/edition.h"
#include "text/typo.h"
#include "text/utf8.h"

enum { PATH_SIZE = 1024, FORMAT_ARCHIVE = EXPORT_FORMATS, FORMATS };

static struct {
    const char *format, *out;
    bool open, force;
    unsigned formats; // what the first two come to, a bit each
} export_options;

static const struct option export_own[] = {
    {"format", 'f', OPTION_TEXT, &export_options.format, "FORMAT", 0, 0,
     "md, txt, html, epub, docx or archive, or several with commas (as -o ends, else epub)"},
    {"output", 'o', OPTION_TEXT, &export_options.out, "FILE|-", 0, 0,
     "where to (SLUG.FORMAT in the current directory); a directory; - for stdout"},
    {"open", 0, OPTION_FLAG, &export_options.open, NULL, 0, 0, "open it in the desktop's reader"},
    {"force", 0, OPTION_FLAG, &export_options.force, NULL, 0, 0, "write over a file that was not exported from here"},
    {"quiet", 'q', OPTION_FLAG, &settings.quiet, NULL, 0, 0, "say nothing but errors"},
    {NULL, 0, OPTION_FLAG, NULL, NULL, 0, 0, NULL},
};

// ---- formats ----------------------------------------------------------------------------------------------------

static const char *format_name(int format)
{
    return format == FORMAT_ARCHIVE ? "archive" : export_name((enum export_format)format);
}

static const char *format_ending(int format)
{
    return format == FORMAT_ARCHIVE ? "tar.zst" : format_name(format);
}

static bool format_refuse(const char *name, struct err *e)
{
    static const char expected[] = "expected md, txt, html, epub, docx or archive";
    const char *names[FORMATS];

    for (int f = 0; f < FORMATS; f++) names[f] = format_name(f);
    const char *near = typo_nearest(name, names, FORMATS);
    if (near != NULL) return err_set(e, ERR_USAGE, "--format is '%s', %s; did you mean '%s'?", name, expected, near);
    return err_set(e, ERR_USAGE, "--format is '%s', %s", name, expected);
}

static bool format_find(const char *name, int *format, struct err *e)
{
    for (*format = 0; *format < FORMATS; ++*format)
        if (strcmp(name, format_name(*format)) == 0) return true;
    return format_refuse(name, e);
}

static bool format_add_list(unsigned *formats, const char *list, struct err *e)
{
    bool ok = true;

    for (const char *at = list; ok; at += strcspn(at, ",") + 1) {
        char *name = mem_strndup(at, strcspn(at, ","));
        int format;
        ok = format_find(name, &format, e);
        if (ok) *formats |= 1U << format;
        free(name);
        if (at[strcspn(at, ",")] == '\0') break;
    }
    return ok;
}

static bool export_is_directory(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

// What -o ends in; a directory, or a name without an ending, is for an EPUB.
static bool format_of_path(const char *path, int *format, struct err *e)
{
    for (int f = 0; path != NULL && f < FORMATS; f++) {
        char *ending = mem_printf(".%s", format_ending(f));
        size_t len = strlen(path), tail = strlen(ending);
        bool yes = len > tail && strcmp(path + len - tail, ending) == 0;
        free(ending);
        if (yes) {
            *format = f;
            return true;
        }
    }
    const char *name = path != NULL && strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
    *format = EXPORT_EPUB;
    return name == NULL || strrchr(name, '.') == NULL || export_is_directory(path) ||
           err_set(e, ERR_USAGE,
                   "'%s' ends in no format, expected .md, .txt, .html, .epub, .docx or .tar.zst, or --format", name);
}

// ---- one file ---------------------------------------------------------------------------------------------------

struct export
{
    const struct home *home;
    struct job job;
    struct manuscript manuscript;
};

// A file can be made there, or one be replaced; said in words before a system call says it in its own.
static bool export_check_place(const char *path, struct err *e)
{
    struct stat st;
    const char *slash = strrchr(path, '/');

    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
        return err_set(
            e, ERR_USAGE,
            "'%s' is no regular file, and would be replaced by one: to write into it, give -o - and direct it there",
            path);
    if (slash == NULL || slash == path) return true;
    char *folder = mem_strndup(path, (size_t)(slash - path));
    bool ok = stat(folder, &st) == 0 || errno != ENOENT ||
              err_set(e, ERR_USAGE, "the folder '%s' is not there; make it with: mkdir -p '%s'", folder, folder);
    free(folder);
    return ok;
}

static bool export_path(char out[PATH_SIZE], const struct export *x, int format, struct err *e)
{
    const char *given = export_options.out;
    int n;

    if (given != NULL && !export_is_directory(given))
        n = snprintf(out, PATH_SIZE, "%s", given);
    else
        n = snprintf(out, PATH_SIZE, "%s%s%s.%s", given != NULL ? given : "",
                     given != NULL && given[strlen(given) - 1] != '/' ? "/" : "", x->job.slug, format_ending(format));
    if (n < 0 || n >= PATH_SIZE) return err_set(e, ERR_USAGE, "the path of the file is too long: give -o FILE");
    return export_check_place(out, e);
}

static void export_print(const char *text, size_t len, bool one_line)
{
    struct buf safe;

    if (!isatty(STDOUT_FILENO)) {
        output_text(text, len);
        return;
    }
    buf_init(&safe, BUF_MAX_BOOK);
    utf8_terminal(&safe, text, len, one_line);
    output_text(safe.data, safe.len);
    buf_release(&safe);
}

static bool export_to_file(const struct export *x, int format, const char *path, struct err *e)
{
    const char *home = x->home->path;
    struct buf out;

    if (format == FORMAT_ARCHIVE) {
        if (!exported_check(home, path, export_options.force, e) || !archive_export(x->home, x->job.id, path, e))
            return false;
        exported_note(home, path, x->job.id);
        return true;
    }
    buf_init(&out, BUF_MAX_BOOK);
    bool ok = export_write(&x->manuscript, (enum export_format)format, &out, e) &&
              exported_write(home, path, x->job.id, out.data, out.len, export_options.force, e);
    buf_release(&out);
    return ok;
}

static void export_say_archive(const char *path)
{
    const char *name = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;

    if (settings.quiet || output_is_broken()) return;
    log_line(LOG_INFO,
             "archived the book with all that belongs to it; to go on with it on another machine, copy the "
             "file there and type: novelgen import '%s'",
             name);
}

static bool export_one(const struct export *x, int format, struct err *e)
{
    char path[PATH_SIZE];

    if (!export_path(path, x, format, e) || !export_to_file(x, format, path, e)) return false;
    export_print(path, strlen(path), true);
    output_text("\n", 1);
    output_flush();
    if (format == FORMAT_ARCHIVE) export_say_archive(path);
    return !export_options.open || opener_open(path, e);
}

static bool export_to_stdout(const struct export *x, struct err *e)
{
    struct buf out;
    int format = 0;

    while (!(export_options.formats & 1U << format)) format++;
    buf_init(&out, BUF_MAX_BOOK);
    bool ok = export_write(&x->manuscript, (enum export_format)format, &out, e);
    if (ok) export_print(out.data, out.len, false);
    output_flush();
    buf_release(&out);
    return ok;
}

// ---- what is said -----------------------------------------------------------------------------------------------

static void export_say_gaps(const struct job *j)
{
    if (j->gaps == 0) return;
    log_line(LOG_INFO,
             "%d part%s could not be written and %s marked there; try again with: novelgen redo %lld --gaps%s",
             j->gaps, j->gaps == 1 ? "" : "s", j->gaps == 1 ? "is" : "are", (long long)j->id, settings_home_hint());
}

static void export_say(const struct export *x)
{
    const struct manuscript *m = &x->manuscript;
    int done = 0, begun = 0;

    for (size_t i = 0; i < m->chapters_count; i++) {
        done += m->chapters[i].complete ? 1 : 0;
        if (!m->chapters[i].complete) begun = m->chapters[i].number;
    }
    if (m->complete)
        log_line(LOG_INFO, "exported the whole book: %d chapter%s", done, done == 1 ? "" : "s");
    else if (begun > 0)
        log_line(LOG_INFO, "exported %d of %d chapters and what there is of chapter %d, the book is not finished",
                 done, x->job.chapters_total, begun);
    else
        log_line(LOG_INFO, "exported %d of %d chapters, the book is not finished", done, x->job.chapters_total);
    export_say_gaps(&x->job);
}

// ---- the command ------------------------------------------------------------------------------------------------

static bool export_check_stdout(unsigned formats, struct err *e)
{
    if (export_options.open) return err_set(e, ERR_USAGE, "--open needs a file: leave -o - out");
    if (formats & 1U << FORMAT_ARCHIVE) return err_set(e, ERR_USAGE, "an archive needs a file: give -o FILE");
    for (int f = 0; f < EXPORT_FORMATS; f++)
        if (formats & 1U << f && !export_is_text((enum export_format)f) && isatty(STDOUT_FILENO))
            return err_set(e, ERR_USAGE, "%s is no text for a terminal: give -o FILE", format_name(f));
    return true;
}

static bool export_prepare(const struct args *a, struct err *e)
{
    const char *out = export_options.out;
    unsigned *formats = &export_options.formats;

    (void)a;
    if (out != NULL && *out == '\0') return err_set(e, ERR_USAGE, "-o is empty: give a file, a directory, or -");
    if (export_options.format == NULL) {
        int format;
        if (!format_of_path(out, &format, e)) return false;
        *formats = 1U << format;
    } else if (!format_add_list(formats, export_options.format, e)) {
        return false;
    }
    bool several = (*formats & (*formats - 1)) != 0;
    if (several && out != NULL && !export_is_directory(out))
        return err_set(e, ERR_USAGE, "several formats need a directory: -o '%s' is none", out);
    return out == NULL || strcmp(out, "-") != 0 || export_check_stdout(*formats, e);
}

static bool export_load(struct export *x, struct store *s, int64_t id, struct err *e)
{
    bool own;

    if (!store_begin_view(s, &own, e)) return false;
    bool ok = target_read(s, id, &x->job, e) && edition_load(&x->manuscript, s, id, e);
    if (own) store_rollback(s);
    return ok;
}

static bool export_all(const struct export *x, struct err *e)
{
    bool prose = (export_options.formats & ~(1U << FORMAT_ARCHIVE)) != 0, ok = true;

    if (prose && x->manuscript.chapters_count == 0)
        return err_set(e, ERR_USAGE, "no part of job %lld is finished yet; see: novelgen status %lld%s",
                       (long long)x->job.id, (long long)x->job.id, settings_home_hint());
    if (export_options.out != NULL && strcmp(export_options.out, "-") == 0)
        ok = export_to_stdout(x, e);
    else
        for (int f = 0; ok && f < FORMATS; f++)
            if (export_options.formats & 1U << f) ok = export_one(x, f, e);
    if (ok && prose && !settings.quiet && !output_is_broken()) export_say(x);
    if (ok && !settings.quiet) verdict_say_folder(&x->job);
    return ok;
}

static int export_job(const struct home *h, int64_t id)
{
    struct export x = {.home = h};
    struct err e = ERR_INIT;
    struct observer o;

    bool ok = observer_open_once(&o, h->path, &e) && export_load(&x, o.store, id, &e);
    observer_release(&o);
    ok = ok && export_all(&x, &e);
    manuscript_release(&x.manuscript);
    job_release(&x.job);
    return ok ? EXIT_WHOLE : exit_fail(&e);
}

static const struct option *const export_tables[] = {export_own, settings_home, NULL};

const struct command cmd_export = {
    .name = "export",
    .usage = "[ID] [OPTION]...",
    .summary = "write a book as EPUB, HTML, DOCX, text, or an archive",
    .help = "Writes a book as one file, and prints its path. It may be called at any time, also while the book is "
            "being written: then the file holds what is finished so far, and says so. Without an ID: the job being "
            "written, else the last one touched. A file that is there is replaced only if it was exported from here "
            "and not changed since, or with --force.\n\n"
            "epub, docx, html and txt are typeset: quotation marks and dashes as the book's language has them. txt "
            "has a line \"# Title\" before each chapter; md is the text itself; an archive holds all there is, for "
            "`novelgen import`. The same text gives the same bytes; $SOURCE_DATE_EPOCH sets the date that is written "
            "into them.\n\n"
            "Example: novelgen export 3 --format epub --open\n"
            "         novelgen export --format txt -o - | wc -w",
    .tables = export_tables,
    .args_most = 1,
    .prepare = export_prepare,
    .run_job = export_job,
};
