// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See page_stats.h. Names and reasons come from outside: they pass the terminal filter.
#include "cli/page_stats.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cli/amount.h"
#include "engine/gate_rule.h"
#include "model/failure.h"
#include "text/utf8.h"

// What the figures take of a line, and what a name gets however narrow the terminal is.
enum { CELL_SIZE = 24, FIGURES_COLUMNS = 70, NAME_COLUMNS_LEAST = 10 };

// ---- figures of five columns ------------------------------------------------------------------------------------

// "999", "1.2k", "12k", "1.2M"
static const char *cell_amount(char out[CELL_SIZE], int64_t n)
{
    static const char units[] = {'k', 'M', 'G', 'T'};
    double value = (double)n;
    size_t unit = 0;

    if (n < 1000) {
        (void)snprintf(out, CELL_SIZE, "%" PRId64, n);
        return out;
    }
    for (value /= 1000; value >= 999.5 && unit + 1 < ARRAY_LEN(units); unit++) value /= 1000;
    (void)snprintf(out, CELL_SIZE, value < 9.95 ? "%.1f%c" : "%.0f%c", value, units[unit]);
    return out;
}

// "35ms", "1.2s", "140s", "25m", "12h"
static const char *cell_time(char out[CELL_SIZE], int64_t ms)
{
    double s = (double)ms / 1000;

    if (ms < 0)
        (void)snprintf(out, CELL_SIZE, "-");
    else if (ms < 100)
        (void)snprintf(out, CELL_SIZE, "%dms", (int)ms);
    else if (s < 600)
        (void)snprintf(out, CELL_SIZE, s < 9.95 ? "%.1fs" : "%.0fs", s);
    else if (s < 36000)
        (void)snprintf(out, CELL_SIZE, "%.0fm", s / 60);
    else
        (void)snprintf(out, CELL_SIZE, "%.0fh", s / 3600);
    return out;
}

static const char *cell_share(char out[CELL_SIZE], double share)
{
    int percent = (int)(share < 1 ? share * 100 : 100);

    if (share < 0)
        (void)snprintf(out, CELL_SIZE, "-");
    else
        (void)snprintf(out, CELL_SIZE, "%d%%", percent);
    return out;
}

static const char *cell_speed(char out[CELL_SIZE], double tokens_per_s)
{
    if (tokens_per_s < 0)
        (void)snprintf(out, CELL_SIZE, "-");
    else
        (void)snprintf(out, CELL_SIZE, tokens_per_s < 999.5 ? "%.1f" : "%.0f", tokens_per_s);
    return out;
}

// ---- the table --------------------------------------------------------------------------------------------------

static void stats_head(struct buf *out)
{
    buf_addf(out, "%5s  %5s  %5s  %5s  %5s  %5s  %5s  %5s  %5s  %5s  %s\n", "REQS", "1H", "IN", "CACHE", "OUT",
             "TOK/S", "FIRST", "P95", "WHOLE", "P95", "SERVER");
}

static void stats_name(const struct stats_sums *t, size_t columns, struct buf *out)
{
    struct buf name;

    buf_init(&name, BUF_MAX_LINE);
    utf8_terminal(&name, t->backend, strlen(t->backend), true);
    if (t->model[0] != '\0') {
        buf_adds(&name, ", ");
        utf8_terminal(&name, t->model, strlen(t->model), true);
    }
    if (columns > 0) {
        size_t left = columns > FIGURES_COLUMNS ? columns - FIGURES_COLUMNS : 0;
        buf_cut(&name, utf8_fit(name.data, name.len, left > NAME_COLUMNS_LEAST ? left : NAME_COLUMNS_LEAST));
    }
    buf_add(out, name.data, name.len);
    buf_release(&name);
}

static void stats_figures(const struct stats_sums *t, struct buf *out)
{
    char c[10][CELL_SIZE];

    buf_addf(out, "%5s  %5s  %5s  %5s  %5s  %5s  %5s  %5s  %5s  %5s  ", cell_amount(c[0], t->requests),
             cell_amount(c[1], t->last_hour), cell_amount(c[2], t->prompt_tokens),
             cell_share(c[3], stats_cached_share(t)), cell_amount(c[4], t->output_tokens),
             cell_speed(c[5], stats_tokens_per_s(t)), cell_time(c[6], stats_mean_ms(&t->first_token)),
             cell_time(c[7], t->first_token.count > 0 ? t->first_token.p95_ms : -1),
             cell_time(c[8], stats_mean_ms(&t->total)), cell_time(c[9], t->total.count > 0 ? t->total.p95_ms : -1));
}

static void stats_table(const struct stats *st, size_t columns, struct buf *out)
{
    stats_head(out);
    for (size_t i = 0; i < st->backends_count; i++) {
        stats_figures(&st->backends[i], out);
        stats_name(&st->backends[i], columns, out);
        buf_adds(out, "\n");
    }
    if (st->backends_count < 2) return;
    stats_figures(&st->all, out);
    buf_adds(out, "all\n");
}

// ---- what stands below ------------------------------------------------------------------------------------------

// The name itself where this program does not know it.
static const char *stats_failure_text(const char *name)
{
    enum failure f = failure_from_name(name);

    return f != FAIL_NONE ? failure_text(f) : name;
}

static const char *stats_rule_text(const char *rule)
{
    return strcmp(rule, "no_plan") == 0 ? "no plan could be read from the answer" : gate_rule_text(rule);
}

static void stats_counts(const char *what, const struct stats_counts *c, const char *(*text)(const char *name),
                         struct buf *out)
{
    char n[AMOUNT_SIZE];

    if (c->count == 0) return;
    buf_addf(out, "\n%s, %s:\n", what, amount_text(n, stats_count_all(c)));
    for (size_t i = 0; i < c->count; i++) {
        buf_addf(out, "%7s  ", amount_text(n, c->items[i].count));
        utf8_terminal(out, c->items[i].name, strlen(c->items[i].name), true);
        if (strcmp(text(c->items[i].name), c->items[i].name) != 0) buf_addf(out, ": %s", text(c->items[i].name));
        buf_adds(out, "\n");
    }
}

static void stats_waits(const struct stats *st, struct buf *out)
{
    if (st->waits_count == 0) return;
    buf_adds(out, "\nwaiting:\n");
    for (size_t i = 0; i < st->waits_count; i++) {
        buf_addf(out, "  job %" PRId64 "  ", st->waits[i].job);
        utf8_terminal(out, st->waits[i].reason, strlen(st->waits[i].reason), true);
        buf_adds(out, "\n");
    }
}

void page_stats(const struct stats *st, size_t columns, struct buf *out)
{
    stats_table(st, columns, out);
    stats_counts("failed", &st->all.failures, stats_failure_text, out);
    stats_counts("refused", &st->all.refusals, stats_rule_text, out);
    stats_waits(st, out);
}
