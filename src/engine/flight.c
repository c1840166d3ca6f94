// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Text on its way into the store.
//
//   generation ──▶ on_text: cleaned ─▶ text ──a kilobyte, or a second──▶ on_timer: commit ─▶ committed, store_failed
//                               └─▶ guard: that is enough ──▶ the generation is left ──▶ on_timer: ended
//
// on_text runs inside curl's callbacks, where nothing may be started: so both ways go through the timer, once the loop has
// its turn again. The store is borrowed, and whoever owns it commits what is left, or drops it, before it goes.
#include "engine/flight.h"

#include <string.h>

#include "base/clock.h"
#include "text/utf8.h"

static void on_timer(void *arg);

void flight_init(struct flight *f, struct loop *l, const struct flight_events *events, void *arg)
{
    memset(f, 0, sizeof(*f));
    f->events = events;
    f->arg = arg;
    f->timer = timer_new(l, on_timer, f);
    buf_init(&f->prefix, BUF_MAX_PIECE);
    buf_init(&f->text, FLIGHT_TEXT_MAX);
}

void flight_release(struct flight *f)
{
    flight_cancel(f);
    timer_free(f->timer);
    guard_free(f->guard);
    buf_release(&f->prefix);
    buf_release(&f->text);
}

void flight_prepare(struct flight *f, struct store *s, int64_t attempt, const char *prefix, size_t prefix_len,
                    struct guard *guard)
{
    guard_free(f->guard);
    f->guard = guard;
    f->stopped = NULL;
    f->start_ms = f->first_ms = f->last_ms = 0;
    f->store = s;
    f->attempt = attempt;
    buf_clear(&f->prefix);
    buf_clear(&f->text);
    buf_add(&f->prefix, prefix, prefix_len);
    f->committed = 0;
    f->pending_cr = false;
}

bool flight_commit(struct flight *f, struct err *e)
{
    timer_stop(f->timer);
    if (f->committed == f->text.len) return true;
    if (!store_attempt_append(f->store, f->attempt, f->text.data + f->committed, f->text.len - f->committed, e))
        return false;
    f->committed = f->text.len;
    return true;
}

static void commit_now(struct flight *f)
{
    struct err e = ERR_INIT;
    if (flight_commit(f, &e)) {
        f->events->committed(f->arg);
        return;
    }
    flight_cancel(f);
    f->events->store_failed(f->arg, &e);
}

// The guard ended it. Told from the loop, because the generation that was cancelled is still on the stack before.
static void tell_stopped(struct flight *f)
{
    struct gen_result r = {.failure = FAIL_NONE,
                           .cut_by_limit = true,
                           .finish = "stopped",
                           .http_status = 200,
                           .prompt_tokens = -1,
                           .cached_tokens = -1,
                           .output_tokens = -1,
                           .first_token_ms = f->first_ms - f->start_ms,
                           .total_ms = clock_mono_ms() - f->start_ms,
                           .text_bytes = (int64_t)f->text.len,
                           .retry_after_ms = -1};
    (void)snprintf(r.message, sizeof(r.message), "the answer was stopped: %s", f->stopped);
    f->events->ended(f->arg, &r);
}

static void on_timer(void *arg)
{
    struct flight *f = arg;
    if (f->stopped)
        tell_stopped(f);
    else
        commit_now(f);
}

static void stop(struct flight *f, const char *why)
{
    f->stopped = why;
    gen_cancel(f->generation);
    f->generation = NULL;
    timer_set(f->timer, 0);
}

static void on_text(void *arg, const char *bytes, size_t len)
{
    struct flight *f = arg;
    size_t before = f->text.len;
    f->last_ms = clock_mono_ms();
    if (f->first_ms == 0) f->first_ms = f->last_ms;
    utf8_prose(&f->text, bytes, len, &f->pending_cr);
    const char *why = guard_feed(f->guard, f->text.data + before, f->text.len - before);
    if (why) {
        stop(f, why);
        return;
    }
    size_t waiting = f->text.len - f->committed;
    if (waiting >= FLIGHT_COMMIT_BYTES)
        timer_set(f->timer, 0); // when the piece that the socket gave is read to its end: it comes here in slices
    else if (waiting > 0 && !timer_active(f->timer))
        timer_set(f->timer, FLIGHT_COMMIT_MS);
}

static void on_end(void *arg, const struct gen_result *result)
{
    struct flight *f = arg;
    f->generation = NULL;
    timer_stop(f->timer);
    f->events->ended(f->arg, result);
}

static const struct gen_events generation_events = {.text = on_text, .end = on_end};

void flight_send(struct flight *f, struct loop *l, struct http *h, const struct gen_request *q)
{
    f->start_ms = clock_mono_ms();
    f->generation = gen_start(l, h, q, &generation_events, f);
}

void flight_cancel(struct flight *f)
{
    timer_stop(f->timer);
    if (f->generation) gen_cancel(f->generation);
    f->generation = NULL;
}
