// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The plan of work. See dry_run.h.
#include "cli/dry_run.h"

#include <string.h>
#include <unistd.h>

#include "app/backends.h"
#include "app/observer.h"
#include "base/clock.h"
#include "base/log.h"
#include "cli/amount.h"
#include "cli/exit.h"
#include "cli/looks.h"
#include "cli/output.h"
#include "cli/settings.h"
#include "cli/when.h"
#include "engine/forecast.h"
#include "model/language.h"
#include "store/store.h"
#include "text/utf8.h"

enum { N_CTX_UNKNOWN = 8192, ADDRESS_SIZE = 300, INDENT = 12 };

struct dry_run {
    const struct spec *spec;
    bool is_sim;
    struct backends servers;
    const struct backends_item *server; // NULL: none answers, or it is the simulator
    struct backend_profile profile;     // what is known of it; speeds 0: nothing was measured there
    struct forecast f;
    int64_t deadline_ms, now_ms; // wall clock; 0: there is no deadline
};

// ---- what is known ----------------------------------------------------------------------------------------------

static const struct backends_item *dry_run_ready(const struct backends *b)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->items[i].state == BACKENDS_READY || b->items[i].state == BACKENDS_LOADING) return &b->items[i];
    return NULL;
}

// The simulator is started for each book: its speed is what it was started with, and nobody waits for it.
static bool dry_run_look(struct dry_run *d, const struct home *h, const char *backend, struct err *e)
{
    bool is_auto = strcmp(backend, "auto") == 0;

    d->is_sim = strcmp(backend, "sim") == 0;
    if (d->is_sim) return true;
    if (!backends_look(&d->servers, h, is_auto ? NULL : backend, e)) return false;
    d->server = dry_run_ready(&d->servers);
    return true;
}

static bool dry_run_read_profile(struct dry_run *d, const struct home *h, struct err *e)
{
    char address[ADDRESS_SIZE];
    struct observer o;

    if (d->server == NULL || d->server->url == NULL) return true;
    if (!observer_open_once(&o, h->path, e)) return false;
    url_address(d->server->url, address, sizeof address);
    const char *model = d->spec->model != NULL ? d->spec->model : backends_model(d->server);
    bool ok = o.store == NULL || store_profile_get(o.store, address, model, &d->profile, e) != STORE_ERROR;
    observer_release(&o);
    return ok;
}

static int dry_run_context(const struct dry_run *d)
{
    if (d->profile.n_ctx_tokens > 0) return d->profile.n_ctx_tokens;
    if (d->server != NULL && d->server->facts.n_ctx_tokens > 0) return d->server->facts.n_ctx_tokens;
    return N_CTX_UNKNOWN;
}

// -1: nothing was measured there.
static int64_t dry_run_time_ms(const struct dry_run *d)
{
    double write = d->profile.decode_per_s, read = d->profile.prefill_per_s;

    if (write <= 0) return -1;
    double seconds = (double)d->f.output_tokens / write + (read > 0 ? (double)d->f.prompt_tokens / read : 0);
    return (int64_t)(seconds * 1000);
}

// False: it is not known what can be written by then.
static bool dry_run_by(const struct dry_run *d, struct deadline_plan *plan)
{
    int64_t ms = dry_run_time_ms(d);

    if (d->deadline_ms == 0 || ms < 0) return false;
    *plan = forecast_by(d->spec, &d->f, ms, d->deadline_ms, d->now_ms);
    return true;
}

// ---- what is said -----------------------------------------------------------------------------------------------

static void dry_run_outside(struct buf *out, const char *text)
{
    utf8_terminal(out, text, strlen(text), true);
}

// Two digits: more of them would promise what nobody knows.
static int64_t dry_run_about(int64_t n)
{
    int64_t unit = 1;

    while (n / unit >= 100) unit *= 10;
    return (n + unit / 2) / unit * unit;
}

