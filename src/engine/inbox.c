// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The inbox, file by file:
//
//   has its name an answer? ──yes: whoever gave it died before the file went──────────────────▶ the file goes
//      │ no
//   read ─▶ BEGIN ─▶ the verb changes rows ─▶ its answer ─▶ COMMIT ───────────────────────────▶ the file goes
//      │                  │ the rows do not allow it           │
//      │                  └─▶ ROLLBACK, BEGIN ─▶ a refusal ────┤
//      │                                                       └ the store fails: it stays, the store is opened again
//      └ it cannot be read now: it stays, and keeps no other one waiting
//
// What a message may do stands in the table `verbs`.
#include "engine/inbox.h"

#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "engine/inbox_cover.h"
#include "engine/inbox_settings.h"
#include "engine/incoming.h"
#include "engine/intake.h"
#include "engine/message.h"
#include "engine/publish.h"
#include "io/json.h"
#include "model/spec.h"
#include "out/folder.h"
#include "text/slug.h"

enum { SLUG_WORDS = 6 };

bool intake_refuse(struct inbox_answer *a, enum err_code code, const char *text)
{
    a->code = (int)code;
    (void)snprintf(a->text, sizeof(a->text), "%.511s", text);
    return true;
}

int intake_int(const struct json *m, const char *name, int least, int most)
{
    const struct json *v = json_get(m, name);
    int64_t n = json_int(v, 0);
    return json_kind(v) == JSON_KIND_INT && n >= least && n <= most ? (int)n : least - 1;
}

// ---- submit ------------------------------------------------------------------------------------------------------

static void fill_job(struct job *j, const struct json *m, const struct spec *spec, const char *default_backend)
{
    char slug[SLUG_MAX + 1];
    slug_make(slug, spec->title ? spec->title : spec->premise, SLUG_WORDS);
    const char *backend = json_str(json_get(m, "backend"), NULL);
    if (!backend) backend = spec->backend ? spec->backend : default_backend;
    const char *fallback = json_str(json_get(m, "fallback"), NULL);
    const char *out = json_str(json_get(m, "out"), NULL), *dir = json_str(json_get(m, "templates_dir"), NULL);
    int64_t deadline_ms = inbox_deadline(m);
    *j = (struct job){
        .uuid = mem_strdup(json_str(json_get(m, "uuid"), NULL)),
        .slug = mem_strdup(slug),
        .title = mem_strdup(spec->title ? spec->title : ""),
        .state = JOB_QUEUED,
        .reason = mem_strdup(""),
        .spec = mem_strdup(json_str(json_get(m, "spec"), NULL)),
        .backend = mem_strdup(backend),
        .fallback = mem_strdup(fallback ? fallback : ""),
        .began_on = mem_strdup(""),
        .model = mem_strdup(""),
        .templates = mem_strdup(""),
        .templates_dir = mem_strdup(dir ? dir : ""),
        .out_dir = mem_strdup(""),
        .out_parent = mem_strdup(out ? out : "."),
        .detached = json_bool(json_get(m, "detached"), false),
        .seed = json_int(json_get(m, "seed"), 0),
        .words_target = spec->words,
        .chapters_total = spec_chapters(spec),
        .deadline_ms = deadline_ms > 0 ? deadline_ms : 0,
        .approve = spec->approve_outline ? JOB_APPROVE_WANTED : JOB_APPROVE_NO,
    };
}

static bool insert_job(struct intake *in, struct job *j, const struct inbox_templates *t, const struct inbox_cover *c,
                       struct inbox_answer *a, struct err *e)
{
    char folder[1100];
    struct err no_folder = ERR_INIT;
    if (!store_job_insert(in->store, j, e) || !inbox_templates_store(t, in->store, j->id, e) ||
        !inbox_cover_store(c, in->store, j->id, e))
        return false;
    if (!out_folder_make(folder, sizeof(folder), j->out_parent, j->id, j->slug, j->uuid, in->o->home, &no_folder)) {
        store_rollback(in->store); // the job must not stay; its answer is written on its own
        return store_begin(in->store, e) && intake_refuse(a, ERR_STORE, no_folder.text);
    }
    a->job = j->id;
    in->changed_job = j->id;
    in->changed_state = JOB_QUEUED;
    (void)snprintf(a->text, sizeof(a->text), "%.500s", folder);
    return store_job_set_folder(in->store, j->id, folder, e);
}

