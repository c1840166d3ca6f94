// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen doctor. It only looks (app/doctor.h), and works where the home, the config or the store does not. What it
// finds is on stdout; exit code 4 if one of it is an error.
#include "cli/command.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/doctor.h"
#include "base/log.h"
#include "cli/amount.h"
#include "cli/exit.h"
#include "cli/looks.h"
#include "cli/output.h"
#include "cli/settings.h"
#include "text/utf8.h"

enum { TEXT_COLUMN = 22 };

static struct {
    bool report, paths;
} doctor_options;

static const struct option doctor_own[] = {
    {"report", 0, OPTION_FLAG, &doctor_options.report, NULL, 0, 0,
     "a text for a bug report: no keys, names, hosts or prose"},
    {"paths", 0, OPTION_FLAG, &doctor_options.paths, NULL, 0, 0, "where everything is, and how large"},
    {NULL, 0, OPTION_FLAG, NULL, NULL, 0, 0, NULL},
};

static void doctor_show(const struct buf *page)
{
    output_text(page->data, page->len);
    output_flush();
}

static void doctor_outside(struct buf *out, const char *text)
{
    utf8_terminal(out, text, strlen(text), true);
}

// ---- the checks --------------------------------------------------------------------------------------------------

static void doctor_print_check(const struct doctor_check *c, const struct looks *l, struct buf *out)
{
    bool color = l->color;
    size_t from = out->len;
    static const char *const colors[] = {
        [DOCTOR_OK] = "\033[32m", [DOCTOR_WARNING] = "\033[33m", [DOCTOR_ERROR] = "\033[31m"};

    if (color) buf_adds(out, colors[c->level]);
    buf_addf(out, "%-7s", doctor_level_name(c->level));
    if (color) buf_adds(out, "\033[0m");
    buf_addf(out, "  %-11s  ", c->name);
    doctor_outside(out, c->text);
    if (c->advice[0] != '\0') buf_adds(out, "; ");
    doctor_outside(out, c->advice);
    looks_fold(l, out, from, TEXT_COLUMN);
    buf_adds(out, "\n");
}

static void doctor_judge(const struct doctor *d)
{
    int count[] = {[DOCTOR_OK] = 0, [DOCTOR_WARNING] = 0, [DOCTOR_ERROR] = 0};

    for (size_t i = 0; i < d->count; i++) count[d->checks[i].level]++;
    if (count[DOCTOR_ERROR] > 0)
        log_line(LOG_INFO, "not fit for writing: %d error%s; what to do stands there", count[DOCTOR_ERROR],
                 count[DOCTOR_ERROR] == 1 ? "" : "s");
    else if (count[DOCTOR_WARNING] > 0)
        log_line(LOG_INFO, "fit for writing, with %d warning%s", count[DOCTOR_WARNING],
                 count[DOCTOR_WARNING] == 1 ? "" : "s");
    else
        log_line(LOG_INFO, "fit for writing");
}

static void doctor_print(const struct doctor *d)
{
    const struct looks l = looks_of(STDOUT_FILENO);
    struct buf page;

    buf_init(&page, BUF_MAX_REPLY);
    for (size_t i = 0; i < d->count; i++) doctor_print_check(&d->checks[i], &l, &page);
    doctor_show(&page);
    buf_release(&page);
    doctor_judge(d);
}

static void doctor_print_json(const struct doctor *d)
{
    struct json *v = doctor_json(d);

    output_json(v, false);
    json_free(v);
}

// ---- paths -------------------------------------------------------------------------------------------------------

static void doctor_paths_page(const struct doctor_paths *p)
{
    char size[AMOUNT_SIZE];
    struct buf page;

    buf_init(&page, BUF_MAX_REPLY);
    for (size_t i = 0; i < p->count; i++) {
        const struct doctor_path *at = &p->items[i];
        (void)snprintf(size, sizeof size, "-");
        if (at->bytes >= 0) (void)amount_text(size, at->bytes);
        buf_addf(&page, "%15s  %-22s ", size, at->what);
        doctor_outside(&page, at->path);
        buf_adds(&page, at->bytes < 0 ? " (not there)\n" : "\n");
    }
    buf_addf(&page, "%15s  bytes in all\n", amount_text(size, p->sum));
    doctor_show(&page);
    buf_release(&page);
}

static void doctor_paths_json(const struct doctor_paths *p)
{
    struct json *root = json_new_object(), *list = json_new_array();

    for (size_t i = 0; i < p->count; i++) {
        const struct doctor_path *at = &p->items[i];
        struct json *o = json_new_object();
        json_set_str(o, "what", at->what);
        json_set_str(o, "path", at->path);
        if (at->bytes >= 0)
            json_set_int(o, "bytes", at->bytes);
        else
            json_set_str(o, "bytes", NULL);
        json_push(list, o);
    }
    json_set(root, "paths", list);
    json_set_int(root, "bytes", p->sum);
    output_json(root, false);
    json_free(root);
}

static void doctor_print_paths(const struct doctor *d)
{
    struct doctor_paths paths = {0};

    doctor_find_paths(d, &paths);
    if (settings.json)
        doctor_paths_json(&paths);
    else
        doctor_paths_page(&paths);
    doctor_paths_release(&paths);
}

// ---- the command -------------------------------------------------------------------------------------------------

static void doctor_print_report(const struct doctor *d)
{
    struct buf page;

    buf_init(&page, BUF_MAX_REPLY);
    doctor_report(d, &page);
    doctor_show(&page);
    buf_release(&page);
}

static int doctor_run(const struct args *a)
{
    struct err e = ERR_INIT;
    struct doctor d;

    (void)a;
    if (doctor_options.report && (doctor_options.paths || settings.json)) {
        err_set(&e, ERR_USAGE, "--report is a text of its own: give it without --%s",
                doctor_options.paths ? "paths" : "json");
        return exit_fail(&e);
    }
    doctor_look(&d, settings.home);
    if (doctor_options.report)
        doctor_print_report(&d);
    else if (doctor_options.paths)
        doctor_print_paths(&d);
    else if (settings.json)
        doctor_print_json(&d);
    else
        doctor_print(&d);
    // A page of paths or a report was asked for, not a judgement.
    bool judged = !doctor_options.report && !doctor_options.paths;
    int code = judged && doctor_worst(&d) == DOCTOR_ERROR ? EXIT_STORE : EXIT_WHOLE;
    doctor_release(&d);
    return code;
}

static const struct option *const doctor_tables[] = {doctor_own, settings_home, settings_page, NULL};

const struct command cmd_doctor = {
    .name = "doctor",
    .usage = "[OPTION]...",
    .summary = "whether everything here is fit for writing",
    .help = "Looks at the program and its libraries, the home, free space, the configuration, the database, who "
            "writes, messages that wait, servers, keys, the clock and this machine: a line for each, ok, warning or "
            "error, with what to do. Nothing is changed; it works where nothing else does. Exits with 4 if there is "
            "an error, else with 0: a server that does not answer is a warning.\n\n"
            "Example: novelgen doctor --report > report.txt",
    .tables = doctor_tables,
    .run = doctor_run,
};