static void dry_run_work(const struct forecast *f, const struct looks *l, struct buf *out)
{
    char requests[AMOUNT_SIZE], parts[AMOUNT_SIZE], words[AMOUNT_SIZE], written[AMOUNT_SIZE], read[AMOUNT_SIZE];
    size_t from = out->len;

    buf_addf(out, "  work      %s requests: %d for the plan, %d for cards, %s part%s of about %s words, %d recap%s",
             amount_text(requests, f->requests), f->planning, f->cards, amount_text(parts, f->parts),
             f->parts == 1 ? "" : "s", amount_text(words, f->parts > 0 ? f->words / f->parts : 0), f->recaps,
             f->recaps == 1 ? "" : "s");
    looks_fold(l, out, from, INDENT);
    buf_adds(out, "\n");
    buf_addf(out, "  tokens    about %s written, %s read besides what the server has in its cache\n",
             amount_text(written, dry_run_about(f->output_tokens)),
             amount_text(read, dry_run_about(f->prompt_tokens)));
}

// The only one that was asked is told by its name: `novelgen backends` knows nothing of a URL that was typed.
static void dry_run_no_server(const struct dry_run *d, struct buf *out)
{
    const struct backends_item *only = d->servers.count == 1 ? &d->servers.items[0] : NULL;

    if (d->is_sim)
        buf_adds(out, "the built-in simulator, not a language model");
    else if (only == NULL)
        buf_adds(out, "none answers; see: novelgen backends");
    else {
        dry_run_outside(out, backends_name(only) != NULL ? backends_name(only) : only->url);
        buf_adds(out, only->state == BACKENDS_MANAGED ? " is started when the book needs it" : " is not ready: ");
        if (only->state != BACKENDS_MANAGED) dry_run_outside(out, backends_reason(only));
    }
    buf_adds(out, "\n");
}

static void dry_run_server(const struct dry_run *d, struct buf *out)
{
    char context[AMOUNT_SIZE];
    const struct backends_item *i = d->server;

    buf_adds(out, "  server    ");
    if (i == NULL) {
        dry_run_no_server(d, out);
        return;
    }
    dry_run_outside(out, backends_name(i) != NULL ? backends_name(i) : i->url);
    const char *model = d->spec->model != NULL ? d->spec->model : backends_model(i);
    if (*model != '\0') buf_adds(out, ", ");
    dry_run_outside(out, model);
    buf_addf(out, ", context %s\n", amount_text(context, dry_run_context(d)));
}

static void dry_run_time(const struct dry_run *d, struct buf *out)
{
    char time[CLOCK_TEXT_SIZE];
    int64_t ms = dry_run_time_ms(d);

    if (d->is_sim) return; // nobody waits for it
    if (ms < 0) {
        buf_adds(out, d->server != NULL
                          ? "  time      not known: nothing was measured on this server with this model yet\n"
                          : "  time      not known: it is measured while a book is written\n");
        return;
    }
    clock_duration(time, ms);
    buf_addf(out, "  time      about %s, at %.1f tokens a second as measured there\n", time, d->profile.decode_per_s);
}

// What is cut stands here, and not only in the book.
static void dry_run_fits(const struct dry_run *d, const struct deadline_plan *plan, struct buf *out)
{
    char words[AMOUNT_SIZE], all[AMOUNT_SIZE];

    if (plan->words >= d->spec->words) {
        buf_adds(out, ": there is time for all of it");
        return;
    }
    buf_addf(out, ": time for about %s of the %s words, in %d of the %d chapter%s; the rest is left out of the plan",
             amount_text(words, dry_run_about(plan->words)), amount_text(all, d->spec->words), plan->chapters,
             d->f.chapters, d->f.chapters == 1 ? "" : "s");
}