struct twin {
    const char *uuid;
    int64_t job; // that bears it; 0: none does
};

static bool is_twin(void *arg, const struct job *j)
{
    struct twin *t = arg;
    if (strcmp(j->uuid, t->uuid) != 0) return true;
    t->job = j->id;
    return false;
}

static bool check_queue(struct intake *in, struct inbox_answer *a, bool *full, struct err *e)
{
    int64_t unfinished;
    if (!store_jobs_unfinished(in->store, &unfinished, e)) return false;
    *full = unfinished >= in->o->queue_max;
    if (!*full) return true;
    char text[200];
    (void)snprintf(text, sizeof(text),
                   "the queue is full: %lld unfinished jobs, queue.max is %d; wait for one to end, or cancel one",
                   (long long)unfinished, in->o->queue_max);
    return intake_refuse(a, ERR_QUEUE_FULL, text);
}

bool intake_room(struct intake *in, const struct job *j, struct inbox_answer *a, bool *room, struct err *e)
{
    bool full = false;
    bool ok = !job_state_ended(j->state) || check_queue(in, a, &full, e);
    *room = ok && !full;
    return ok;
}

static bool check_texts(const struct spec *spec, struct err *e)
{
    return spec_has_texts(spec) || err_set(e, ERR_USAGE, "an opening chapter of the spec has no text");
}

static bool take_new_job(struct intake *in, const struct json *m, struct inbox_answer *a, struct err *e)
{
    size_t len;
    const char *text = json_str(json_get(m, "spec"), &len);
    struct spec spec;
    struct inbox_templates templates;
    struct inbox_cover cover = {0};
    struct err bad = ERR_INIT;
    if (!text) return intake_refuse(a, ERR_USAGE, "the message holds no spec");
    if (!spec_parse(&spec, text, len, "message", &bad)) return intake_refuse(a, ERR_USAGE, bad.text);
    bool ok;
    if (inbox_templates_read(&templates, m, &bad) && check_texts(&spec, &bad) && inbox_check_fallback(m, &bad) &&
        inbox_cover_read(&cover, m, &bad)) {
        struct job j;
        fill_job(&j, m, &spec, in->o->default_backend);
        ok = insert_job(in, &j, &templates, &cover, a, e);
        job_release(&j);
    } else
        ok = intake_refuse(a, ERR_USAGE, bad.text);
    inbox_cover_release(&cover);
    inbox_templates_release(&templates);
    spec_release(&spec);
    return ok;
}

static bool take_submit(struct intake *in, const struct json *m, struct inbox_answer *a, struct err *e)
{
    // A copy of a message under another name is the job that is there already.
    struct twin twin = {.uuid = json_str(json_get(m, "uuid"), NULL)};
    if (!twin.uuid || !*twin.uuid) return intake_refuse(a, ERR_USAGE, "the message holds no uuid");
    bool known = !store_jobs_each(in->store, is_twin, &twin, e);
    a->job = twin.job;
    if (known) return twin.job != 0;
    bool full;
    if (!check_queue(in, a, &full, e)) return false;
    return full || take_new_job(in, m, a, e);
}

// ---- resume, pause, cancel --------------------------------------------------------------------------------------------

bool intake_change(struct intake *in, const struct job *j, enum job_state to, const char *reason, struct err *e)
{
    in->changed_job = j->id;
    in->changed_state = to;
    return store_job_set_state(in->store, j->id, j->state, to, reason, e);
}

void intake_touched(struct intake *in, const struct job *j)
{
    in->changed_job = j->id;
    in->changed_state = j->state;
}

static bool change_settings(struct intake *in, const struct job *j, const struct json *m,
                            const struct inbox_templates *t, struct err *e)
{
    bool changed = false;
    if (!inbox_change_server(in->store, j, m, &changed, e) || !inbox_change_deadline(in->store, j, m, &changed, e) ||
        !inbox_change_templates(in->store, j, t, &changed, e))
        return false;
    if (changed) intake_touched(in, j);
    return true;
}

static bool refuse_unapproved(const struct job *j, struct inbox_answer *a)
{
    char text[200];
    (void)snprintf(text, sizeof(text),
                   "the outline waits for its approval: look at it with: novelgen outline %lld, then: novelgen "
                   "approve %lld",
                   (long long)j->id, (long long)j->id);
    return intake_refuse(a, ERR_APPROVAL, text);
}

