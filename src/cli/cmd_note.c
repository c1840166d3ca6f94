// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen note. Without a text it only reads the store. A text is checked here, and left as a message: the engine
// keeps it, and says from which chapter on it holds.
#include "cli/command.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "app/observer.h"
#include "app/order.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "cli/exit.h"
#include "cli/output.h"
#include "cli/settings.h"
#include "cli/target.h"
#include "cli/typed.h"
#include "engine/message.h"
#include "io/json.h"
#include "model/keys.h"
#include "text/utf8.h"

enum { NOTE_WAIT_MS = 10000 };

// ---- what was said ----------------------------------------------------------------------------------------------

struct note_list {
    struct buf page;
    struct json *array; // NULL: a page
    int count;
};

static void note_add_json(struct json *array, const struct direction_row *d)
{
    struct json *item = json_new_object();
    char time[CLOCK_TEXT_SIZE];

    clock_rfc3339(time, d->time_ms);
    json_set_int(item, "first", d->first);
    json_set_int(item, "last", d->last);
    json_set_str(item, "text", d->text);
    json_set_str(item, "time", time);
    json_push(array, item);
}

static bool note_on_row(void *arg, const struct direction_row *d)
{
    struct note_list *l = arg;

    l->count++;
    if (l->array != NULL) {
        note_add_json(l->array, d);
        return true;
    }
    if (d->last == 0)
        buf_addf(&l->page, "from chapter %d on: ", d->first);
    else
        buf_addf(&l->page, d->first == d->last ? "chapter %d: " : "chapters %d to %d: ", d->first, d->last);
    utf8_terminal(&l->page, d->text, strlen(d->text), true);
    buf_addc(&l->page, '\n');
    return true;
}

static int note_show(const struct home *h, int64_t id)
{
    struct note_list l = {.array = settings.json ? json_new_array() : NULL};
    struct observer o;
    struct err e = ERR_INIT;

    buf_init(&l.page, BUF_MAX_PROMPT);
    bool ok = observer_open_once(&o, h->path, &e) && store_directions_each(o.store, id, note_on_row, &l, &e);
    observer_release(&o);
    if (ok && l.array != NULL) output_json(l.array, false);
    if (ok && l.array == NULL) output_text(l.page.data, l.page.len);
    output_flush();
    if (ok && l.count == 0)
        log_line(LOG_INFO,
                 "nothing was noted for job %" PRId64 " yet; say it with: novelgen note %" PRId64 " \"TEXT\"%s", id,
                 id, settings_home_hint());
    buf_release(&l.page);
    json_free(l.array);
    return ok ? EXIT_WHOLE : exit_fail(&e);
}

// ---- something new ----------------------------------------------------------------------------------------------

static int note_post(const struct home *h, int64_t id, const char *text)
{
    struct json *more = json_new_object();
    const struct message_change change = {.deadline_ms = -1, .more = more};
    struct inbox_answer answer = {0};
    char key[MESSAGE_KEY_SIZE];
    struct err e = ERR_INIT;

    json_set_str(more, "text", text);
    enum order_end end = order_give(h, MESSAGE_NOTE, id, &change, NOTE_WAIT_MS, key, &answer, &e);
    json_free(more);
    if (end == ORDER_SILENT)
        log_line(LOG_WARN, "the novelgen that is writing has not answered yet; the note is kept for it");
    if (end == ORDER_ANSWERED) log_line(LOG_INFO, "job %" PRId64 ": %s", id, answer.text);
    return end == ORDER_FAILED ? exit_fail(&e) : EXIT_WHOLE;
}

// Another system's lines end with two characters.
static void note_unwrap(struct buf *text)
{
    size_t n = 0;

    for (size_t i = 0; i < text->len; i++)
        if (text->data[i] != '\r' || text->data[i + 1] != '\n') text->data[n++] = text->data[i];
    buf_cut(text, n);
}

// Without the blank ends, and only what a note may be.
static bool note_trim(struct buf *text, struct err *e)
{
    while (text->len > 0 && strchr(" \t\r\n", text->data[text->len - 1])) buf_cut(text, text->len - 1);
    size_t blank = strspn(text->data, " \t\r\n");
    buf_drop_front(text, blank);
    if (text->len == 0 || keys_blank(text->data))
        return err_set(e, ERR_USAGE, "the note is empty, expected a direction in words");
    if (strlen(text->data) != text->len) return err_set(e, ERR_USAGE, "the note holds a NUL byte, expected text");
    return typed_text("the note", text->data, DIRECTION_BYTES, e);
}

static bool note_read(const char *given, struct buf *text, struct err *e)
{
    if (strcmp(given, "-") != 0)
        buf_adds(text, given);
    else if (!file_read_fd(STDIN_FILENO, "stdin", text, e))
        return false;
    note_unwrap(text);
    return note_trim(text, e);
}

static int note_take(const struct home *h, int64_t id, const char *given)
{
    struct err e = ERR_INIT;
    struct buf text;

    buf_init(&text, BUF_MAX_PIECE);
    int code = note_read(given, &text, &e) ? note_post(h, id, text.data) : exit_fail(&e);
    buf_release(&text);
    return code;
}

// ---- which of the two -------------------------------------------------------------------------------------------

// One argument is a job where it is a number or there is one of that name, else what is to be noted.
static bool note_is_job(const struct home *h, const char *word)
{
    struct observer o;
    struct err ignored = ERR_INIT;
    int64_t id;

    if (word[strspn(word, "0123456789")] == '\0') return true;
    bool is = strpbrk(word, " \n\t") == NULL && strcmp(word, "-") != 0 && observer_open_once(&o, h->path, &ignored);
    if (!is) return false;
    is = o.store != NULL && store_job_find(o.store, word, &id, &ignored) == STORE_FOUND;
    observer_release(&o);
    return is;
}

static int note_home(const struct home *h, const struct args *a)
{
    struct args which = *a;
    struct err e = ERR_INIT;
    struct targets t = {0};
    const char *text = NULL;

    if (a->count == 2) text = a->items[1];
    if (a->count == 1 && !note_is_job(h, a->items[0])) text = a->items[0];
    which.count = a->count == 2 || (a->count == 1 && text == NULL) ? 1 : 0;
    if (!targets_find(&t, h, &which, false, &e)) return exit_fail(&e);
    int code = text != NULL ? note_take(h, t.ids[0], text) : note_show(h, t.ids[0]);
    targets_release(&t);
    return code;
}

static const struct option *const note_tables[] = {settings_page, settings_home, NULL};

const struct command cmd_note = {
    .name = "note",
    .usage = "[ID] [TEXT|-] [OPTION]...",
    .summary = "say something for all chapters that are still to come",
    .help = "Gives the writer a direction. It holds from the next chapter on that has not begun, until the end of "
            "the book; the chapter being written stays as it is. With - the text comes from stdin. Without a text: "
            "what was noted so far. Without an ID: the job being written, else the last one touched.\n\n"
            "Example: novelgen note 3 \"Less weather, more talk. Nobody dies before chapter 12.\"",
    .tables = note_tables,
    .args_most = 2,
    .run_home = note_home,
};
