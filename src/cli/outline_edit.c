// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
//   plan ─▶ file ─▶ editor ─▶ read ──▶ message ─▶ answer ─▶ the file goes
//             ▲                │ faults      │ refused
//             └── marked ◀─────┘             └─▶ the file stays, and its name is said
//
// What somebody has typed is never thrown away: the file goes only when its text was taken, or was not changed.
#include "cli/outline_edit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/order.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/editor.h"
#include "cli/exit.h"
#include "cli/settings.h"
#include "engine/message.h"
#include "io/json.h"

enum { EDIT_PATH_SIZE = HOME_PATH_SIZE + 64, EDIT_WAIT_MS = 10000, EDIT_FAULTS_SHOWN = 50 };

struct editing {
    const struct home *home;
    const struct outline *now;
    bool approval; // the job waits for it
    char path[EDIT_PATH_SIZE];
};

// ---- to the engine ----------------------------------------------------------------------------------------------

static void edit_say(const struct editing *x, const struct inbox_answer *answer)
{
    long long id = (long long)x->now->job;

    if (x->approval)
        log_line(LOG_INFO, "job %lld: %s; go on with: novelgen approve %lld%s", id, answer->text, id,
                 settings_home_hint());
    else
        log_line(LOG_INFO, "job %lld: %s", id, answer->text);
}

static bool edit_post(const struct editing *x, const struct outline *edit, struct err *e)
{
    struct json *more = outline_message(edit, x->now);
    const struct message_change change = {.deadline_ms = -1, .more = more};
    struct inbox_answer answer;
    char key[MESSAGE_KEY_SIZE];
    enum order_end end = order_give(x->home, MESSAGE_OUTLINE, x->now->job, &change, EDIT_WAIT_MS, key, &answer, e);

    json_free(more);
    if (end == ORDER_SILENT)
        log_line(LOG_WARN, "the novelgen that is writing has not answered yet; the new outline is kept for it");
    if (end == ORDER_ANSWERED) edit_say(x, &answer);
    return end != ORDER_FAILED;
}

static void edit_say_same(const struct editing *x)
{
    log_line(LOG_INFO, "job %" PRId64 ": nothing is changed", x->now->job);
}

static bool edit_is_new(const struct editing *x, const struct outline *edit)
{
    struct outline_change change = outline_compare(edit, x->now);

    if (outline_is_changed(&change)) return true;
    edit_say_same(x);
    return false;
}

// `name`: NULL, or what the document is called.
static void edit_print_faults(const struct outline_faults *f, int shift, const char *name)
{
    for (size_t i = 0; i < f->count && i < EDIT_FAULTS_SHOWN; i++) {
        struct buf line;
        buf_init(&line, BUF_MAX_LINE);
        outline_fault_text(&f->items[i], shift, &line);
        (void)fprintf(stderr, "novelgen: %s%s%s\n", name != NULL ? name : "", name != NULL ? ": " : "", line.data);
        buf_release(&line);
    }
    if (f->count > EDIT_FAULTS_SHOWN)
        (void)fprintf(stderr, "novelgen: and %zu mistakes more\n", f->count - EDIT_FAULTS_SHOWN);
}

// ---- in an editor -----------------------------------------------------------------------------------------------

static void edit_remove(const struct editing *x)
{
    struct err ignored = ERR_INIT;
    (void)file_remove(x->path, &ignored);
}

static bool edit_begin(struct editing *x, const struct buf *form, struct err *e)
{
    (void)snprintf(x->path, sizeof x->path, "%s/outline-%" PRId64 ".XXXXXX", x->home->path, x->now->job);
    int fd = mkstemp(x->path); // 0600
    if (fd < 0) return err_set_errno(e, ERR_STORE, "cannot create a file in '%s'", x->home->path);
    (void)close(fd);
    if (file_project(x->path, form->data, form->len, e)) return true;
    edit_remove(x); // there is nothing of its owner's in it
    return false;
}

static bool edit_load(const struct editing *x, struct buf *text, struct err *e)
{
    switch (file_read(x->path, text, e)) {
    case FILE_READ_OK:
        return true;
    case FILE_READ_MISSING:
        return err_set(e, ERR_USAGE, "the editor has removed '%s': nothing is changed", x->path);
    case FILE_READ_ERROR:
        break;
    }
    return false;
}

// Whoever leaves at the question by Ctrl-C has been told where the text is.
static bool edit_asks_again(const struct editing *x)
{
    char line[16];

    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) return false;
    (void)fprintf(stderr, "your text is in '%s'\nedit it again? [Y/n] ", x->path);
    if (fgets(line, sizeof line, stdin) == NULL) return false;
    return line[0] == '\n' || line[0] == 'y' || line[0] == 'Y';
}

static int edit_kept(const struct editing *x, int code)
{
    (void)fprintf(stderr,
                  "novelgen: your text is kept in '%s'; mend it there, then: novelgen outline %" PRId64
                  " --set '%s'%s\n",
                  x->path, x->now->job, x->path, settings_home_hint());
    return code;
}

static int edit_failed(const struct editing *x, const struct err *e)
{
    return edit_kept(x, exit_fail(e));
}

