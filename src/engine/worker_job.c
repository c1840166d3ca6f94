// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The job at hand: read from its rows, pinned to what it began with, and dropped. Its state has one setter.
#include <math.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "engine/steps.h"
#include "engine/worker.h"

enum { SAID_MOST = 1 << 20, LARGE_N_CTX = 16384, CARDS_MOST = 24, CARD_TOKENS = 160 };

#define RATIO_NOTICED 0.15

void worker_drop_job(struct worker *w)
{
    if (!w->has_job) return;
    w->has_job = w->cold_cache = w->reread = false;
    w->read_tokens = 0;
    w->step = (struct step){.kind = STEP_NONE};
    memset(&w->unpublished, 0, sizeof(w->unpublished));
    timer_stop(w->publish_soon);
    job_release(&w->job);
    spec_release(&w->spec);
    templates_release(&w->templates);
    book_release(&w->book);
    prompt_release(&w->prompt);
    shingles_free(w->said);
    w->said = NULL;
    habits_release(&w->habits);
    free(w->dry_breakers);
    w->dry_breakers = NULL;
    routes_release(&w->routes);
    free(w->model);
    w->model = NULL;
    w->went_home_ms = w->home_failed_ms = 0;
    w->struck = 0;
}

// Templates are taken from the binary once, when a job begins, and from its rows from then on.
static bool pin_templates(struct worker *w, struct err *e)
{
    struct buf packed;
    buf_init(&packed, BUF_MAX_PIECE);
    enum store_found found = store_templates_get(w->store, w->job.id, &packed, e);
    bool ok = found != STORE_ERROR;
    if (found == STORE_FOUND)
        ok = templates_unpack(&w->templates, packed.data, packed.len, e);
    else if (ok) {
        ok = templates_embedded(&w->templates, w->spec.kind, e);
        if (ok) templates_pack(&w->templates, &packed);
        ok = ok && store_templates_set(w->store, w->job.id, w->templates.hash, packed.data, packed.len, e);
        free(w->job.templates);
        w->job.templates = mem_strdup(w->templates.hash);
    }
    buf_release(&packed);
    return ok;
}

static bool add_said(void *arg, const struct chunk_row *c)
{
    if (!c->stale) shingles_add(arg, c->text + c->skip, c->len - c->skip);
    return true;
}

// In the order of acceptance, in which they were added when they were written. What is to be written anew may be said again.
static bool read_said(struct worker *w, struct err *e)
{
    return store_chunks_each(w->store, w->job.id, 0, STORE_BY_TIME, add_said, w->said, e);
}

// The names of the cast come again and again, and must be allowed to.
static void name_breakers(struct worker *w)
{
    size_t count = w->spec.characters_count;
    w->dry_breakers = mem_calloc(count + 1, sizeof(*w->dry_breakers));
    for (size_t i = 0; i < count; i++) w->dry_breakers[i] = w->spec.characters[i].name;
}

bool worker_load_job(struct worker *w, int64_t id, struct err *e)
{
    if (store_job_get(w->store, id, &w->job, e) != STORE_FOUND)
        return e->code || err_set(e, ERR_STORE, "job %lld has no row", (long long)id);
    w->has_job = true;
    memset(&w->spec, 0, sizeof(w->spec));
    memset(&w->templates, 0, sizeof(w->templates));
    memset(&w->book, 0, sizeof(w->book));
    char name[40];
    (void)snprintf(name, sizeof(name), "job %lld", (long long)id);
    w->said = shingles_new(SAID_MOST);
    habits_init(&w->habits);
    if (!spec_parse(&w->spec, w->job.spec, strlen(w->job.spec), name, e)) return false;
    routes_read(&w->routes, w->job.backend, w->job.fallback);
    w->route = 0;
    w->language = language_get(w->spec.language);
    name_breakers(w);
    return pin_templates(w, e) && worker_reload_book(w, e) && read_said(w, e);
}

// A fallback without a model of its own writes with what it has, and so does a backend on which the job did not begin:
// the name of another server's model means nothing there.
const char *worker_wanted_model(const struct worker *w)
{
    const struct route *route = &w->routes.at[w->route];
    const struct backend_conf *conf = config_backend(w->o.config, route->backend);
    bool own = *w->job.began_on ? strcmp(w->job.began_on, route->backend) == 0 : w->route == 0;
    if (route->model) return route->model;
    if (own && *w->job.model) return w->job.model;
    if (w->route == 0 && w->spec.model) return w->spec.model;
    return conf ? conf->model : NULL;
}

