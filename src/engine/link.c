// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Opening a backend, step by step: the functions stand in the order in which they run.
#include "engine/link.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend/keeper.h"
#include "base/file.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/os.h"
#include "model/job.h"

// Where people's servers listen: llama.cpp and MLX, Ollama, vLLM, LM Studio, llama.cpp's announced port, SGLang, KoboldCpp.
static const int auto_ports[] = {8080, 11434, 8000, 1234, 9931, 30000, 5001};

// The built-in simulator writes at a speed that one can watch.
enum { DEFAULT_N_CTX = 8192, LEAST_N_CTX = 1900, READ_ALONG_RATE = 300, STARTS_TRIED = 3 };

struct link {
    struct link_options o;
    void (*opened)(void *arg, const struct link_result *r);
    void *arg;
    char *name; // the backend as asked for; NULL: closed
    char *url;  // NULL until resolved
    char *bearer;
    struct backend_conf conf; // borrowed strings
    struct keeper *keeper;
    struct lock slot;
    struct probe *probe;
    struct timer *soon; // answers never come before link_open has returned
    struct link_result result;
    struct backend_facts facts;
    size_t auto_at; // port being tried
    int starts;     // of a managed backend, since it was ready last
    bool ready, fresh;
    bool no_prefill;  // whatever it says of itself
    int n_ctx_learnt; // 0: nothing
    bool found;       // "auto" has met its server: it stays with it, and waits for it
    const char *sim_argv[6];
    char sim_rate[16];
};

static void answer_soon(void *arg);
static void probe_next(struct link *k);

struct link *link_new(const struct link_options *o, void (*opened)(void *arg, const struct link_result *r), void *arg)
{
    struct link *k = mem_calloc(1, sizeof(*k));
    k->o = *o;
    k->opened = opened;
    k->arg = arg;
    k->slot = (struct lock)LOCK_INIT;
    k->soon = timer_new(o->loop, answer_soon, k);
    (void)snprintf(k->sim_rate, sizeof(k->sim_rate), "%d", READ_ALONG_RATE);
    return k;
}

static void close_link(struct link *k)
{
    link_cancel(k);
    keeper_stop(k->keeper);
    k->keeper = NULL;
    lock_release(&k->slot);
    free(k->name);
    free(k->url);
    free(k->bearer);
    k->name = k->url = k->bearer = NULL;
    memset(&k->conf, 0, sizeof(k->conf));
    memset(&k->facts, 0, sizeof(k->facts));
    k->ready = k->found = k->no_prefill = false;
    k->n_ctx_learnt = 0;
}

void link_free(struct link *k)
{
    if (!k) return;
    close_link(k);
    timer_free(k->soon);
    free(k);
}

static void answer_soon(void *arg)
{
    struct link *k = arg;
    struct link_result result = k->result;
    k->opened(k->arg, &result);
}

static void answer(struct link *k, enum failure failure, bool fatal, const char *message)
{
    k->result = (struct link_result){.failure = failure, .fatal = fatal, .fresh = k->fresh};
    (void)snprintf(k->result.message, sizeof(k->result.message), "%s", message);
    k->ready = failure == FAIL_NONE;
    if (k->ready) k->fresh = false;
    if (k->ready) k->starts = 0;
    timer_set(k->soon, 0);
}

// ---- 1: which server ---------------------------------------------------------------------------------------------

static bool resolve_simulator(struct link *k)
{
    if (!k->o.simulator) {
        answer(k, FAIL_CONFIG, true, "the simulator novelgen-sim is not installed beside novelgen");
        return false;
    }
    const char *argv[] = {k->o.simulator, "--listen-fd", "3", "--rate", k->sim_rate, NULL};
    memcpy(k->sim_argv, argv, sizeof(argv));
    k->conf = (struct backend_conf){.name = k->name, .command = (char **)(uintptr_t)k->sim_argv, .slots = 1};
    return true;
}

static bool resolve(struct link *k)
{
    const struct backend_conf *conf = config_backend(k->o.config, k->name);
    struct err e = ERR_INIT;
    if (conf) {
        k->conf = *conf;
        k->url = mem_strdup_opt(conf->url);
    } else if (strcmp(k->name, "sim") == 0)
        return resolve_simulator(k);
    else if (strcmp(k->name, "auto") == 0)
        k->auto_at = 0;
    else if (strstr(k->name, "://") && url_check(k->name, &e))
        k->url = mem_strdup(k->name);
    else {
        char text[300];
        (void)snprintf(text, sizeof(text), "there is no backend '%.100s' in the configuration%s%.120s", k->name,
                       e.code ? ": " : "", e.text);
        answer(k, FAIL_CONFIG, true, text);
        return false;
    }
    if (conf && conf->api_key_env) {
        const char *key = getenv(conf->api_key_env); // NOLINT(concurrency-mt-unsafe): one thread
        if (!key || !*key) {
            char text[300];
            (void)snprintf(text, sizeof(text), "the backend '%.100s' needs a key in the environment variable %.100s",
                           k->name, conf->api_key_env);
            answer(k, FAIL_CONFIG, true, text);
            return false;
        }
        k->bearer = mem_strdup(key);
    }
    return true;
}