// An editor that ends with a failure means: leave it as it is.
static int edit_given_up(const struct editing *x, const struct buf *form, enum editor_end end, const struct err *why)
{
    struct buf text;
    struct err ignored = ERR_INIT;

    buf_init(&text, BUF_MAX_PROMPT);
    bool same =
        edit_load(x, &text, &ignored) && text.len == form->len && memcmp(text.data, form->data, text.len) == 0;
    buf_release(&text);
    int code = end == EDITOR_LEFT ? EXIT_WHOLE : exit_fail(why);
    if (end == EDITOR_LEFT) log_line(LOG_WARN, "%s: nothing is changed", why->text);
    if (!same && ignored.code == ERR_NONE) return edit_kept(x, code);
    edit_remove(x);
    return code;
}

enum edit_end { EDIT_AGAIN, EDIT_OVER };

// What came back from the editor.
static enum edit_end edit_look(struct editing *x, const struct buf *text, int *code)
{
    struct outline_faults faults = {0};
    struct outline edit;
    struct err e = ERR_INIT;
    struct buf marked;
    enum edit_end end = EDIT_OVER;

    buf_init(&marked, BUF_MAX_PROMPT);
    *code = EXIT_WHOLE;
    if (outline_text_read(&edit, x->now, text->data, text->len, &faults)) {
        if (!edit_is_new(x, &edit) || edit_post(x, &edit, &e))
            edit_remove(x);
        else
            *code = edit_failed(x, &e);
    } else {
        outline_text_mark(text->data, text->len, &faults, &marked);
        edit_print_faults(&faults, 0, NULL);
        if (!file_project(x->path, marked.data, marked.len, &e))
            *code = edit_failed(x, &e);
        else if (edit_asks_again(x))
            end = EDIT_AGAIN;
        else
            *code = edit_kept(x, EXIT_USAGE);
    }
    outline_release(&edit);
    outline_faults_release(&faults);
    buf_release(&marked);
    return end;
}

static bool edit_is_same(const struct buf *form, const struct buf *text)
{
    return text->len == form->len && memcmp(text->data, form->data, form->len) == 0;
}

static void edit_leave(const struct editing *x)
{
    edit_say_same(x);
    edit_remove(x);
}

static int edit_turns(struct editing *x, const struct buf *form)
{
    struct err e = ERR_INIT;
    int code = EXIT_WHOLE;

    for (enum edit_end end = EDIT_AGAIN; end == EDIT_AGAIN;) {
        struct buf text;
        enum editor_end left = editor_run(x->path, &e);
        if (left != EDITOR_DONE) return edit_given_up(x, form, left, &e);
        buf_init(&text, BUF_MAX_PROMPT);
        end = EDIT_OVER;
        if (!edit_load(x, &text, &e))
            code = file_exists(x->path) ? edit_failed(x, &e) : exit_fail(&e);
        else if (edit_is_same(form, &text))
            edit_leave(x);
        else
            end = edit_look(x, &text, &code);
        buf_release(&text);
    }
    return code;
}

int outline_edit(const struct home *h, const struct outline *now, bool approval)
{
    struct editing x = {.home = h, .now = now, .approval = approval};
    struct err e = ERR_INIT;
    struct buf form;

    buf_init(&form, BUF_MAX_PROMPT);
    outline_text_write(now, &form);
    int code = edit_begin(&x, &form, &e) ? edit_turns(&x, &form) : exit_fail(&e);
    buf_release(&form);
    return code;
}

// ---- from elsewhere ---------------------------------------------------------------------------------------------

static bool take_read(const char *path, struct buf *text, struct err *e)
{
    if (strcmp(path, "-") == 0) return file_read_fd(STDIN_FILENO, "stdin", text, e);
    switch (file_read(path, text, e)) {
    case FILE_READ_OK:
        return true;
    case FILE_READ_MISSING:
        return err_set(e, ERR_USAGE, "cannot read '%s': there is no such file", path);
    case FILE_READ_ERROR:
        break;
    }
    return false;
}

// JSON begins with a brace, and no text form does.
static bool take_parse(const struct editing *x, struct outline *edit, const struct buf *text,
                       struct outline_faults *faults)
{
    bool json = text->data[strspn(text->data, " \t\r\n")] == '{';

    if (json) return outline_json_read(edit, x->now, text->data, text->len, faults);
    return outline_text_read(edit, x->now, text->data, text->len, faults);
}

int outline_take(const struct home *h, const struct outline *now, bool approval, const char *path)
{
    struct editing x = {.home = h, .now = now, .approval = approval};
    struct outline_faults faults = {0};
    struct outline edit;
    struct err e = ERR_INIT;
    struct buf text;
    int code = EXIT_WHOLE;

    buf_init(&text, BUF_MAX_PROMPT);
    outline_init(&edit);
    bool read = take_read(path, &text, &e);
    if (read && !take_parse(&x, &edit, &text, &faults)) {
        edit_print_faults(&faults, 0, strcmp(path, "-") == 0 ? "stdin" : path);
        code = EXIT_USAGE;
    } else if (!read || (edit_is_new(&x, &edit) && !edit_post(&x, &edit, &e))) {
        code = exit_fail(&e);
    }
    outline_release(&edit);
    outline_faults_release(&faults);
    buf_release(&text);
    return code;
}