static bool requeue(struct intake *in, const struct job *j, const struct json *m, struct err *e)
{
    if (j->state != JOB_PAUSED && j->state != JOB_CANCELLED && j->state != JOB_WAITING) return true;
    return (inbox_deadline(m) >= 0 || inbox_settle_deadline(in->store, j, e)) &&
           intake_change(in, j, JOB_QUEUED, "", e);
}

static bool take_resume(struct intake *in, const struct job *j, const struct json *m, struct inbox_answer *a,
                        struct err *e)
{
    struct inbox_templates templates;
    struct err bad = ERR_INIT;
    bool room = true;
    (void)snprintf(a->text, sizeof(a->text), "%.500s", j->out_dir);
    if (j->state == JOB_DONE) return true;
    if (j->state == JOB_APPROVAL) return refuse_unapproved(j, a);
    bool ok = intake_room(in, j, a, &room, e);
    if (!room) return ok;
    if (!inbox_templates_read(&templates, m, &bad))
        intake_refuse(a, ERR_USAGE, bad.text);
    else {
        ok = change_settings(in, j, m, &templates, e) && requeue(in, j, m, e);
    }
    inbox_templates_release(&templates);
    return ok;
}

// It has no effect, and is no mistake: whoever asked hears what was so before.
static bool say_already(const struct job *j, struct inbox_answer *a)
{
    (void)snprintf(a->text, sizeof(a->text), "it is %s already", job_state_name(j->state));
    return true;
}

static bool take_pause(struct intake *in, const struct job *j, const struct json *m, struct inbox_answer *a,
                       struct err *e)
{
    if (!job_state_runnable(j->state) && j->state != JOB_APPROVAL) return say_already(j, a);
    const char *reason = json_str(json_get(m, "reason"), NULL);
    return intake_change(in, j, JOB_PAUSED, reason ? reason : "on request", e);
}

static bool refuse_done(const struct job *j, struct inbox_answer *a)
{
    char text[160];
    (void)snprintf(
        text, sizeof(text),
        "the job is done already, there is nothing to give up; to take it out of the store: novelgen rm %lld",
        (long long)j->id);
    return intake_refuse(a, ERR_USAGE, text);
}

static bool take_cancel(struct intake *in, const struct job *j, const struct json *m, struct inbox_answer *a,
                        struct err *e)
{
    if (j->state == JOB_DONE) return refuse_done(j, a);
    if (j->state == JOB_CANCELLED) return say_already(j, a);
    const char *reason = json_str(json_get(m, "reason"), NULL);
    return intake_change(in, j, JOB_CANCELLED, reason ? reason : "on request", e);
}

static const struct verb {
    const char *type;
    bool (*take)(struct intake *in, const struct job *j, const struct json *m, struct inbox_answer *a, struct err *e);
} verbs[] = {
    {"resume", take_resume},           {"pause", take_pause},
    {"cancel", take_cancel},           {"approve", inbox_take_approve},
    {"outline", inbox_take_outline},   {"note", inbox_take_note},
    {"redo", inbox_take_redo},         {"extend", inbox_take_extend},
    {"sync", inbox_take_sync},         {"remove", inbox_take_remove},
    {"priority", inbox_take_priority}, {"publish", inbox_take_publish},
};

static bool take_verb(struct intake *in, const struct verb *v, const struct json *m, struct inbox_answer *a,
                      struct err *e)
{
    int64_t id = json_int(json_get(m, "job"), 0);
    struct job j;
    switch (store_job_get(in->store, id, &j, e)) {
    case STORE_FOUND:
        break;
    case STORE_NONE:
        return intake_refuse(a, ERR_NO_JOB, "there is no such job");
    default:
        return false;
    }
    a->job = id;
    bool ok = publish_own(in->store, &j, e) && v->take(in, &j, m, a, e);
    job_release(&j);
    return ok;
}

// ---- one message ---------------------------------------------------------------------------------------------------------

static bool take_known(struct intake *in, const struct json *m, struct inbox_answer *a, struct err *e)
{
    const char *type = json_str(json_get(m, "type"), NULL);
    if (type && strcmp(type, "submit") == 0) return take_submit(in, m, a, e);
    if (type && strcmp(type, "import") == 0) return inbox_take_import(in, m, a, e);
    for (size_t i = 0; type && i < ARRAY_LEN(verbs); i++)
        if (strcmp(type, verbs[i].type) == 0) return take_verb(in, &verbs[i], m, a, e);
    return intake_refuse(a, ERR_USAGE, "the message is of no known type");
}

