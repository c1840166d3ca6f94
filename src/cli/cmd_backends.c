// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen backends. It asks servers what they are, and prints that: nothing is started, generated or stored. Exit
// code 3 if none of them is ready.
#include "cli/command.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/backends.h"
#include "base/mem.h"
#include "cli/amount.h"
#include "cli/exit.h"
#include "cli/looks.h"
#include "cli/output.h"
#include "cli/settings.h"
#include "text/utf8.h"

static const char *backends_only;

static const struct option backends_own[] = {
    {"backend", 'b', OPTION_TEXT, &backends_only, "URL|NAME", 0, 0, "only this one"},
    {NULL, 0, OPTION_FLAG, NULL, NULL, 0, 0, NULL},
};

// ---- the table: a row for each, and a line below it for what is not as it should be ----------------------------------

enum { BACKENDS_COLUMNS = 6, BACKENDS_CELL = 200, BACKENDS_LEAST = 10, BACKENDS_GAP = 2 };
enum { COLUMN_BACKEND, COLUMN_SERVER, COLUMN_MODEL, COLUMN_CONTEXT, COLUMN_SLOTS, COLUMN_STATE };

struct backends_row {
    char cells[BACKENDS_COLUMNS][BACKENDS_CELL];
};

static void backends_cell(char *cell, const char *text)
{
    struct buf shown;

    buf_init(&shown, BUF_MAX_LINE);
    utf8_terminal(&shown, text, strlen(text), true);
    size_t len = utf8_whole(shown.data, shown.len < BACKENDS_CELL ? shown.len : BACKENDS_CELL - 1);
    (void)snprintf(cell, BACKENDS_CELL, "%.*s", (int)len, shown.data);
    buf_release(&shown);
}

static void backends_server(char *cell, const struct backend_facts *f)
{
    char text[BACKENDS_CELL];
    const char *title = f->dialect != DIALECT_UNKNOWN ? dialect_title((enum dialect_kind)f->dialect) : "?";

    (void)snprintf(text, sizeof text, "%s%s%s", title, f->version[0] != '\0' ? " " : "", f->version);
    backends_cell(cell, text);
}

static void backends_number(char *cell, int n)
{
    char text[AMOUNT_SIZE];
    backends_cell(cell, n > 0 ? amount_text(text, n) : "?");
}

static void backends_fill(struct backends_row *r, const struct backends_item *i)
{
    const char *model = backends_model(i);
    const char *name = backends_name(i);

    backends_cell(r->cells[COLUMN_BACKEND], name != NULL ? name : i->url);
    backends_server(r->cells[COLUMN_SERVER], &i->facts);
    backends_cell(r->cells[COLUMN_MODEL], *model != '\0' ? model : "?");
    backends_number(r->cells[COLUMN_CONTEXT], i->facts.n_ctx_tokens);
    backends_number(r->cells[COLUMN_SLOTS], i->facts.slots);
    backends_cell(r->cells[COLUMN_STATE], backends_state_name(i->state));
}

static void backends_measure(const struct backends_row *rows, size_t count, size_t widths[BACKENDS_COLUMNS])
{
    for (size_t c = 0; c < BACKENDS_COLUMNS; c++) {
        widths[c] = 0;
        for (size_t r = 0; r < count; r++) {
            size_t columns = utf8_columns(rows[r].cells[c], strlen(rows[r].cells[c]));
            if (columns > widths[c]) widths[c] = columns;
        }
    }
}

// Takes what is too much from the widest of the three columns of words, again and again.
static void backends_squeeze(size_t widths[BACKENDS_COLUMNS], size_t room)
{
    size_t all = (size_t)(BACKENDS_COLUMNS - 1) * BACKENDS_GAP;

    for (size_t c = 0; c < BACKENDS_COLUMNS; c++) all += widths[c];
    while (all > room) {
        size_t widest = COLUMN_MODEL;
        for (size_t c = COLUMN_BACKEND; c < COLUMN_MODEL; c++)
            if (widths[c] > widths[widest]) widest = c;
        if (widths[widest] <= BACKENDS_LEAST) return;
        widths[widest]--;
        all--;
    }
}

static void backends_pad(struct buf *out, size_t columns)
{
    buf_addf(out, "%*s", (int)columns, "");
}

