// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The message "import": a book that was unpacked and checked (include/engine/incoming.h) becomes a job, all of it in the
// message's one transaction. Its folder is made, and gets what its owner had edited, before the commit: a crash between
// the two leaves a folder that bears the book's uuid, and the message, which is taken in again and finds it.
//
//   rows ─▶ job, state as it was (what was being written is queued) ─▶ folder ─▶ edited files ─▶ the other files
//                                                                              unless it will be written: then its
//                                                                              worker makes them
#include "engine/intake.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "engine/inbox_settings.h"
#include "engine/incoming.h"
#include "engine/publish.h"
#include "model/config.h"
#include "out/folder.h"

// CHUNK_WORDS: of a book that rests nobody knows the server and its context; it decides only whether the last chapter is
// shown as complete before its recap is made.
enum { FOLDER_SIZE = 1100, CHUNK_WORDS = 800 };

struct import {
    struct intake *in;
    const struct json *m;
    const char *key; // of the stage
    struct job job;
    char folder[FOLDER_SIZE];
    struct err *err;
};

static const char *member(const struct json *m, const char *name)
{
    const char *text = json_str(json_get(m, name), NULL);
    return text != NULL ? text : "";
}

// ---- rows ----------------------------------------------------------------------------------------------------------

static bool insert_rows(struct import *im, struct err *e)
{
    char path[INCOMING_PATH_SIZE];
    struct transfer_summary got;
    const struct transfer_place place = {.out_parent = member(im->m, "out"),
                                         .detached = json_bool(json_get(im->m, "detached"), false),
                                         .fallback = json_str(json_get(im->m, "fallback"), NULL)};

    if (!incoming_path(path, im->in->o->home, im->key, INCOMING_ROWS, e)) return false;
    if (!file_exists(path)) return err_set(e, ERR_USAGE, "what was unpacked is not there any more: import it again");
    bool ok = incoming_insert(im->in->store, path, &place, &got, e) &&
              store_job_get(im->in->store, got.job, &im->job, e) == STORE_FOUND;
    transfer_summary_release(&got);
    return ok;
}

// Counted with it.
static bool check_queue(const struct import *im, struct err *e)
{
    int64_t unfinished;

    if (job_state_ended(im->job.state)) return true;
    if (!store_jobs_unfinished(im->in->store, &unfinished, e)) return false;
    if (unfinished <= im->in->o->queue_max) return true;
    return err_set(e, ERR_QUEUE_FULL,
                   "the queue is full: %lld unfinished jobs, queue.max is %d; wait for one to end, or cancel one",
                   (long long)unfinished - 1, im->in->o->queue_max);
}

static bool routes_have(const struct job *j, const char *backend)
{
    struct fallback *list;
    size_t count;
    struct err ignored = ERR_INIT;
    bool has = strcmp(backend, j->backend) == 0;

    if (has || *j->fallback == '\0' || !job_fallback_read(j->fallback, &list, &count, &ignored)) return has;
    for (size_t i = 0; i < count && !has; i++) has = strcmp(list[i].backend, backend) == 0;
    job_fallback_free(list, count);
    return has;
}

// As a resume with these options would change it. Where it began is forgotten if that is no place to go to any more.
static bool settle_servers(struct import *im, struct err *e)
{
    bool changed = false;
    struct store *s = im->in->store;

    const char *began_on = im->job.began_on;
    if (began_on != NULL && *began_on != '\0' && !routes_have(&im->job, began_on) &&
        !store_job_set_began_on(s, im->job.id, "", e))
        return false;
    return inbox_change_server(s, &im->job, im->m, &changed, e) &&
           inbox_change_deadline(s, &im->job, im->m, &changed, e);
}

// ---- files ---------------------------------------------------------------------------------------------------------

// Put back as they were, unless they are there already: the book's folder may be one that was found again.
static bool put_page(struct import *im, const char *name)
{
    char from[INCOMING_PATH_SIZE], stage[INCOMING_PATH_SIZE], to[2 * FOLDER_SIZE];
    struct buf data;
    uint64_t hash, len;

    if (!incoming_is_page(name) ||
        store_file_get(im->in->store, im->job.id, name, &hash, &len, im->err) != STORE_FOUND)
        return im->err->code == ERR_NONE;
    (void)snprintf(stage, sizeof(stage), INCOMING_FILES "/%.250s", name);
    (void)snprintf(to, sizeof(to), "%s/%s", im->folder, name);
    if (!incoming_path(from, im->in->o->home, im->key, stage, im->err)) return false;
    if (file_exists(to)) return true;
    buf_init(&data, BUF_MAX_BOOK);
    bool ok = file_read(from, &data, im->err) == FILE_READ_OK &&
              (hash_bytes(data.data, data.len) == hash || file_publish(to, data.data, data.len, im->err));
    buf_release(&data);
    return ok || im->err->code == ERR_NONE;
}