void worker_choose_model(struct worker *w)
{
    const char *wanted = worker_wanted_model(w);
    const char *model = wanted ? wanted : worker_server(w)->facts.model;
    if (w->model && strcmp(w->model, model) == 0) return;
    char *chosen = mem_strdup(model);
    free(w->model);
    w->model = chosen;
}

// As obedient as any: the same spec gives the same book.
static bool pin_model(struct worker *w, struct err *e)
{
    double ratio = 1;
    if (!store_model_ratio(w->store, w->model, &ratio, e)) return false;
    if (fabs(ratio - 1) < RATIO_NOTICED) ratio = 1;
    free(w->job.model);
    w->job.model = mem_strdup(w->model);
    return store_job_set_model(w->store, w->job.id, w->model, ratio, e) && worker_reload_book(w, e);
}

bool worker_pin_route(struct worker *w, struct err *e)
{
    const char *backend = w->routes.at[w->route].backend;
    if (!*w->job.began_on) {
        free(w->job.began_on);
        w->job.began_on = mem_strdup(backend);
        if (!store_job_set_began_on(w->store, w->job.id, backend, e)) return false;
    }
    bool own = strcmp(w->job.began_on, backend) == 0;
    return !own || !*w->model || strcmp(w->job.model, w->model) == 0 || pin_model(w, e);
}

// Before a server is open nothing is sent, and any size will do.
static int n_ctx(const struct worker *w)
{
    return w->known ? known_n_ctx(w->known) : LARGE_N_CTX / 2;
}

static double counted_by_server(const struct worker *w)
{
    return w->known ? (double)w->known->proofs.bytes_per_token_x100 / 100 : 0;
}

struct desk worker_desk(struct worker *w)
{
    return (struct desk){.store = w->store,
                         .job = &w->job,
                         .spec = &w->spec,
                         .language = w->language,
                         .templates = &w->templates,
                         .book = &w->book,
                         .said = w->said,
                         .habits = &w->habits,
                         .n_ctx_tokens = n_ctx(w),
                         .bytes_per_token = counted_by_server(w),
                         .underrate = w->known ? w->known->underrate : 1,
                         .chunk_words = worker_chunk_words(w)};
}

// A chunk and its answer must fit the context several times over.
int worker_chunk_words(const struct worker *w)
{
    int fits = n_ctx(w) / 8;
    int words = w->o.config->chunk_words;
    if (fits < words) words = fits;
    return words < 150 ? 150 : words;
}

// Recaps of past acts may take a quarter of a large context, and an eighth of a small one.
struct next_limits worker_limits(const struct worker *w)
{
    int tokens = n_ctx(w), cards = tokens / CARD_TOKENS;
    return (struct next_limits){.chunk_words = worker_chunk_words(w),
                                .cards_most = cards < CARDS_MOST ? cards : CARDS_MOST,
                                .memory_bytes = tokens >= LARGE_N_CTX ? tokens : tokens / 2};
}

int worker_attempts(const struct worker *w)
{
    return w->spec.attempts > 0 ? w->spec.attempts : 6;
}

bool worker_set_job(struct worker *w, enum job_state to, const char *reason, struct err *e)
{
    if (w->job.state == to && strcmp(w->job.reason, reason) == 0) return true;
    if (w->job.state != to && !job_state_may_follow(w->job.state, to))
        return err_set(e, ERR_INTERNAL, "job %lld cannot go from %s to %s", (long long)w->job.id,
                       job_state_name(w->job.state), job_state_name(to));
    if (!store_job_set_state(w->store, w->job.id, w->job.state, to, reason, e)) return false;
    log_line(LOG_DEBUG, "job %lld: %s → %s %s", (long long)w->job.id, job_state_name(w->job.state),
             job_state_name(to), reason);
    w->job.state = to;
    free(w->job.reason);
    w->job.reason = mem_strdup(reason);
    return true;
}

bool worker_reload_book(struct worker *w, struct err *e)
{
    book_release(&w->book);
    return store_book_load(w->store, w->job.id, &w->book, e);
}

// Changes the job's state in a transaction of its own.
bool worker_set_job_now(struct worker *w, enum job_state to, const char *reason, struct err *e)
{
    if (w->job.state == to && strcmp(w->job.reason, reason) == 0) return true;
    return store_begin(w->store, e) && worker_set_job(w, to, reason, e) && store_commit(w->store, e);
}

// From here on the job has begun, even if its backend keeps it waiting.
bool worker_begin_job(struct worker *w, struct err *e)
{
    if (w->job.state != JOB_QUEUED) return true;
    struct next_limits limits = worker_limits(w);
    struct step next = next_step(&w->book, &limits);
    bool plans = step_ops(next.kind) && next.conversation == 0;
    return worker_set_job_now(w, plans ? JOB_PLANNING : JOB_WRITING, "", e);
}
