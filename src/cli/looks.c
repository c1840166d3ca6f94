// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Colours, bars, widths: see looks.h. The locale is only asked: to set it for the process would change what isspace()
// says of the bytes of a text, and so the text.
#include "cli/looks.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

#include "base/mem.h"
#include "cli/settings.h"
#include "text/utf8.h"

enum { COLUMNS_DEFAULT = 80, COLUMNS_MOST = 10000 };

static const char looks_end[] = "\033[0m";
static const char *const looks_colors[] = {
    [LOOKS_PLAIN] = "",       [LOOKS_GOOD] = "\033[32m", [LOOKS_BUSY] = "\033[36m", [LOOKS_WAITS] = "\033[33m",
    [LOOKS_BAD] = "\033[31m", [LOOKS_DIM] = "\033[2m",   [LOOKS_BOLD] = "\033[1m",
};

// ---- what there is ----------------------------------------------------------------------------------------------

static const char *looks_env(const char *name)
{
    const char *value = getenv(name); // NOLINT(concurrency-mt-unsafe): nobody calls setenv
    return value != NULL ? value : "";
}

size_t looks_columns(int fd)
{
    struct winsize size;
    long columns = strtol(looks_env("COLUMNS"), NULL, 10);

    if (columns > 0 && columns <= COLUMNS_MOST) return (size_t)columns;
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return COLUMNS_DEFAULT;
}

static bool looks_is_utf8(const char *name)
{
    return strcasestr(name, "utf-8") != NULL || strcasestr(name, "utf8") != NULL;
}

// A locale that is named and not installed still says what the terminal shows.
bool looks_unicode(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    locale_t l = newlocale(LC_CTYPE_MASK, "", (locale_t)0);

    if (l != (locale_t)0) {
        bool is = looks_is_utf8(nl_langinfo_l(CODESET, l));
        freelocale(l);
        return is;
    }
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (looks_env(names[i])[0] != '\0') return looks_is_utf8(looks_env(names[i]));
    return false;
}

struct looks looks_of(int fd)
{
    return (struct looks){.color = settings_paints(fd),
                          .unicode = looks_unicode(),
                          .terminal = isatty(fd) != 0,
                          .columns = looks_columns(fd)};
}

// ---- text -------------------------------------------------------------------------------------------------------

void looks_paint(const struct looks *l, enum looks_color color, struct buf *out, const char *text)
{
    bool paints = l->color && color != LOOKS_PLAIN;

    if (paints) buf_adds(out, looks_colors[color]);
    buf_adds(out, text);
    if (paints) buf_adds(out, looks_end);
}

void looks_outside(const struct looks *l, struct buf *out, const char *text, size_t columns)
{
    size_t from = out->len;
    const char *sign = l->unicode ? "\u2026" : "~";

    utf8_terminal(out, text, strlen(text), true);
    if (columns == 0 || utf8_columns(out->data + from, out->len - from) <= columns) return;
    buf_cut(out, from + utf8_fit(out->data + from, out->len - from, columns - 1));
    buf_adds(out, sign);
}

void looks_pad(struct buf *out, size_t used, size_t columns)
{
    for (; used < columns; used++) buf_addc(out, ' ');
}

// Bytes of a colour that begins here; 0: none does.
static size_t looks_escape(const char *s, size_t len)
{
    size_t n = 2;

    if (len < 2 || s[0] != '\033' || s[1] != '[') return 0;
    while (n < len && s[n] != 'm') n++;
    return n < len ? n + 1 : len;
}

// Columns that a text takes which may hold colours.
static size_t looks_width(const char *s, size_t len)
{
    size_t columns = 0;

    for (size_t at = 0, n; at < len; at += n) {
        n = looks_escape(s + at, len - at);
        if (n > 0) continue;
        const char *next = memchr(s + at + 1, '\033', len - at - 1);
        n = next != NULL ? (size_t)(next - s) - at : len - at;
        columns += utf8_columns(s + at, n);
    }
    return columns;
}