static void dry_run_deadline(const struct dry_run *d, const struct looks *l, struct buf *out)
{
    char date[WHEN_SIZE], left[CLOCK_TEXT_SIZE];
    struct deadline_plan plan;
    size_t from = out->len;

    if (d->deadline_ms == 0) return;
    clock_duration(left, d->deadline_ms - d->now_ms);
    buf_addf(out, "  deadline  %s, in %s", when_date(date, d->deadline_ms), left);
    if (dry_run_by(d, &plan))
        dry_run_fits(d, &plan, out);
    else
        buf_adds(out, ": what fits is not known before the speed is; what does not is left out of the plan");
    looks_fold(l, out, from, INDENT);
    buf_adds(out, "\n");
}

static void dry_run_page(const struct dry_run *d, struct buf *out)
{
    const struct looks l = looks_of(STDOUT_FILENO);
    char words[AMOUNT_SIZE];
    const struct spec *s = d->spec;

    buf_adds(out, "the plan of work (nothing was submitted):\n  book      ");
    dry_run_outside(out, s->title != NULL ? s->title : "untitled");
    buf_addf(out, ", %s in %d chapter%s, %s\n", amount_words(words, s->words), d->f.chapters,
             d->f.chapters == 1 ? "" : "s", language_name(s->language));
    dry_run_work(&d->f, &l, out);
    dry_run_server(d, out);
    dry_run_time(d, out);
    dry_run_deadline(d, &l, out);
}

static void dry_run_deadline_json(const struct dry_run *d, struct json *o)
{
    char date[CLOCK_TEXT_SIZE];
    struct deadline_plan plan;
    bool known = dry_run_by(d, &plan);

    clock_rfc3339(date, d->deadline_ms);
    json_set_str(o, "deadline", d->deadline_ms > 0 ? date : NULL);
    if (known)
        json_set_int(o, "words_planned", plan.words);
    else
        json_set_str(o, "words_planned", NULL);
    if (known)
        json_set_int(o, "chapters_planned", plan.chapters);
    else
        json_set_str(o, "chapters_planned", NULL);
}

static struct json *dry_run_json(const struct dry_run *d)
{
    struct json *o = json_new_object();
    int64_t ms = dry_run_time_ms(d);

    json_set_int(o, "words", d->spec->words);
    json_set_int(o, "chapters", d->f.chapters);
    json_set_int(o, "requests", d->f.requests);
    json_set_int(o, "requests_plan", d->f.planning);
    json_set_int(o, "requests_cards", d->f.cards);
    json_set_int(o, "requests_parts", d->f.parts);
    json_set_int(o, "requests_recaps", d->f.recaps);
    json_set_int(o, "output_tokens", d->f.output_tokens);
    json_set_int(o, "prompt_tokens", d->f.prompt_tokens);
    json_set_int(o, "n_ctx_tokens", dry_run_context(d));
    if (ms >= 0)
        json_set_int(o, "time_s", ms / 1000);
    else
        json_set_str(o, "time_s", NULL);
    dry_run_deadline_json(d, o);
    return o;
}

static void dry_run_print(const struct dry_run *d)
{
    struct buf page;

    if (settings.json) {
        struct json *o = dry_run_json(d);
        output_json(o, false);
        json_free(o);
        return;
    }
    buf_init(&page, BUF_MAX_PIECE);
    dry_run_page(d, &page);
    output_text(page.data, page.len);
    output_flush();
    buf_release(&page);
    if (!settings.quiet) log_line(LOG_INFO, "to write it, leave out --dry-run");
}

int dry_run_show(const struct home *h, const struct spec *spec, const char *backend, int64_t deadline_ms)
{
    struct dry_run d = {.spec = spec, .deadline_ms = deadline_ms, .now_ms = clock_wall_ms()};
    struct err e = ERR_INIT;

    bool ok = dry_run_look(&d, h, backend, &e) && dry_run_read_profile(&d, h, &e);
    if (ok) d.f = forecast_book(spec, dry_run_context(&d), h->config.chunk_words);
    if (ok) dry_run_print(&d);
    backend_profile_release(&d.profile);
    backends_release(&d.servers);
    return ok ? EXIT_WHOLE : exit_fail(&e);
}
