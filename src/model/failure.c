// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The failures of a request and the policy that follows: one row per class, in the order of the enum.
//
//   a row says              and so
//   OUTAGE                  the server is gone or ill: back off, the job waits, no attempt is consumed
//   AT_ONCE                 over when it is seen: ask again now; from the fourth in a row back off too, so that a server
//                           that keeps failing at once is not hammered
//   CHARGED                 the answer itself was useless: it has cost an attempt. Attempts are counted, so that no long
//                           delay need grow over them: a book of nothing but gaps would take days
//   WAITING                 the server lives and says so: look again soon, as often as it takes
//   HUMAN                   asking again is useless: pause, or move to a backend that may do better, four times
//   X_from = n              X follows from the nth failure of the class in a row
//
// Whatever the class: a request that fails three times while the backend answers has cost an attempt.
#include "model/failure.h"

#include <limits.h>
#include <stddef.h>
#include <string.h>

enum {
    BACKOFF_BASE_MS = 500,
    BACKOFF_CAP_MS = 60 * 1000,
    SOON_CAP_MS = 1000, // a server that has loaded is seen within a second,
    SOON_UNTIL = 60,    // for about a minute;
    LATER_CAP_MS = 10 * 1000,
    NOW_JITTER_MS = 10,
    NOW_UNTIL = 3,
    RETRY_AFTER_CAP_MS = 15 * 60 * 1000,
    CHARGE_FROM_SAME_REQUEST = 3, // so many failures of one request while others succeed: it is the request
    SENT_ELSEWHERE = 4,           // then it is the same everywhere
    ALWAYS = 1,
    EVERY = INT_MAX,
};

struct failure_row {
    const char *name;
    const char *text;
    enum retry_action action;
    int cap_ms;        // of the backoff
    bool fixed;        // the delay is the base, neither growing nor random
    bool outage;       // the job waits meanwhile
    bool charge;       // else from the third failure of the same request
    bool barrier;      // the request may have reached the model and still be running there
    int changed_until; // in a row; 0: never
    int smaller_from, restart_from, move_from, pause_from;
};

#define OUTAGE       .action = RETRY_BACKOFF, .cap_ms = BACKOFF_CAP_MS, .outage = true
#define AT_ONCE      .action = RETRY_NOW, .cap_ms = BACKOFF_CAP_MS
#define CHARGED(act) .action = (act), .cap_ms = SOON_CAP_MS, .charge = true
#define WAITING(cap) .action = RETRY_WAIT, .cap_ms = (cap), .outage = true
#define HUMAN        .action = RETRY_PAUSE, .cap_ms = BACKOFF_CAP_MS, .pause_from = ALWAYS
#define GONE         OUTAGE, .restart_from = 2, .move_from = 3

