// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen prompt. It only reads the store: the attempts with what each has sent. All of it is gathered before the
// first byte is printed, and more than a ceiling is refused.
#include "cli/command.h"

#include <inttypes.h>
#include <limits.h>
#include <unistd.h>

#include "app/observer.h"
#include "app/order.h"
#include "app/transcript.h"
#include "base/log.h"
#include "cli/exchange.h"
#include "cli/exit.h"
#include "cli/output.h"
#include "cli/settings.h"

static struct {
    int64_t chapter, chunk, attempt;
    bool raw;
} prompt_options;

static const struct option prompt_own[] = {
    {"chapter", 0, OPTION_NUMBER, &prompt_options.chapter, "N", 1, INT_MAX, "of a chapter instead of the plan"},
    {"chunk", 0, OPTION_NUMBER, &prompt_options.chunk, "K", 1, INT_MAX,
     "of one part of the chapter, with the whole conversation"},
    {"attempt", 0, OPTION_NUMBER, &prompt_options.attempt, "A", 1, INT_MAX,
     "only the attempt of this number, of each"},
    {"raw", 0, OPTION_FLAG, &prompt_options.raw, NULL, 0, 0, "every byte as it came, also on a terminal"},
    {NULL, 0, OPTION_FLAG, NULL, NULL, 0, 0, NULL},
};

struct prompt_output {
    struct exchange_view view;
    struct json *array; // NULL: a page
    struct buf page;
    int count;
};

static bool prompt_on_exchange(void *arg, const struct exchange *x)
{
    struct prompt_output *p = arg;

    p->count++;
    if (p->array != NULL)
        json_push(p->array, exchange_json(x, &p->view));
    else
        exchange_page(x, &p->view, &p->page);
    return true;
}

static void prompt_print(const struct prompt_output *p, int64_t job)
{
    if (p->array != NULL) {
        output_json(p->array, false);
        return;
    }
    output_text(p->page.data, p->page.len);
    output_flush();
    if (p->count == 0) log_line(LOG_INFO, "nothing was sent for job %" PRId64 " yet", job);
}

// Printed when all is read: who reads slowly must not hold the database.
static int prompt_show(const struct home *h, int64_t job)
{
    const struct transcript_wish wish = {.job = job,
                                         .chapter = (int)prompt_options.chapter,
                                         .chunk = (int)prompt_options.chunk,
                                         .attempt = (int)prompt_options.attempt};
    struct prompt_output p = {.view = {.whole = wish.chunk > 0,
                                       .mask = !prompt_options.raw && isatty(STDOUT_FILENO),
                                       .color = settings_paints(STDOUT_FILENO),
                                       .written = order_is_written(h)},
                              .array = settings.json ? json_new_array() : NULL};
    struct err e = ERR_INIT;
    struct observer o;

    buf_init(&p.page, BUF_MAX_BOOK);
    bool ok = observer_open_once(&o, h->path, &e) && transcript_read(o.store, &wish, prompt_on_exchange, &p, &e);
    observer_release(&o);
    if (ok && p.page.full)
        ok = err_set(&e, ERR_CEILING, "this is more than can be shown at once: add --chunk or --attempt");
    if (ok) prompt_print(&p, job);
    buf_release(&p.page);
    json_free(p.array);
    return ok ? EXIT_WHOLE : exit_fail(&e);
}

static bool prompt_prepare(const struct args *a, struct err *e)
{
    (void)a;
    return prompt_options.chunk == 0 || prompt_options.chapter > 0 ||
           err_set(e, ERR_USAGE, "--chunk needs --chapter: the parts are numbered in each chapter");
}

static const struct option *const prompt_tables[] = {prompt_own, settings_page, settings_home, NULL};

const struct command cmd_prompt = {
    .name = "prompt",
    .usage = "[ID] [--chapter N [--chunk K]] [OPTION]...",
    .summary = "what was sent to the server and what came back",
    .help = "Shows the requests of a job, attempt by attempt: what each sent, what came back, and what of it was "
            "kept. Those of the plan; with --chapter, those of that chapter: its cards, parts and recap; with "
            "--chunk, those of one part with the whole conversation as it was sent. On a terminal, control "
            "characters are left out. With --json: an array of attempts. Without an ID: the job being written, else "
            "the last one touched.\n\n"
            "Example: novelgen prompt 3 --chapter 2 --chunk 1",
    .tables = prompt_tables,
    .args_most = 1,
    .prepare = prompt_prepare,
    .run_job = prompt_show,
};