static bool record(struct intake *in, const char *key, const struct inbox_answer *a, struct err *e)
{
    return store_inbox_record(in->store, key, a, e) && store_commit(in->store, e);
}

// The rows that it meets do not allow what it asks for, which nothing above has seen. It must not stay: it would fail with
// every engine that ever looks into the inbox.
static bool refuse_failed(struct intake *in, const char *key, struct err *e)
{
    struct inbox_answer a = {0};
    struct err why = *e;
    if (why.code == ERR_STORE || why.code == ERR_DAMAGED) return false;
    err_clear(e);
    in->changed_job = 0;
    log_line(LOG_WARN, "message '%s' is refused: %s", key, why.text);
    intake_refuse(&a, why.code, why.text);
    return store_begin(in->store, e) && record(in, key, &a, e);
}

// `m` NULL: it cannot be read, `bad` says why.
static bool take_message(struct intake *in, const char *key, const struct json *m, const struct err *bad,
                         struct err *e)
{
    struct inbox_answer a = {0};
    if (!store_begin(in->store, e)) return false;
    bool ok = m ? take_known(in, m, &a, e) : intake_refuse(&a, ERR_USAGE, bad->text);
    if (ok && record(in, key, &a, e)) return true;
    store_rollback(in->store);
    if (refuse_failed(in, key, e)) return true;
    store_rollback(in->store);
    return false;
}

// Whether the file may go. One that cannot be read now is left: it must not keep the others waiting.
static bool take_new(struct intake *in, const char *name, const char *path)
{
    struct buf text;
    struct err bad = ERR_INIT;
    buf_init(&text, BUF_MAX_MESSAGE);
    enum file_read_status status = file_read(path, &text, &bad);
    bool read = status == FILE_READ_OK || bad.code == ERR_CEILING;
    if (read) {
        struct json *m = status == FILE_READ_OK ? json_read(text.data, text.len, &bad) : NULL;
        in->failed = !take_message(in, name, m, &bad, &in->err);
        json_free(m);
    } else if (status == FILE_READ_ERROR)
        log_line(LOG_DEBUG, "inbox: %s", bad.text);
    buf_release(&text);
    return read && !in->failed;
}

static bool is_message(const char *name)
{
    size_t len = strlen(name);
    return name[0] != '.' && len > 5 && strcmp(name + len - 5, ".json") == 0;
}

static bool take_file(void *arg, const char *name)
{
    struct intake *in = arg;
    if (!is_message(name)) return true;
    char path[1400];
    (void)snprintf(path, sizeof(path), "%s/%s/%s", in->o->home, INBOX_DIR, name);
    struct inbox_answer known;
    in->changed_job = 0;
    enum store_found seen = store_inbox_get(in->store, name, &known, &in->err);
    in->failed = seen == STORE_ERROR;
    if (seen == STORE_NONE) {
        if (!take_new(in, name, path)) return !in->failed;
        in->taken++;
        if (in->changed_job && in->o->changed) in->o->changed(in->o->arg, in->changed_job, in->changed_state);
    }
    in->handled++;
    // Its answer stands: a file that stays has no effect any more.
    struct err stays = ERR_INIT;
    if (!in->failed && !file_remove(path, &stays)) log_line(LOG_DEBUG, "inbox: %s", stays.text);
    return !in->failed;
}

bool inbox_take(const struct inbox_options *o, struct store *s, int *taken, struct err *e)
{
    struct intake in = {.o = o, .store = s, .err = ERR_INIT};
    char path[1200];
    (void)snprintf(path, sizeof(path), "%s/%s", o->home, INBOX_DIR);
    bool ok = file_list(path, take_file, &in, e);
    *taken = in.taken;
    if (in.handled > 0) incoming_sweep(o->home); // whoever sent an import may be gone
    if (in.failed) *e = in.err;
    return ok && !in.failed;
}

bool message_ingest(const char *home, struct store *s, int queue_max, struct err *e)
{
    const struct inbox_options o = {.home = home, .queue_max = queue_max, .default_backend = "auto"};
    int taken;
    return inbox_take(&o, s, &taken, e);
}