static void backends_print_cell(struct buf *out, const char *cell, size_t width, bool right)
{
    size_t len = utf8_fit(cell, strlen(cell), width);
    size_t pad = width - utf8_columns(cell, len);

    if (right) backends_pad(out, pad);
    buf_add(out, cell, len);
    if (!right) backends_pad(out, pad);
}

static void backends_print_row(struct buf *out, const struct backends_row *r, const size_t widths[BACKENDS_COLUMNS])
{
    for (size_t c = 0; c + 1 < BACKENDS_COLUMNS; c++) {
        backends_print_cell(out, r->cells[c], widths[c], c == COLUMN_CONTEXT || c == COLUMN_SLOTS);
        backends_pad(out, BACKENDS_GAP);
    }
    buf_addf(out, "%s\n", r->cells[COLUMN_STATE]);
}

static void backends_print_below(struct buf *out, const struct backends_item *i, const struct config *c)
{
    const char *missing[BACKENDS_MISSING_MOST], *reason = backends_reason(i);
    size_t count = backends_missing(i, c, missing);
    bool named = backends_name(i) != NULL && i->url != NULL;

    if (!named && *reason == '\0' && count == 0) return;
    buf_adds(out, "    ");
    if (named) utf8_terminal(out, i->url, strlen(i->url), true);
    if (named && (*reason != '\0' || count > 0)) buf_adds(out, ": ");
    utf8_terminal(out, reason, strlen(reason), true);
    for (size_t k = 0; k < count; k++) buf_addf(out, "%s%s", k > 0 ? ", " : "", missing[k]);
    buf_adds(out, "\n");
}

static void backends_print(const struct backends *b, const struct config *c)
{
    static const struct backends_row head = {{"BACKEND", "SERVER", "MODEL", "CONTEXT", "SLOTS", "STATE"}};
    struct backends_row *rows = mem_calloc(b->count + 1, sizeof *rows);
    size_t widths[BACKENDS_COLUMNS];
    struct buf page;

    buf_init(&page, BUF_MAX_REPLY);
    rows[0] = head;
    for (size_t i = 0; i < b->count; i++) backends_fill(&rows[i + 1], &b->items[i]);
    backends_measure(rows, b->count + 1, widths);
    if (isatty(STDOUT_FILENO)) backends_squeeze(widths, looks_columns(STDOUT_FILENO));
    backends_print_row(&page, &rows[0], widths);
    for (size_t i = 0; i < b->count; i++) {
        backends_print_row(&page, &rows[i + 1], widths);
        backends_print_below(&page, &b->items[i], c);
    }
    output_text(page.data, page.len);
    output_flush();
    buf_release(&page);
    free(rows);
}

// ---- the command ---------------------------------------------------------------------------------------------------

static int backends_none(const struct backends *b)
{
    struct err e = ERR_INIT;

    if (backends_only != NULL && b->count == 1)
        err_set(&e, ERR_BACKEND, "the backend '%s' is not ready: %s", backends_only, backends_reason(&b->items[0]));
    else
        err_set(&e, ERR_BACKEND,
                "no inference server is ready (asked: %.600s): start one, such as llama-server or ollama, or name it "
                "with --backend URL",
                b->tried.data);
    return exit_fail(&e);
}

static int backends_show(const struct backends *b, const struct config *c)
{
    if (settings.json) {
        struct json *v = backends_json(b, c);
        output_json(v, false);
        json_free(v);
    } else if (b->count > 0) {
        backends_print(b, c);
    }
    return backends_any(b) ? EXIT_WHOLE : backends_none(b);
}

static int backends_home(const struct home *h, const struct args *a)
{
    struct err e = ERR_INIT;
    struct backends b;

    (void)a;
    int code = backends_look(&b, h, backends_only, &e) ? backends_show(&b, &h->config) : exit_fail(&e);
    backends_release(&b);
    return code;
}

static const struct option *const backends_tables[] = {backends_own, settings_home, settings_page, NULL};

const struct command cmd_backends = {
    .name = "backends",
    .usage = "[OPTION]...",
    .summary = "the inference servers that answer",
    .help = "Asks the backends of the config and the well-known local ports what they are: server and version, "
            "model, context in tokens, slots, whether it is ready, and what a book would have to do without. Nothing "
            "is started and nothing generated.\n\n"
            "Example: novelgen backends --json | jq -r '.[] | select(.state == \"ready\") | .url'",
    .tables = backends_tables,
    .run_home = backends_home,
};
