// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What is known of a server with a model: read from its row when it is opened, proved before the first request of the
// first book (never on a resume, which must not wait for it), corrected by what use shows, and kept.
//
// While proofs run the row says since when: a successor of a killed engine waits until they cannot be running any more.
#include <stdlib.h>
#include <string.h>

#include "backend/render.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "engine/worker.h"

enum {
    PROOF_FAILURES_MOST = 3,
    SAMPLE_MOST = 2000,
    SAMPLE_LEAST = 150,
    PROOF_FIRST_TOKEN_MS = 120 * 1000,
    PROOF_STALL_MS = 30 * 1000,
    PROVED_BY_OTHERS_MS = 500
};

struct server *worker_server(const struct worker *w)
{
    return link_server(w->link);
}

static void add_speed(void *arg, double tokens_per_s)
{
    pace_seed(arg, tokens_per_s);
}

static void take_profile(struct known *k, const struct backend_profile *p)
{
    k->proved = *p->proved && proofs_read(&k->proofs, p->proved);
    k->refused = k->proofs.refused;
    k->hidden_answer = k->proofs.hidden_answer;
    k->pace.prefill_per_s = p->prefill_per_s;
    k->pace.decode_per_s = p->decode_per_s;
    k->n_ctx_learnt = p->n_ctx_tokens;
    k->n_ctx_against = p->n_ctx_against;
    k->n_ctx_chosen = p->n_ctx_sent;
    k->read = true;
}

bool worker_know(struct worker *w, struct err *e)
{
    struct server *s = worker_server(w);
    struct backend_profile p;
    w->known = server_known(s, w->model);
    if (w->known->read) return true;
    if (store_profile_get(w->store, s->key, w->model, &p, e) == STORE_ERROR) return false;
    take_profile(w->known, &p);
    backend_profile_release(&p);
    return store_attempt_speeds(w->store, s->key, w->model, PACE_SPEEDS, add_speed, &w->known->pace, e);
}

// What is refused is kept also where nothing was proved.
bool worker_remember(struct worker *w, int64_t proving_ms, struct err *e)
{
    struct server *s = worker_server(w);
    struct known *k = w->known;
    struct buf proved;
    buf_init(&proved, BUF_MAX_PIECE);
    k->proofs.refused = k->on_trial ? k->refused_before : k->refused;
    k->proofs.hidden_answer = k->hidden_answer;
    if (k->proved) proofs_write(&k->proofs, &proved);
    k->n_ctx_chosen = known_n_ctx_sent(k);
    struct backend_profile p = {
        .n_ctx_tokens = k->n_ctx_learnt,
        .n_ctx_against = k->n_ctx_against,
        .n_ctx_sent = k->n_ctx_chosen,
        .prefill_per_s = k->pace.prefill_per_s,
        .decode_per_s = k->pace.decode_per_s,
        .proved = proved.data,
        .proving_ms = proving_ms,
    };
    (void)snprintf(p.dialect, sizeof(p.dialect), "%s", dialect_name((enum dialect_kind)s->facts.dialect));
    bool ok = store_profile_put(w->store, s->key, w->model, &p, e);
    buf_release(&proved);
    return ok;
}

// ---- proofs --------------------------------------------------------------------------------------------------------

static const char *const verdicts[] = {"not known", "yes", "no"};

static bool say_proved(struct worker *w, const struct proofs *p, struct err *e)
{
    char text[400], missing[200] = "";
    if (p->refused) {
        char list[160];
        (void)snprintf(missing, sizeof(missing), "; it refuses %s", param_list(p->refused, list, sizeof(list)));
    }
    (void)snprintf(
        text, sizeof(text),
        "the server was tried: token limit %s, seed %s, JSON schema %s, continuing an answer %s, prefix cache "
        "%s, stops when left %s%s%s",
        verdicts[p->limit], verdicts[p->seed], verdicts[p->schema], verdicts[p->prefill], verdicts[p->reuse],
        verdicts[p->leave], p->thinks ? "; it thinks although it was told not to" : "", missing);
    return store_event_add(w->store, w->job.id, "backend", text, NULL, e);
}

static bool keep_proved(struct worker *w, struct proofs *p, struct err *e)
{
    struct known *k = w->known;
    gen_template_free(k->proofs.raw);
    k->proofs = *p;
    p->raw = NULL;
    k->proved = true;
    // Until there is a better one: how long what was left may still run follows from it.
    if (!(k->pace.decode_per_s > 0)) k->pace.decode_per_s = k->proofs.decode_per_s;
    k->refused |= k->proofs.refused;
    k->hidden_answer = k->proofs.hidden_answer;
    return store_begin(w->store, e) && worker_remember(w, 0, e) && say_proved(w, &k->proofs, e) &&
           store_commit(w->store, e);
}

