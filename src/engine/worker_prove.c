// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What is known of a server with a model: read from its row when it is opened, proved before the first request of the
// first book (never on a resume, which must not wait for it), corrected by what use shows, and kept.
//
// While proofs run the row says since when: a successor of a killed engine waits until they cannot be running any more.
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "engine/worker.h"

enum { PROOF_FAILURES_MOST = 3, SAMPLE_MOST = 2000, PROOF_FIRST_TOKEN_MS = 120 * 1000, PROOF_STALL_MS = 30 * 1000 };

struct server *worker_server(const struct worker *w)
{
    return link_server(w->link);
}

static void add_speed(void *arg, double tokens_per_s)
{
    pace_seed(arg, tokens_per_s);
}

static void take_profile(struct worker *w, const struct backend_profile *p)
{
    struct server *s = worker_server(w);
    gen_template_free(s->proofs.raw);
    memset(&s->proofs, 0, sizeof(s->proofs));
    memset(&s->pace, 0, sizeof(s->pace));
    s->proved = *p->proved && proofs_read(&s->proofs, p->proved);
    s->refused = s->proofs.refused;
    s->hidden_answer = s->proofs.hidden_answer;
    s->no_prefill = s->asked_plainly = false;
    s->pace.prefill_per_s = p->prefill_per_s;
    s->pace.decode_per_s = p->decode_per_s;
    s->n_ctx_learnt = p->n_ctx_tokens;
    s->profiled = true;
    (void)snprintf(s->model, sizeof(s->model), "%s", w->model);
    // A process of our own that has just been started has nothing of an earlier engine on it.
    if (p->proving_ms > 0 && !s->fresh) {
        w->need_barrier = true;
        w->quiet_ms = pace_burn_ms(&s->pace, PROOF_TOKENS_MOST);
    }
}

bool worker_know(struct worker *w, struct err *e)
{
    struct server *s = worker_server(w);
    struct backend_profile p;
    if (s->profiled && strcmp(s->model, w->model) == 0) return true;
    if (store_profile_get(w->store, s->key, w->model, &p, e) == STORE_ERROR) return false;
    take_profile(w, &p);
    backend_profile_release(&p);
    return store_attempt_speeds(w->store, s->key, w->model, PACE_SPEEDS, add_speed, &s->pace, e);
}

bool worker_remember(struct worker *w, int64_t proving_ms, struct err *e)
{
    struct server *s = worker_server(w);
    struct buf proved;
    buf_init(&proved, BUF_MAX_PIECE);
    s->proofs.refused = s->refused;
    s->proofs.hidden_answer = s->hidden_answer;
    if (s->proved) proofs_write(&s->proofs, &proved);
    struct backend_profile p = {
        // Ollama loads a model anew for another context: the first choice stays.
        .n_ctx_tokens = s->n_ctx_learnt > 0 ? s->n_ctx_learnt : server_n_ctx_sent(s),
        .prefill_per_s = s->pace.prefill_per_s,
        .decode_per_s = s->pace.decode_per_s,
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

// What it refuses was proved for nobody yet; later jobs are told when they ask for it.
static bool keep_proved(struct worker *w, struct proofs *p, struct err *e)
{
    struct server *s = worker_server(w);
    gen_template_free(s->proofs.raw);
    s->proofs = *p;
    p->raw = NULL;
    s->proved = true;
    s->refused |= s->proofs.refused;
    s->hidden_answer = s->proofs.hidden_answer;
    return store_begin(w->store, e) && worker_remember(w, 0, e) && say_proved(w, &s->proofs, e) &&
           store_commit(w->store, e);
}

static void on_proved(void *arg, enum failure failure, const char *message, struct proofs *p)
{
    struct worker *w = arg;
    struct server *s = worker_server(w);
    struct err e = ERR_INIT;
    w->proof = NULL;
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
    w->need_barrier = true;
    w->quiet_ms = pace_burn_ms(&s->pace, PROOF_TOKENS_MOST);
    link_suspect(w->link);
    worker_wait(w, breaker_look_ms(&s->breaker, clock_mono_ms()), text);
}

static void write_sample(const struct worker *w, struct buf *out)
{
    const char *const texts[] = {w->spec.premise, w->spec.style, w->spec.notes};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (texts[i] && out->len + strlen(texts[i]) < SAMPLE_MOST) buf_addf(out, "%s\n", texts[i]);
}

static void start_proof(struct worker *w)
{
    struct server *s = worker_server(w);
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
        .n_ctx_tokens = server_n_ctx_sent(s),
        .slot = w->slot,
        .sample = sample.data ? sample.data : "",
        .first_token_ms = s->facts.model_loaded ? PROOF_FIRST_TOKEN_MS : 10 * PROOF_FIRST_TOKEN_MS,
        .stall_ms = PROOF_STALL_MS,
    };
    s->fresh = false;
    worker_enter(w, WORKER_PROVING);
    w->proof = proof_start(w->o.loop, w->o.http, &o, on_proved, w);
    buf_release(&sample);
}

void worker_prove(struct worker *w)
{
    const struct server *s = worker_server(w);
    if (s->proved || w->job.requests > 0 || w->proof_failures >= PROOF_FAILURES_MOST)
        worker_go(w);
    else
        start_proof(w);
}
