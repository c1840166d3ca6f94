// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The failures of a request and the policy that follows: one row per class, in the order of the enum.
//
// An outage is a wait and consumes no attempt. A failure in the middle of an answer is asked again at once, because
// most are over when they are seen. Both use one formula: full jitter over base · 2^(n-1), whose base is small where
// "at once" is meant, so that a server that keeps failing at once is still not hammered.
#include "model/failure.h"

#include <stddef.h>
#include <string.h>

enum {
    OUTAGE_BASE_MS = 500,
    AT_ONCE_BASE_MS = 50,
    BACKOFF_CAP_MS = 60 * 1000,
    RETRY_AFTER_CAP_MS = 15 * 60 * 1000,
    CHARGE_FROM_SAME_REQUEST = 3, // so many failures of one request while others succeed: it is the request
    NOT_A_SERVER_PAUSES_FROM = 5, // a proxy's error page may pass; a wrong URL does not
    GATEWAY_TIMEOUT_SHRINKS_FROM = 2,
    ALWAYS = 1,
};

struct failure_row {
    const char *name;
    const char *text;
    int base_ms; // of the backoff
    bool outage;
    bool charge_always; // else from the third failure of the same request
    bool barrier;       // the request may have reached the model and still be running there
    int smaller_from;   // in a row; 0: never
    int pause_from;     // in a row; 0: never
};

#define OUTAGE  OUTAGE_BASE_MS, true, false
#define AT_ONCE AT_ONCE_BASE_MS, false, false
#define CHARGED AT_ONCE_BASE_MS, false, true
#define HUMAN   0, false, false

static const struct failure_row failure_rows[FAIL_COUNT] = {
    [FAIL_NONE] = {"none", "no failure", 0, false, false, false, 0, 0},
    [FAIL_REFUSED] = {"refused", "no server answers there", OUTAGE, false, 0, 0},
    [FAIL_CONNECT_TIMEOUT] = {"connect_timeout", "no connection to the server in time", OUTAGE, false, 0, 0},
    [FAIL_RESET] = {"reset", "the connection broke before the answer began", OUTAGE, true, 0, 0},
    [FAIL_FIRST_TOKEN] = {"first_token_timeout", "the server sent no text in time", AT_ONCE, true, 0, 0},
    [FAIL_STALL] = {"stall", "the server stopped sending text", AT_ONCE, true, 0, 0},
    [FAIL_TOTAL] = {"total_timeout", "the whole answer took too long", AT_ONCE, true, 0, 0},
    [FAIL_TRUNCATED] = {"truncated", "the answer broke off", AT_ONCE, true, 0, 0},
    [FAIL_ERROR_FRAME] = {"error_frame", "the server reported an error in its answer", AT_ONCE, true, 0, 0},
    [FAIL_GARBAGE] = {"garbage", "the answer held a line that makes no sense", AT_ONCE, true, 0, 0},
    [FAIL_EMPTY] = {"empty", "the answer held no text", CHARGED, false, 0, 0},
    [FAIL_LOADING] = {"loading", "the server is loading its model", OUTAGE, false, 0, 0},
    [FAIL_BUSY] = {"busy", "the server is busy", OUTAGE, false, 0, 0},
    [FAIL_SERVER] = {"server_error", "the server failed", OUTAGE, false, 0, 0},
    [FAIL_GATEWAY] = {"bad_gateway", "the proxy cannot reach the server", OUTAGE, false, 0, 0},
    [FAIL_GATEWAY_TIMEOUT] = {"gateway_timeout", "the proxy gave up waiting for the server", OUTAGE, true,
                              GATEWAY_TIMEOUT_SHRINKS_FROM, 0},
    [FAIL_CONTEXT] = {"context_exceeded", "the prompt does not fit the server's context", CHARGED, false, ALWAYS, 0},
    [FAIL_AUTH] = {"auth", "the server refuses the key", HUMAN, false, 0, ALWAYS},
    [FAIL_NOT_FOUND] = {"not_found", "the server does not know the model or the route", HUMAN, false, 0, ALWAYS},
    [FAIL_REQUEST] = {"bad_request", "the server refuses the request", HUMAN, false, 0, ALWAYS},
    [FAIL_NOT_A_SERVER] = {"not_a_server", "what answers there is no inference server", OUTAGE, false, 0,
                           NOT_A_SERVER_PAUSES_FROM},
    [FAIL_TOO_BIG] = {"too_big", "the answer is larger than any answer may be", AT_ONCE, true, ALWAYS, 0},
    [FAIL_CONFIG] = {"config", "the server's address or key cannot work", HUMAN, false, 0, ALWAYS},
    [FAIL_ABANDONED] = {"abandoned", "the program ended while the answer was coming", AT_ONCE, true, 0, 0},
    [FAIL_WEDGED] = {"wedged", "the server lives but sends no more text", AT_ONCE, true, 0, 0},
    [FAIL_CRASHED] = {"crashed", "the server's model broke down", OUTAGE, true, 0, 0},
    [FAIL_REASONING] = {"all_reasoning", "the answer was nothing but thinking", CHARGED, false, 0, 0},
    [FAIL_PROMPT_CUT] = {"prompt_cut", "the server has cut the prompt without a word", CHARGED, false, ALWAYS, 0},
    [FAIL_PARAM] = {"bad_parameter", "the server refuses a parameter", HUMAN, false, 0, ALWAYS},
    [FAIL_PREFILL] = {"no_prefill", "the server refuses to continue an answer", HUMAN, false, 0, ALWAYS},
    [FAIL_MODEL] = {"no_model", "the server does not have the model", HUMAN, false, 0, ALWAYS},
    [FAIL_TOO_LARGE] = {"request_too_large", "the request is larger than the server takes", HUMAN, false, 0, ALWAYS},
    [FAIL_NOT_ALLOWED] = {"model_not_allowed", "the model is not among models.allow", HUMAN, false, 0, ALWAYS},
    [FAIL_SLOT_TAKEN] = {"slot_taken", "the server is in use", OUTAGE, false, 0, 0},
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

static int64_t retry_delay_ms(const struct failure_row *row, const struct retry_input *in)
{
    // A server that says "now" (0, or a date gone by) while it fails is answered with our own backoff.
    if (in->retry_after_ms > 0)
        return in->retry_after_ms < RETRY_AFTER_CAP_MS ? in->retry_after_ms : RETRY_AFTER_CAP_MS;
    int64_t window_ms = row->base_ms;
    for (int n = 1; n < in->in_row && window_ms < BACKOFF_CAP_MS; n++) window_ms *= 2;
    if (window_ms > BACKOFF_CAP_MS) window_ms = BACKOFF_CAP_MS;
    return (int64_t)(((uint64_t)window_ms * in->jitter) >> 32);
}

static bool reached(int count, int from)
{
    return from > 0 && count >= from;
}

struct retry_decision retry_decide(const struct retry_input *in)
{
    const struct failure_row *row = failure_row(in->failure);
    struct retry_decision d = {.action = RETRY_BACKOFF, .need_barrier = row->barrier};
    int in_row = in->in_row > 0 ? in->in_row : 1;
    if (reached(in_row, row->pause_from)) {
        d.action = RETRY_PAUSE;
        return d;
    }
    d.outage = row->outage;
    d.delay_ms = retry_delay_ms(row, in);
    d.charge = row->charge_always || reached(in->same_request, CHARGE_FROM_SAME_REQUEST);
    d.smaller = reached(in_row, row->smaller_from);
    return d;
}