// ---- 2: start it, if it is ours ------------------------------------------------------------------------------------

static void file_safe(char *out, size_t size, const char *name)
{
    size_t n = 0;
    for (; *name && n + 1 < size; name++) out[n++] = isalnum((unsigned char)*name) || *name == '.' ? *name : '-';
    out[n] = '\0';
}

static bool start_keeper(struct link *k, int socket, struct err *e)
{
    char name[80], lock[1200], dir[1100], log[1300];
    file_safe(name, sizeof(name), k->name);
    (void)snprintf(lock, sizeof(lock), "%s/keeper-%s.lock", k->o.home, name);
    (void)snprintf(dir, sizeof(dir), "%s/log", k->o.home);
    (void)snprintf(log, sizeof(log), "%s/backend-%s.log", dir, name);
    const struct keeper_options options = {
        .program = k->o.program,
        .argv = (const char *const *)k->conf.command,
        .lock_path = lock,
        .log_path = log,
        .socket = socket,
    };
    if (!file_mkdirs(dir, 0700, e)) return false;
    k->keeper = keeper_start(&options, e);
    return k->keeper != NULL;
}

static bool start_managed(struct link *k)
{
    struct err e = ERR_INIT;
    char why[300] = "";
    if (k->keeper && keeper_alive(k->keeper, why, sizeof(why))) return true;
    if (k->keeper) {
        keeper_stop(k->keeper);
        k->keeper = NULL;
        if (k->starts >= STARTS_TRIED) {
            char text[400];
            (void)snprintf(text, sizeof(text), "the backend '%.80s' does not start (%.200s): mend its command",
                           k->name, why);
            k->starts = 0;
            answer(k, FAIL_CONFIG, true, text);
            return false;
        }
        log_line(LOG_WARN, "the backend '%s' ended: %s", k->name, why);
    }
    int socket = -1, port = 0;
    if (!k->conf.url) {
        socket = keeper_listen(&port, &e);
        if (socket < 0) goto failed;
        free(k->url);
        k->url = mem_printf("http://127.0.0.1:%d", port);
        lock_release(&k->slot); // named by host and port
    }
    bool started = start_keeper(k, socket, &e);
    if (socket >= 0) close(socket);
    if (!started) goto failed;
    k->fresh = true;
    k->starts++;
    return true;
failed:
    answer(k, FAIL_CONFIG, true, e.text);
    return false;
}

// ---- 3: its slot ----------------------------------------------------------------------------------------------------

// One server has one lock, however its URL is written: host in small letters, this machine's own names as one, port.
static void slot_name(char *out, size_t size, const char *url)
{
    static const char *const local[] = {"localhost", "[::1]", "0.0.0.0", "[::]"};
    const char *scheme = strstr(url, "://"), *at = scheme ? scheme + 3 : url;
    size_t len = strcspn(at, "/"), host_len = *at == '[' ? strcspn(at, "]") + 1 : strcspn(at, ":/");
    char host[120], whole[160];
    (void)snprintf(host, sizeof(host), "%.*s", (int)(host_len < len ? host_len : len), at);
    for (char *c = host; *c; c++) *c = (char)tolower((unsigned char)*c);
    for (size_t i = 0; i < ARRAY_LEN(local); i++)
        if (strcmp(host, local[i]) == 0) (void)snprintf(host, sizeof(host), "127.0.0.1");
    if (host_len + 1 < len)
        (void)snprintf(whole, sizeof(whole), "%s%.*s", host, (int)(len - host_len), at + host_len);
    else
        (void)snprintf(whole, sizeof(whole), "%s:%s", host, tolower((unsigned char)url[4]) == 's' ? "443" : "80");
    file_safe(out, size, whole);
}

static bool take_slot(struct link *k)
{
    if (k->slot.fd >= 0) return true;
    char dir[900], name[160], path[1100];
    struct err e = ERR_INIT;
    if (!os_runtime_dir(dir, sizeof(dir))) {
        answer(k, FAIL_CONFIG, true, "there is no directory for the locks of backends: set XDG_RUNTIME_DIR");
        return false;
    }
    slot_name(name, sizeof(name), k->url);
    (void)snprintf(path, sizeof(path), "%s/slot-%s.lock", dir, name);
    switch (lock_try(&k->slot, path, false, &e)) {
    case LOCK_HELD:
        lock_sign(&k->slot);
        return true;
    case LOCK_TAKEN:
        answer(k, FAIL_BUSY, false, "another novelgen is using this server");
        return false;
    case LOCK_ERROR:
        break;
    }
    answer(k, FAIL_CONFIG, true, e.text);
    return false;
}

// ---- 4: ask it --------------------------------------------------------------------------------------------------------

