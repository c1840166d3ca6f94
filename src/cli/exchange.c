// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Requests and answers, shown. What comes from outside in a heading passes the terminal filter always, the texts only
// where they go to a terminal.
#include "cli/exchange.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/amount.h"
#include "cli/settings.h"
#include "engine/gate_rule.h"
#include "model/failure.h"
#include "text/utf8.h"

// ---- words ----------------------------------------------------------------------------------------------------------

static const char *exchange_state(const struct exchange *x, const struct exchange_view *v)
{
    const struct attempt_row *a = x->row;

    if (!a->ended) return v->written ? "in flight" : "interrupted";
    if (strcmp(a->failure, "none") != 0) return strcmp(a->verdict, "accepted") == 0 ? "accepted" : "failed";
    if (a->verdict[0] == '\0') return "ended";
    return strcmp(a->verdict, "accepted") == 0 ? "accepted" : "refused";
}

static const char *exchange_failure_text(const struct exchange *x, const struct exchange_view *v)
{
    if (!x->row->ended) return v->written ? "the answer is still coming" : "the program ended while it was in flight";
    return strcmp(x->row->failure, "none") == 0 ? NULL : failure_text(failure_from_name(x->row->failure));
}

static const char *exchange_verdict_text(const char *verdict)
{
    static const struct {
        const char *verdict, *text;
    } own[] = {
        {"accepted", "the answer was accepted"},
        {"no_plan", "no plan could be read from the answer"},
        {"smaller", "the next request asks for less"},
    };

    for (size_t i = 0; i < ARRAY_LEN(own); i++)
        if (strcmp(verdict, own[i].verdict) == 0) return own[i].text;
    return verdict[0] != '\0' ? gate_rule_text(verdict) : NULL;
}

static void exchange_title(const struct attempt_row *a, struct buf *out)
{
    if (strcmp(a->kind, "chunk") == 0)
        buf_addf(out, "chapter %d, part %d", a->chapter, a->seq);
    else if (strcmp(a->kind, "outline") == 0)
        buf_addf(out, "outline from chapter %d on", a->chapter);
    else if (strcmp(a->kind, "acts") == 0 || strcmp(a->kind, "merge") == 0)
        buf_addf(out, "%s, act %d", a->kind, a->chapter);
    else if (transcript_is_plan(a->kind))
        buf_adds(out, a->kind);
    else
        buf_addf(out, "chapter %d, %s", a->chapter, a->kind);
    buf_addf(out, ", attempt %d", a->number);
}

// ---- the page -------------------------------------------------------------------------------------------------------

static void exchange_outside(struct buf *out, const char *text)
{
    utf8_terminal(out, text, strlen(text), true);
}

static void exchange_heading(const struct exchange_view *v, struct buf *out, const char *text)
{
    buf_addf(out, "%s--- %s ---%s\n", v->color ? "\033[1m" : "", text, v->color ? "\033[0m" : "");
}

// A text below a heading that says how long it is.
static void exchange_text(const struct exchange_view *v, struct buf *out, const char *what, const char *text,
                          size_t len)
{
    char heading[160], bytes[AMOUNT_SIZE];

    (void)snprintf(heading, sizeof heading, "%s, %s byte%s", what, amount_text(bytes, (int64_t)len),
                   len == 1 ? "" : "s");
    exchange_heading(v, out, heading);
    if (len == 0) return;
    if (v->mask)
        utf8_terminal(out, text, len, false);
    else
        buf_add(out, text, len);
    if (out->data[out->len - 1] != '\n') buf_addc(out, '\n');
}

static void exchange_settings(const struct attempt_row *a, struct buf *out)
{
    char time[CLOCK_TEXT_SIZE], tokens[AMOUNT_SIZE], words[AMOUNT_SIZE];

    clock_rfc3339(time, a->started_ms);
    buf_addf(out, "  %s, server ", time);
    exchange_outside(out, a->backend);
    if (a->model[0] != '\0') {
        buf_adds(out, ", model ");
        exchange_outside(out, a->model);
    }
    buf_addf(out, ", seed %lld, at most %s tokens", (long long)a->seed, amount_text(tokens, a->max_tokens));
    if (a->words_asked > 0) buf_addf(out, ", %s asked for", amount_words(words, a->words_asked));
    buf_adds(out, "\n");
}