static const struct failure_row failure_rows[FAIL_COUNT] = {
    [FAIL_NONE] = {"none", "no failure", AT_ONCE},
    [FAIL_REFUSED] = {"refused", "no server answers there", GONE},
    [FAIL_CONNECT_TIMEOUT] = {"connect_timeout", "no connection to the server in time", GONE},
    [FAIL_RESET] = {"reset", "the connection broke before the answer began", GONE, .barrier = true},
    [FAIL_FIRST_TOKEN] = {"first_token_timeout", "the server sent no text in time", AT_ONCE, .barrier = true,
                          .restart_from = 2, .move_from = 3},
    [FAIL_STALL] = {"stall", "the server stopped sending text", AT_ONCE, .barrier = true, .restart_from = 2,
                    .move_from = 3},
    // What came is kept; if that does not bring it to an end, the piece is too long for this server.
    [FAIL_TOTAL] = {"total_timeout", "the whole answer took too long", AT_ONCE, .barrier = true, .smaller_from = 2},
    [FAIL_TRUNCATED] = {"truncated", "the answer broke off", AT_ONCE, .barrier = true, .move_from = 4},
    [FAIL_ERROR_FRAME] = {"error_frame", "the server reported an error in its answer", AT_ONCE, .barrier = true,
                          .restart_from = 3, .move_from = 4},
    [FAIL_GARBAGE] = {"garbage", "the answer held a line that makes no sense", AT_ONCE, .barrier = true,
                      .move_from = 4},
    [FAIL_EMPTY] = {"empty", "the answer held no text", CHARGED(RETRY_BACKOFF), .smaller_from = 3},
    [FAIL_LOADING] = {"loading", "the server is loading its model", WAITING(SOON_CAP_MS)},
    [FAIL_BUSY] = {"busy", "the server is busy", WAITING(LATER_CAP_MS), .move_from = 10},
    [FAIL_SERVER] = {"server_error", "the server failed", OUTAGE, .restart_from = 3, .move_from = 3},
    [FAIL_GATEWAY] = {"bad_gateway", "the proxy cannot reach the server", GONE},
    // Half the text is asked for before the job leaves its prefix cache behind.
    [FAIL_GATEWAY_TIMEOUT] = {"gateway_timeout", "the proxy gave up waiting for the server", OUTAGE, .barrier = true,
                              .smaller_from = 2, .move_from = 4},
    [FAIL_CONTEXT] = {"context_exceeded", "the prompt does not fit the server's context", CHARGED(RETRY_NOW),
                      .smaller_from = ALWAYS},
    [FAIL_AUTH] = {"auth", "the server refuses the key", HUMAN},
    [FAIL_NOT_FOUND] = {"not_found", "the server does not know the model or the route", HUMAN},
    // First without what is optional; then smaller, because no list of the words for a full context is complete.
    [FAIL_REQUEST] = {"bad_request", "the server refuses the request", AT_ONCE, .changed_until = 1, .smaller_from = 2,
                      .pause_from = 3},
    // The error page of a proxy may pass; a wrong URL does not.
    [FAIL_NOT_A_SERVER] = {"not_a_server", "what answers there is no inference server", OUTAGE, .move_from = 3,
                           .pause_from = 5},
    [FAIL_TOO_BIG] = {"too_big", "the answer is larger than any answer may be", AT_ONCE, .barrier = true,
                      .smaller_from = ALWAYS},
    [FAIL_CONFIG] = {"config", "the server's address or key cannot work", HUMAN},
    [FAIL_ABANDONED] = {"abandoned", "the program ended while the answer was coming", AT_ONCE, .barrier = true},
    [FAIL_WEDGED] = {"wedged", "the server lives but sends no more text", AT_ONCE, .barrier = true,
                     .restart_from = ALWAYS, .move_from = 2},
    [FAIL_CRASHED] = {"crashed", "the server's model broke down", OUTAGE, .barrier = true, .restart_from = 2,
                      .smaller_from = 2, .move_from = 3},
    [FAIL_REASONING] = {"all_reasoning", "the answer was nothing but thinking", CHARGED(RETRY_NOW),
                        .changed_until = EVERY},
    [FAIL_PROMPT_CUT] = {"prompt_cut", "the server has cut the prompt without a word", CHARGED(RETRY_NOW),
                         .smaller_from = ALWAYS},
    // What is refused is left out from then on: being refused again and again means that leaving it out fails.
    [FAIL_PARAM] = {"bad_parameter", "the server refuses a parameter", AT_ONCE, .changed_until = EVERY,
                    .pause_from = 3},
    [FAIL_PREFILL] = {"no_prefill", "the server refuses to continue an answer", AT_ONCE, .changed_until = EVERY,
                      .pause_from = 3},
    [FAIL_MODEL] = {"no_model", "the server does not have the model", HUMAN},
    [FAIL_TOO_LARGE] = {"request_too_large", "the request is larger than the server takes", CHARGED(RETRY_NOW),
                        .smaller_from = ALWAYS, .pause_from = 3},
    [FAIL_NOT_ALLOWED] = {"model_not_allowed", "the model is not among models.allow", HUMAN},
    [FAIL_SLOT_TAKEN] = {"slot_taken", "the server is in use", WAITING(SOON_CAP_MS), .fixed = true},
};