// As much of a line as fits, with its colours; whether it has any is said.
static bool looks_add_fitting(struct buf *out, const char *line, size_t len, size_t columns)
{
    bool painted = false;

    for (size_t at = 0, n; at < len; at += n) {
        n = looks_escape(line + at, len - at);
        if (n > 0) {
            buf_add(out, line + at, n);
            painted = true;
            continue;
        }
        const char *next = memchr(line + at, '\033', len - at);
        n = next != NULL ? (size_t)(next - line) - at : len - at;
        if (n == 0) n = 1; // an escape of another kind, which nothing here writes
        size_t fits = utf8_fit(line + at, n, columns);
        buf_add(out, line + at, fits);
        columns -= utf8_columns(line + at, fits);
        if (fits < n) break;
    }
    return painted;
}

void looks_clip(const struct looks *l, struct buf *out, const char *line, size_t len)
{
    const char *sign = l->unicode ? "\u2026" : "...";
    size_t taken = l->unicode ? 1 : 3;
    bool cut = looks_width(line, len) > l->columns && l->columns > taken;
    bool painted = looks_add_fitting(out, line, len, cut ? l->columns - taken : l->columns);

    if (painted) buf_adds(out, looks_end);
    if (cut) buf_adds(out, sign);
}

void looks_fold(const struct looks *l, struct buf *out, size_t from, size_t indent)
{
    size_t used = 0;
    struct buf line;

    if (!l->terminal || looks_width(out->data + from, out->len - from) <= l->columns) return;
    buf_init(&line, BUF_MAX_PIECE);
    buf_add(&line, out->data + from, out->len - from);
    buf_cut(out, from);
    for (size_t at = 0, blanks, word; at < line.len; at += blanks + word) {
        blanks = strspn(line.data + at, " ");
        word = strcspn(line.data + at + blanks, " ");
        size_t columns = looks_width(line.data + at + blanks, word);
        bool fits = used <= indent || used + blanks + columns <= l->columns;
        if (!fits) buf_addc(out, '\n');
        used = fits ? used + blanks : indent;
        looks_pad(out, 0, fits ? blanks : indent);
        buf_add(out, line.data + at + blanks, word);
        used += columns;
    }
    buf_release(&line);
}

// ---- bars -------------------------------------------------------------------------------------------------------

static const struct {
    const char *unicode, *ascii;
    enum looks_color color;
} looks_cells[] = {
    [LOOKS_GAP] = {"\u2573", "!", LOOKS_BAD},     // a cross
    [LOOKS_NOW] = {"\u2593", ">", LOOKS_BUSY},    // dark shade
    [LOOKS_TO_COME] = {"\u2591", ".", LOOKS_DIM}, // light shade
    [LOOKS_DONE] = {"\u2588", "#", LOOKS_GOOD},   // a full block
};

// A run of equal cells is painted once.
static void looks_run(const struct looks *l, struct buf *out, enum looks_cell cell, size_t count)
{
    struct buf run;

    buf_init(&run, BUF_MAX_PIECE);
    for (size_t i = 0; i < count; i++)
        buf_adds(&run, l->unicode ? looks_cells[cell].unicode : looks_cells[cell].ascii);
    if (count > 0) looks_paint(l, looks_cells[cell].color, out, run.data);
    buf_release(&run);
}

void looks_bar(const struct looks *l, struct buf *out, int64_t part, int64_t whole, size_t cells)
{
    double share = whole > 0 ? (double)part / (double)whole : 1;
    size_t full = share >= 1 ? cells : share > 0 ? (size_t)(share * (double)cells) : 0;

    if (full == 0 && part > 0 && cells > 1) full = 1;
    if (full == cells && share < 1) full = cells - 1;
    looks_run(l, out, LOOKS_DONE, full);
    looks_run(l, out, LOOKS_TO_COME, cells - full);
}

static enum looks_cell looks_cell_at(const enum looks_cell *stretches, size_t count, size_t cells, size_t cell)
{
    size_t from = cell * count / cells, to = (cell + 1) * count / cells;
    enum looks_cell shown = stretches[from];

    for (size_t i = from + 1; i < to; i++)
        if (stretches[i] < shown) shown = stretches[i];
    return shown;
}

void looks_stretches(const struct looks *l, struct buf *out, const enum looks_cell *stretches, size_t count,
                     size_t cells)
{
    size_t run = 0;
    enum looks_cell of = LOOKS_DONE;

    for (size_t i = 0; count > 0 && i < cells; i++) {
        enum looks_cell cell = looks_cell_at(stretches, count, cells, i);
        if (cell != of) looks_run(l, out, of, run);
        run = cell != of ? 1 : run + 1;
        of = cell;
    }
    looks_run(l, out, of, run);
}
