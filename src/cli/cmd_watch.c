// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen watch: the page of `status`, drawn anew until the job ends, on the terminal's other screen.
//
//   enter ──▶ draw ──▶ wait ──┬─ a second, or the window changed ──▶ draw
//                             ├─ SIGTSTP ──▶ leave, stop; SIGCONT ──▶ enter
//                             └─ the job ended, or SIGINT, SIGTERM, SIGHUP, SIGQUIT ──▶ leave, and the last page stays
//
// Signals are let in only while it waits (pselect), so the handlers only note them, and no exit leaves the terminal
// as it is not to be left.
#include "cli/command.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <unistd.h>

#include "app/observer.h"
#include "base/clock.h"
#include "base/mem.h"
#include "cli/exit.h"
#include "cli/output.h"
#include "cli/overview.h"
#include "cli/settings.h"
#include "cli/target.h"
#include "cli/verdict.h"

static struct {
    int64_t interval_s;
} watch_options = {.interval_s = 1};

static const struct option watch_own[] = {
    {"interval", 0, OPTION_NUMBER, &watch_options.interval_s, "SECONDS", 1, 3600, "between two looks (1)"},
    {"color", 0, OPTION_TEXT, &settings.color, "WHEN", 0, 0, "auto, always or never"},
    {NULL, 0, OPTION_FLAG, NULL, NULL, 0, 0, NULL},
};

enum { ROWS_DEFAULT = 24 };

struct watch {
    const struct home *home;
    int64_t id;
    struct observer observer;
    struct overview overview;
    bool seen, removed;
    sigset_t before; // what was blocked when the command began
};

// ---- signals ----------------------------------------------------------------------------------------------------

static volatile sig_atomic_t watch_ended, watch_stopped;

static void watch_on_signal(int signum)
{
    if (signum == SIGTSTP)
        watch_stopped = 1;
    else if (signum != SIGWINCH)
        watch_ended = signum;
}

static const int watch_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH};

static void watch_handle(void)
{
    struct sigaction action = {.sa_handler = watch_on_signal};

    (void)sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < ARRAY_LEN(watch_signals); i++) (void)sigaction(watch_signals[i], &action, NULL);
}

static void watch_block(sigset_t *before)
{
    sigset_t block;

    (void)sigemptyset(&block);
    for (size_t i = 0; i < ARRAY_LEN(watch_signals); i++) (void)sigaddset(&block, watch_signals[i]);
    (void)pthread_sigmask(SIG_BLOCK, &block, before);
}

// ---- the screen -------------------------------------------------------------------------------------------------

static void watch_write(const char *text, size_t len)
{
    output_text(text, len);
    output_flush();
}

static void watch_enter(void)
{
    static const char enter[] = "\033[?1049h\033[?25l\033[H\033[2J"; // the other screen, no cursor, empty

    watch_write(enter, sizeof enter - 1);
}

static void watch_leave(void)
{
    static const char leave[] = "\033[?25h\033[?1049l";

    watch_write(leave, sizeof leave - 1);
}

static size_t watch_rows(void)
{
    struct winsize size;

    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : ROWS_DEFAULT;
}

// Each line over the one that stands there, then what is below is cleared: nothing flickers.
static void watch_screen(const struct buf *page, const struct looks *l, struct buf *out)
{
    size_t rows = watch_rows(), row = 0;

    buf_adds(out, "\033[H");
    for (size_t at = 0; at < page->len && row < rows; row++) {
        const char *end = memchr(page->data + at, '\n', page->len - at);
        size_t len = end != NULL ? (size_t)(end - page->data) - at : page->len - at;
        if (row > 0) buf_adds(out, "\n");
        looks_clip(l, out, page->data + at, len);
        buf_adds(out, "\033[K");
        at += len + 1;
    }
    buf_adds(out, "\033[J");
}

static void watch_draw(const struct watch *w)
{
    struct looks l = looks_of(STDOUT_FILENO);
    struct buf page, screen;

    if (!w->seen) return;
    l.terminal = false; // a line stays one and is cut, so that the page has as many at each look
    buf_init(&page, BUF_MAX_PIECE);
    buf_init(&screen, BUF_MAX_PIECE);
    overview_page(&w->overview, w->home, &l, clock_wall_ms(), &page);
    watch_screen(&page, &l, &screen);
    watch_write(screen.data, screen.len);
    buf_release(&page);
    buf_release(&screen);
}