static bool is_auto(const struct link *k)
{
    return strcmp(k->name, "auto") == 0;
}

static void none_found(struct link *k)
{
    answer(k, FAIL_REFUSED, false,
           JOB_NO_BACKEND
           "no inference server answers on the usual local ports: start one, or name it with --backend URL");
    k->result.no_backend = true;
}

// In words for the one who waits.
static void answer_probe(struct link *k)
{
    const struct backend_facts *facts = &k->facts;
    char text[300] = "";
    if (facts->failure != FAIL_NONE && k->keeper && !keeper_alive(k->keeper, text, sizeof(text))) {
        answer(k, FAIL_REFUSED, false, text);
        return;
    }
    if (facts->failure == FAIL_REFUSED)
        (void)snprintf(text, sizeof(text), "no server answers at %.250s", k->url);
    else
        (void)snprintf(text, sizeof(text), "%.290s", *facts->message ? facts->message : failure_text(facts->failure));
    answer(k, facts->failure, false, text);
}

static void on_probe(void *arg, const struct backend_facts *facts)
{
    struct link *k = arg;
    k->probe = NULL;
    bool usable = facts->failure == FAIL_NONE || facts->failure == FAIL_LOADING;
    k->found = k->found || usable;
    if (is_auto(k) && !k->found) {
        free(k->url);
        k->url = NULL;
        lock_release(&k->slot);
        k->auto_at++;
        probe_next(k);
        return;
    }
    k->facts = *facts;
    k->facts.prefill = facts->prefill && !k->no_prefill;
    answer_probe(k);
}

static void probe_next(struct link *k)
{
    if (is_auto(k) && !k->url) {
        if (k->auto_at == ARRAY_LEN(auto_ports)) {
            none_found(k);
            return;
        }
        k->url = mem_printf("http://127.0.0.1:%d", auto_ports[k->auto_at]);
    }
    if (!take_slot(k)) return;
    const struct probe_options options = {
        .url = k->url, .bearer = k->bearer, .dialect = DIALECT_UNKNOWN, .guess = DIALECT_UNKNOWN};
    k->probe = probe_start(k->o.loop, k->o.http, &options, on_probe, k);
}

void link_open(struct link *k, const char *backend)
{
    link_cancel(k);
    if (k->name && strcmp(k->name, backend) != 0) close_link(k);
    if (!k->name) {
        k->name = mem_strdup(backend);
        if (!resolve(k)) {
            free(k->name);
            k->name = NULL;
            return;
        }
    }
    if (k->ready) {
        answer(k, FAIL_NONE, false, "");
        return;
    }
    k->auto_at = 0;
    if (k->conf.command && !start_managed(k)) return;
    probe_next(k);
}

void link_suspect(struct link *k)
{
    k->ready = false;
}

void link_no_prefill(struct link *k)
{
    k->no_prefill = true;
    k->facts.prefill = false;
}

void link_cancel(struct link *k)
{
    probe_cancel(k->probe);
    k->probe = NULL;
    timer_stop(k->soon);
}

const char *link_url(const struct link *k)
{
    return k->url;
}

const char *link_bearer(const struct link *k)
{
    return k->bearer;
}

const char *link_name(const struct link *k)
{
    return is_auto(k) ? k->url : k->name;
}

const char *link_model(const struct link *k)
{
    return k->conf.model ? k->conf.model : k->facts.model;
}

const struct backend_facts *link_facts(const struct link *k)
{
    return &k->facts;
}

static int believed_n_ctx(const struct link *k)
{
    if (k->facts.n_ctx_tokens > 0) return k->facts.n_ctx_tokens;
    return k->conf.n_ctx_tokens > 0 ? k->conf.n_ctx_tokens : DEFAULT_N_CTX;
}

int link_n_ctx(const struct link *k)
{
    int believed = believed_n_ctx(k);
    return k->n_ctx_learnt > 0 && k->n_ctx_learnt < believed ? k->n_ctx_learnt : believed;
}

// "exceeds the available context size (4096 tokens)", "maximum context length is 4096 tokens": the number that follows.
static int context_in(const char *message)
{
    const char *at = strstr(message, "context");
    if (!at) return 0;
    at += strcspn(at, "0123456789");
    long n = strtol(at, NULL, 10);
    return n > 0 && n < INT_MAX ? (int)n : 0;
}

bool link_learn_context(struct link *k, const char *message)
{
    int now = link_n_ctx(k), said = context_in(message);
    if (now <= LEAST_N_CTX) return false;
    if (said < LEAST_N_CTX || said >= now) said = now / 4 * 3;
    k->n_ctx_learnt = said > LEAST_N_CTX ? said : LEAST_N_CTX;
    return true;
}

void link_know_context(struct link *k, int n_ctx_tokens)
{
    if (k->facts.n_ctx_tokens == 0 && n_ctx_tokens >= LEAST_N_CTX) k->n_ctx_learnt = n_ctx_tokens;
}