// A server that did not even take the question has nothing of it. Where a route tells, asking costs nothing.
static bool may_still_run(const struct server *s, enum failure failure)
{
    const struct retry_input in = {.failure = failure};
    return s->facts.idle_route || retry_decide(&in).need_barrier;
}

static void on_proved(void *arg, enum failure failure, const char *message, struct proofs *p)
{
    struct worker *w = arg;
    struct server *s = worker_server(w);
    struct err e = ERR_INIT;
    w->proof = NULL;
    w->known->proving = false;
    if (failure == FAIL_NONE) {
        server_useful(s);
        if (keep_proved(w, p, &e))
            worker_go(w);
        else
            worker_store_failed(w, &e);
        return;
    }
    gen_template_free(p->raw);
    p->raw = NULL;
    char text[300];
    (void)snprintf(text, sizeof(text), "%s%s%.200s", failure_text(failure), *message ? ": " : "", message);
    log_line(LOG_INFO, "the server was not proved: %s", text);
    w->proof_failures++;
    if (may_still_run(s, failure)) worker_leaves(w, PROOF_TOKENS_MOST, 0);
    link_suspect(w->link);
    worker_wait(w, breaker_look_ms(&s->breaker, clock_mono_ms()), text);
}

// What is counted stands for all prompts of this server: a premise of a few letters is no text of its language, and a
// byte a token in it would have every prompt taken for one that was cut. Its frequent words make up for that.
static void write_sample(const struct worker *w, struct buf *out)
{
    const char *const texts[] = {w->spec.premise, w->spec.style, w->spec.notes};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (texts[i] && out->len + strlen(texts[i]) < SAMPLE_MOST) buf_addf(out, "%s\n", texts[i]);
    if (out->len < SAMPLE_LEAST) buf_adds(out, language_common(w->language));
    if (out->len < SAMPLE_LEAST) buf_clear(out);
}

// The user's own limits hold here too, where they are shorter.
static int64_t at_most(int64_t ms, int of_spec_s, int of_config_s)
{
    int64_t own_ms = (int64_t)(of_spec_s > 0 ? of_spec_s : of_config_s) * 1000;
    return own_ms > 0 && own_ms < ms ? own_ms : ms;
}

static void start_proof(struct worker *w)
{
    struct server *s = worker_server(w);
    const struct config *c = w->o.config;
    int64_t first_ms = s->facts.model_loaded ? PROOF_FIRST_TOKEN_MS : 10 * PROOF_FIRST_TOKEN_MS;
    struct err e = ERR_INIT;
    struct buf sample;
    if (!worker_remember(w, clock_wall_ms(), &e)) {
        worker_store_failed(w, &e);
        return;
    }
    buf_init(&sample, SAMPLE_MOST + 16);
    write_sample(w, &sample);
    const struct proof_options o = {
        .dialect = (enum dialect_kind)s->facts.dialect,
        .url = s->url,
        .bearer = s->bearer,
        .model = *w->model ? w->model : NULL,
        .facts = &s->facts,
        .n_ctx_tokens = known_n_ctx_sent(w->known),
        .slot = w->slot,
        .sample = sample.data ? sample.data : "",
        .first_token_ms = at_most(first_ms, w->spec.first_token_s, c->first_token_s),
        .stall_ms = at_most(PROOF_STALL_MS, w->spec.stall_s, c->stall_s),
    };
    s->fresh = false;
    worker_enter(w, WORKER_PROVING);
    s->fresh = false;
    w->known->proving = true;
    w->proof = proof_start(w->o.loop, w->o.http, &o, on_proved, w);
    buf_release(&sample);
}

void worker_leave_proof(struct worker *w)
{
    if (!w->proof) return;
    proof_cancel(w->proof);
    w->proof = NULL;
    w->known->proving = false;
    worker_leaves(w, PROOF_TOKENS_MOST, 0);
    worker_settles(w);
}

void worker_prove(struct worker *w)
{
    const struct known *k = w->known;
    if (k->proved || w->job.requests > 0 || w->proof_failures >= PROOF_FAILURES_MOST)
        worker_go(w);
    else if (k->proving) // on another slot: it is a matter of seconds
        worker_wait(w, PROVED_BY_OTHERS_MS, "the server is being tried for another job");
    else
        start_proof(w);
}