// ---- looking ----------------------------------------------------------------------------------------------------

static bool watch_read_rows(struct watch *w, struct err *e)
{
    struct store *s = w->observer.store;

    if (!store_begin(s, e)) return false;
    enum store_found found = overview_read(&w->overview, s, w->id, clock_wall_ms(), e);
    store_rollback(s);
    w->seen = found == STORE_FOUND;
    w->removed = found == STORE_NONE;
    return found != STORE_ERROR;
}

static bool watch_read(struct watch *w, struct err *e)
{
    struct err cause = ERR_INIT;
    enum observed seen = observer_look(&w->observer, e);

    if (seen == OBSERVED_FAILED) return false;
    return seen != OBSERVED_NEWS || watch_read_rows(w, &cause) || observer_stumble(&w->observer, &cause, e);
}

static bool watch_is_over(const struct watch *w)
{
    return watch_ended != 0 || w->removed || output_is_broken() ||
           (w->seen && !job_state_runnable(w->overview.job.state));
}

static void watch_stop(const struct watch *w)
{
    watch_stopped = 0;
    watch_leave();
    (void)signal(SIGTSTP, SIG_DFL);
    (void)raise(SIGTSTP);
    (void)pthread_sigmask(SIG_SETMASK, &w->before, NULL); // it stops here, and goes on here
    watch_handle();
    watch_block(NULL);
    watch_enter();
}

static void watch_wait(const struct watch *w)
{
    struct timespec rest = {.tv_sec = (time_t)watch_options.interval_s};

    (void)pselect(0, NULL, NULL, NULL, &rest, &w->before);
    if (watch_stopped) watch_stop(w);
}

static bool watch_loop(struct watch *w, struct err *e)
{
    for (;;) {
        if (!watch_read(w, e)) return false;
        watch_draw(w);
        if (watch_is_over(w)) return true;
        watch_wait(w);
    }
}

// ---- the end ----------------------------------------------------------------------------------------------------

// The other screen is gone with all that was on it.
static void watch_keep_page(const struct watch *w)
{
    struct looks l = looks_of(STDOUT_FILENO);
    struct buf page;

    buf_init(&page, BUF_MAX_PIECE);
    overview_page(&w->overview, w->home, &l, clock_wall_ms(), &page);
    watch_write(page.data, page.len);
    overview_looked(&w->overview, w->home, clock_wall_ms());
    buf_release(&page);
}

static int watch_end(const struct watch *w)
{
    if (w->removed) return target_removed(w->id);
    if (w->seen && !output_is_broken()) watch_keep_page(w);
    if (watch_ended != 0) return EXIT_SIGNAL + watch_ended;
    if (output_is_broken()) return EXIT_WHOLE;
    verdict_say(&w->overview.job);
    return exit_of_job(&w->overview.job);
}

static int watch_job(const struct home *h, int64_t id)
{
    struct watch w = {.home = h, .id = id};
    struct err e = ERR_INIT;

    observer_init(&w.observer, h->path);
    overview_init(&w.overview, h, id);
    watch_block(&w.before);
    watch_handle();
    watch_enter();
    bool ok = watch_loop(&w, &e);
    watch_leave();
    int code = ok ? watch_end(&w) : exit_fail(&e);
    overview_release(&w.overview);
    observer_release(&w.observer);
    return code;
}

static bool watch_prepare(const struct args *a, struct err *e)
{
    const char *hint = settings_home_hint();

    (void)a;
    return settings_redraws_page() ||
           err_set(e, ERR_USAGE, "watch needs a terminal on stdout; use: novelgen status%s, or novelgen tail -f%s",
                   hint, hint);
}

static const struct option *const watch_tables[] = {watch_own, settings_home, NULL};

const struct command cmd_watch = {
    .name = "watch",
    .usage = "[ID] [OPTION]...",
    .summary = "the status, drawn anew each second",
    .help = "Shows the page of `novelgen status` on a terminal and keeps it up to date; ends with the job and its "
            "exit code, or with Ctrl-C, which stops nothing but the watching. Without an ID: the job being written, "
            "else the last one touched.\n\n"
            "Example: novelgen watch --interval 5",
    .tables = watch_tables,
    .args_most = 1,
    .prepare = watch_prepare,
    .run_job = watch_job,
};