static const struct failure_row *failure_row(enum failure f)
{
    return &failure_rows[f < FAIL_COUNT ? f : FAIL_NONE];
}

const char *failure_name(enum failure f)
{
    return failure_row(f)->name;
}

const char *failure_text(enum failure f)
{
    return failure_row(f)->text;
}

enum failure failure_from_name(const char *name)
{
    for (size_t i = 0; i < FAIL_COUNT; i++) {
        if (strcmp(failure_rows[i].name, name) == 0) return (enum failure)i;
    }
    return FAIL_NONE;
}

static bool reached(int count, int from)
{
    return from > 0 && count >= from;
}

static int64_t backoff_ms(const struct failure_row *row, int nth, uint32_t jitter)
{
    int64_t window_ms = BACKOFF_BASE_MS, cap_ms = row->cap_ms;
    if (row->action == RETRY_WAIT && nth > SOON_UNTIL) cap_ms = LATER_CAP_MS;
    for (int n = 1; n < nth && window_ms < cap_ms; n++) window_ms *= 2;
    if (window_ms > cap_ms) window_ms = cap_ms;
    return (int64_t)(((uint64_t)window_ms * jitter) >> 32);
}

static int64_t delay_ms(const struct failure_row *row, const struct retry_input *in, int nth)
{
    if (row->fixed) return BACKOFF_BASE_MS;
    // A server that says "now" (0, or a date gone by) while it fails is answered with our own backoff.
    if (in->retry_after_ms > 0)
        return in->retry_after_ms < RETRY_AFTER_CAP_MS ? in->retry_after_ms : RETRY_AFTER_CAP_MS;
    return backoff_ms(row, nth, in->jitter);
}

static void decide_when(struct retry_decision *d, const struct failure_row *row, const struct retry_input *in,
                        int in_row)
{
    d->action = row->action;
    if (row->action != RETRY_NOW) {
        d->delay_ms = delay_ms(row, in, in_row);
    } else if (in_row <= NOW_UNTIL) {
        d->delay_ms = (int64_t)(((uint64_t)NOW_JITTER_MS * in->jitter) >> 32);
    } else {
        d->action = RETRY_BACKOFF;
        d->delay_ms = delay_ms(row, in, in_row - NOW_UNTIL);
    }
}

// Only a human can help here, but the job has another server: this one is left alone meanwhile.
static struct retry_decision leave(const struct failure_row *row, const struct retry_input *in, int in_row)
{
    return (struct retry_decision){
        .action = RETRY_BACKOFF,
        .delay_ms = backoff_ms(row, in_row, in->jitter),
        .outage = true,
        .need_barrier = row->barrier,
        .move = true,
    };
}

struct retry_decision retry_decide(const struct retry_input *in)
{
    const struct failure_row *row = failure_row(in->failure);
    int in_row = in->in_row > 0 ? in->in_row : 1;
    if (reached(in_row, row->pause_from)) {
        if (in->others && in_row < row->pause_from + SENT_ELSEWHERE) return leave(row, in, in_row);
        return (struct retry_decision){.action = RETRY_PAUSE, .need_barrier = row->barrier};
    }
    struct retry_decision d = {
        .outage = row->outage,
        .charge = row->charge || (row->action != RETRY_WAIT && reached(in->same_request, CHARGE_FROM_SAME_REQUEST)),
        .need_barrier = row->barrier,
        .smaller = reached(in_row, row->smaller_from),
        .changed = in_row <= row->changed_until,
        .restart = in->managed && reached(in_row, row->restart_from),
        .move = in->others && reached(in_row, row->move_from),
    };
    decide_when(&d, row, in, in_row);
    return d;
}