static bool put_chapter(void *arg, const char *name)
{
    char page[300];

    (void)snprintf(page, sizeof(page), "chapters/%.280s", name);
    return put_page(arg, page);
}

static bool put_other(void *arg, const char *name)
{
    return strcmp(name, "chapters") == 0 || put_page(arg, name);
}

static bool put_pages(struct import *im, struct err *e)
{
    char path[INCOMING_PATH_SIZE], chapters[FOLDER_SIZE + 16];

    im->err = e;
    (void)snprintf(chapters, sizeof(chapters), "%s/chapters", im->folder);
    if (!file_mkdirs(chapters, 0755, e)) return false;
    if (!incoming_path(path, im->in->o->home, im->key, INCOMING_FILES, e) || !file_list(path, put_other, im, e))
        return false;
    return incoming_path(path, im->in->o->home, im->key, INCOMING_FILES "/chapters", e) &&
           file_list(path, put_chapter, im, e);
}

// A file that cannot be written is told as an event: the rows hold the text.
static bool make_files(struct import *im, struct err *e)
{
    struct publish p;
    struct book b;
    struct err no_file = ERR_INIT;

    if (job_state_runnable(im->job.state)) return true;
    if (!store_book_load(im->in->store, im->job.id, &b, e)) return false;
    publish_open(&p, im->in->store, &im->job, &b, CHUNK_WORDS);
    book_release(&b);
    if (im->job.state != JOB_DONE || publish_book(&p, &no_file)) return true;
    return store_event_add(im->in->store, im->job.id, "file", no_file.text, NULL, e);
}

static bool make_folder(struct import *im, struct err *e)
{
    struct job *j = &im->job;

    if (!out_folder_make(im->folder, sizeof(im->folder), j->out_parent, j->id, j->slug, j->uuid, im->in->o->home, e))
        return false;
    free(j->out_dir);
    j->out_dir = mem_strdup(im->folder);
    return put_pages(im, e) && store_job_set_folder(im->in->store, j->id, im->folder, e);
}

// ---- the message ---------------------------------------------------------------------------------------------------

static bool take_all(struct import *im, struct err *e)
{
    return insert_rows(im, e) && check_queue(im, e) && settle_servers(im, e) && make_folder(im, e) &&
           store_event_add(im->in->store, im->job.id, "imported", "imported from an archive", NULL, e) &&
           make_files(im, e);
}

// Of what is wrong with the archive, or with the folder, the sender hears; the message has no effect then.
static bool give_up(struct import *im, struct inbox_answer *a, const struct err *why, struct err *e)
{
    bool theirs = why->code == ERR_USAGE || why->code == ERR_QUEUE_FULL || why->code == ERR_CEILING ||
                  why->code == ERR_INTERNAL || im->folder[0] != '\0';

    if (!theirs) return err_set(e, why->code, "%s", why->text);
    store_rollback(im->in->store);
    return store_begin(im->in->store, e) && intake_refuse(a, why->code, why->text);
}

static bool refuse_known(struct import *im, struct inbox_answer *a, bool *known, struct err *e)
{
    char text[120];
    int64_t id;
    enum store_found found = store_job_by_uuid(im->in->store, member(im->m, "uuid"), &id, e);

    *known = found == STORE_FOUND;
    if (!*known) return found != STORE_ERROR;
    (void)snprintf(text, sizeof(text), "job %lld is this book already; go on with: novelgen resume %lld",
                   (long long)id, (long long)id);
    return intake_refuse(a, ERR_USAGE, text);
}

bool inbox_take_import(struct intake *in, const struct json *m, struct inbox_answer *a, struct err *e)
{
    struct import im = {.in = in, .m = m, .key = member(m, "stage")};
    struct err why = ERR_INIT;
    bool known, ok = true;

    if (!incoming_key_is_good(im.key) || *member(m, "out") != '/')
        return intake_refuse(a, ERR_USAGE, "the message does not say what is imported, and to where");
    if (!refuse_known(&im, a, &known, e) || known) return e->code == ERR_NONE;
    if (take_all(&im, &why)) {
        a->job = im.job.id;
        intake_touched(in, &im.job);
        (void)snprintf(a->text, sizeof(a->text), "%.500s", im.folder);
    } else
        ok = give_up(&im, a, &why, e);
    job_release(&im.job);
    return ok;
}