static void exchange_tokens(struct buf *out, int64_t tokens, const char *what)
{
    char text[AMOUNT_SIZE];

    buf_addf(out, "%s %s", tokens >= 0 ? amount_text(text, tokens) : "unknown", what);
}

static void exchange_seconds(struct buf *out, const char *what, int64_t ms)
{
    if (ms >= 0) buf_addf(out, ", %s %.3f s", what, (double)ms / 1000);
}

static void exchange_measures(const struct attempt_row *a, struct buf *out)
{
    if (!a->ended) return;
    buf_adds(out, "  tokens: ");
    exchange_tokens(out, a->prompt_tokens, "in, ");
    exchange_tokens(out, a->cached_tokens, "cached, ");
    exchange_tokens(out, a->output_tokens, "out");
    exchange_seconds(out, "first after", a->first_token_ms);
    exchange_seconds(out, "all after", a->total_ms);
    if (a->finish[0] != '\0') {
        buf_adds(out, ", finish: ");
        exchange_outside(out, a->finish);
    }
    if (a->http_status > 0 && a->http_status != 200) buf_addf(out, ", HTTP status %d", a->http_status);
    buf_adds(out, "\n");
}

static void exchange_reason(struct buf *out, const char *what, const char *name, const char *text)
{
    if (text == NULL) return;
    buf_addf(out, "  %s: ", what);
    exchange_outside(out, name);
    if (strcmp(name, text) != 0) buf_addf(out, " (%s)", text);
    buf_adds(out, "\n");
}

static void exchange_head(const struct exchange *x, const struct exchange_view *v, struct buf *out)
{
    const struct attempt_row *a = x->row;
    char prompt[AMOUNT_SIZE], common[AMOUNT_SIZE];

    if (v->color) buf_adds(out, "\033[1m");
    exchange_title(a, out);
    buf_addf(out, ": %s%s\n", exchange_state(x, v), v->color ? "\033[0m" : "");
    exchange_settings(a, out);
    exchange_measures(a, out);
    exchange_reason(out, "failure", a->ended ? a->failure : "none yet", exchange_failure_text(x, v));
    if (strcmp(a->verdict, "accepted") != 0)
        exchange_reason(out, "verdict", a->verdict, exchange_verdict_text(a->verdict));
    if (a->message[0] != '\0') {
        buf_adds(out, "  message: ");
        exchange_outside(out, a->message);
        buf_adds(out, "\n");
    }
    buf_addf(out, "  prompt: %s bytes, of which the first %s as in the request before\n",
             amount_text(prompt, a->prompt_bytes),
             amount_text(common, a->common_bytes < a->prompt_bytes ? a->common_bytes : a->prompt_bytes));
}

static void exchange_count_before(const struct exchange *x, struct buf *out)
{
    const struct attempt_row *a = x->row;
    char bytes[AMOUNT_SIZE];

    buf_addf(out, "… %zu turns before, %s bytes: ", x->before_count, amount_text(bytes, (int64_t)x->before_bytes));
    if (strcmp(a->kind, "chunk") == 0)
        buf_addf(out, "see --chunk %d\n", a->seq);
    else if (!transcript_is_plan(a->kind))
        buf_adds(out, "the chapter as it stood\n");
    else if (a->conversation > 0)
        buf_addf(out, "see --chapter %d\n", a->conversation);
    else
        buf_adds(out, "the planning as it stood\n");
}

static void exchange_sent(const struct exchange *x, const struct exchange_view *v, struct buf *out)
{
    static const char *const names[] = {"sent, the user's turn", "sent, carried over as the beginning of the answer",
                                        "sent, how it is to go on"};
    char bytes[AMOUNT_SIZE];

    for (size_t i = 0; v->whole && i < x->before_count; i++)
        exchange_text(v, out, x->before[i].role == TURN_USER ? "sent, user" : "sent, assistant", x->before[i].text,
                      x->before[i].len);
    if (!v->whole && x->before_count > 0) exchange_count_before(x, out);
    if (x->row->left_out > 0)
        buf_addf(out, "(%d turns behind the first pair were left out to fit the context)\n", x->row->left_out);
    for (size_t i = 0; i < x->own_count; i++)
        exchange_text(v, out, x->own[i].role == TURN_ASSISTANT ? names[1] : names[i > 0 ? 2 : 0], x->own[i].text,
                      x->own[i].len);
    if (x->unknown_bytes > 0)
        buf_addf(out, "(%s more bytes were sent, which are %s)\n", amount_text(bytes, x->unknown_bytes),
                 x->row->replaced ? "not stored any more: it was written anew since"
                 : x->row->ended  ? "not stored"
                                  : "stored when the request ends");
}

// An answer whose conversation was begun anew went with it; the prose that came of it did not.
static void exchange_came_without(const struct exchange *x, const struct exchange_view *v, struct buf *out)
{
    const struct attempt_row *a = x->row;
    bool accepted = strcmp(a->verdict, "accepted") == 0, replaced = accepted && a->replaced;
    struct buf line;

    buf_init(&line, BUF_MAX_LINE);
    buf_adds(&line, accepted ? "what came back is not stored" : "nothing came back");
    if (replaced) buf_adds(&line, " any more: it was written anew since");
    if (replaced && strcmp(a->kind, "chunk") == 0)
        buf_addf(&line, "; the prose is kept, see: novelgen show %lld --chapter %d --versions%s", (long long)a->job,
                 a->chapter, settings_home_hint());
    exchange_heading(v, out, line.data);
    buf_release(&line);
}

static void exchange_came(const struct exchange *x, const struct exchange_view *v, struct buf *out)
{
    if (x->came_joined) buf_adds(out, "(what was carried over stands in front of what came back)\n");
    if (x->came_len == 0) {
        exchange_came_without(x, v, out);
        return;
    }
    if (!x->has_kept) {
        exchange_text(v, out, "came back", x->came, x->came_len);
        return;
    }
    if (x->kept_from > 0) exchange_text(v, out, "came back, dropped at its head", x->came, x->kept_from);
    exchange_text(v, out, "came back, kept", x->came + x->kept_from, x->kept_to - x->kept_from);
    if (x->kept_to < x->came_len)
        exchange_text(v, out, "came back, dropped at its end", x->came + x->kept_to, x->came_len - x->kept_to);
}

void exchange_page(const struct exchange *x, const struct exchange_view *v, struct buf *out)
{
    if (out->len > 0) buf_addc(out, '\n');
    exchange_head(x, v, out);
    exchange_sent(x, v, out);
    exchange_came(x, v, out);
}

// ---- for programs ---------------------------------------------------------------------------------------------------

static void exchange_set_known(struct json *o, const char *key, int64_t n, bool known)
{
    if (known)
        json_set_int(o, key, n);
    else
        json_set_str(o, key, NULL);
}

static void exchange_set_text(struct json *o, const char *key, const char *text)
{
    json_set_str(o, key, text != NULL && text[0] != '\0' ? text : NULL);
}

static void exchange_json_task(const struct attempt_row *a, struct json *o)
{
    bool plan = transcript_is_plan(a->kind), chunk = strcmp(a->kind, "chunk") == 0;

    json_set_int(o, "id", a->id);
    json_set_str(o, "kind", a->kind);
    exchange_set_known(o, "chapter", a->chapter, !plan || strcmp(a->kind, "outline") == 0);
    exchange_set_known(o, "act", a->chapter, strcmp(a->kind, "acts") == 0 || strcmp(a->kind, "merge") == 0);
    exchange_set_known(o, "chunk", a->seq, chunk);
    json_set_int(o, "attempt", a->number);
    json_set_int(o, "conversation", plan ? a->conversation : a->chapter);
}

static void exchange_json_numbers(const struct attempt_row *a, struct json *o)
{
    char time[CLOCK_TEXT_SIZE];

    clock_rfc3339(time, a->started_ms);
    json_set_str(o, "time", time);
    json_set_str(o, "backend", a->backend);
    exchange_set_text(o, "model", a->model);
    json_set_int(o, "seed", a->seed);
    json_set_int(o, "max_tokens", a->max_tokens);
    exchange_set_known(o, "words_asked", a->words_asked, a->words_asked > 0);
    exchange_set_known(o, "prompt_tokens", a->prompt_tokens, a->ended && a->prompt_tokens >= 0);
    exchange_set_known(o, "cached_tokens", a->cached_tokens, a->ended && a->cached_tokens >= 0);
    exchange_set_known(o, "output_tokens", a->output_tokens, a->ended && a->output_tokens >= 0);
    exchange_set_known(o, "first_token_ms", a->first_token_ms, a->ended && a->first_token_ms >= 0);
    exchange_set_known(o, "total_ms", a->total_ms, a->ended && a->total_ms >= 0);
    exchange_set_known(o, "http_status", a->http_status, a->http_status > 0);
    json_set_int(o, "prompt_bytes", a->prompt_bytes);
    json_set_int(o, "common_bytes", a->common_bytes);
}

static void exchange_json_end(const struct exchange *x, const struct exchange_view *v, struct json *o)
{
    const struct attempt_row *a = x->row;

    json_set_str(o, "state", exchange_state(x, v));
    exchange_set_text(o, "finish", a->finish);
    exchange_set_text(o, "failure", a->ended ? a->failure : NULL);
    exchange_set_text(o, "failure_text", exchange_failure_text(x, v));
    exchange_set_text(o, "verdict", a->verdict);
    exchange_set_text(o, "verdict_text", exchange_verdict_text(a->verdict));
    exchange_set_text(o, "message", a->message);
}

static void exchange_json_push(struct json *array, const struct transcript_message *m)
{
    struct json *o = json_new_object();

    json_set_str(o, "role", m->role == TURN_USER ? "user" : "assistant");
    json_set_strn(o, "text", m->text, m->len);
    json_push(array, o);
}

static void exchange_json_sent(const struct exchange *x, const struct exchange_view *v, struct json *o)
{
    struct json *sent = json_new_array();

    for (size_t i = 0; v->whole && i < x->before_count; i++) exchange_json_push(sent, &x->before[i]);
    for (size_t i = 0; i < x->own_count; i++) exchange_json_push(sent, &x->own[i]);
    json_set_int(o, "before_turns", (int64_t)x->before_count);
    json_set_int(o, "before_bytes", (int64_t)x->before_bytes);
    json_set_int(o, "left_out_turns", x->row->left_out);
    json_set(o, "sent", sent);
    json_set_int(o, "sent_unknown_bytes", x->unknown_bytes);
}

static void exchange_set_range(const struct exchange *x, struct json *o, const char *key, size_t from, size_t to)
{
    if (x->has_kept)
        json_set_strn(o, key, x->came + from, to - from);
    else
        json_set_str(o, key, NULL);
}

struct json *exchange_json(const struct exchange *x, const struct exchange_view *v)
{
    struct json *o = json_new_object();

    exchange_json_task(x->row, o);
    exchange_json_numbers(x->row, o);
    exchange_json_end(x, v, o);
    exchange_json_sent(x, v, o);
    json_set_strn(o, "came", x->came, x->came_len);
    json_set_bool(o, "came_joined", x->came_joined);
    exchange_set_range(x, o, "dropped_head", 0, x->kept_from);
    exchange_set_range(x, o, "kept", x->kept_from, x->kept_to);
    exchange_set_range(x, o, "dropped_end", x->kept_to, x->came_len);
    return o;
}
