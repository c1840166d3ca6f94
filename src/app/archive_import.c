// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Reading an archive, which is hostile until it has been read to its end:
//
//   manifest ─▶ entries, exactly those and in that order: size and hash ─▶ home/incoming/KEY/rows.jsonl, files/…
//               (only what is needed is kept; nothing else is ever a path)          │
//                                                                                   ▼
//   KEY/try/novelgen.db: a store of its own, into which the rows are inserted ◀──────┘ and which is thrown away
//
// Only then the message to the engine is left, by the caller. What a crash leaves behind is swept later, see
// incoming_sweep.
#include "app/archive.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/archive_manifest.h"
#include "app/observer.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/os.h"
#include "engine/archive.h"
#include "io/archive.h"
#include "model/spec.h"

enum { PIECE_BYTES = 64 * 1024, RATIO = 1000, RATIO_FREE = 64 * 1024 * 1024 };

struct reading {
    const struct home *home;
    struct archive_stage *out;
    struct archive_reader *reader;
    struct manifest manifest;
};

// ---- the stage

// Time, process, chance: as the names of messages, so that it is known whose it is.
static void make_key(char key[INCOMING_KEY_SIZE])
{
    uint32_t random = 0;

    (void)os_random(&random, sizeof random);
    (void)snprintf(key, INCOMING_KEY_SIZE, "%015" PRId64 "-%07ld-%08" PRIx32, clock_wall_ms(), (long)getpid(),
                   random);
}

// ---- the manifest

static bool is_new(const struct home *h, const char *uuid, struct err *e)
{
    struct observer o;
    int64_t id = 0;
    enum store_found found = STORE_NONE;

    if (!observer_open_once(&o, h->path, e)) return false;
    if (o.store != NULL) found = store_job_by_uuid(o.store, uuid, &id, e);
    observer_release(&o);
    if (found == STORE_FOUND)
        return err_set(e, ERR_USAGE, "job %" PRId64 " is this book already; go on with: novelgen resume %" PRId64, id,
                       id);
    return found == STORE_NONE;
}

static bool read_all(struct archive_reader *r, struct buf *out, struct err *e)
{
    char piece[PIECE_BYTES];
    size_t n;

    do {
        if (!archive_reader_read(r, piece, sizeof piece, &n, e)) return false;
        if (!buf_add(out, piece, n)) return err_set(e, ERR_USAGE, "its manifest is larger than %zu bytes", out->max);
    } while (n > 0);
    return true;
}

static bool read_manifest(struct reading *r, struct err *e)
{
    const char *name;
    int64_t size;
    struct buf text;

    switch (archive_reader_next(r->reader, &name, &size, e)) {
    case ARCHIVE_NEXT_ENTRY:
        break;
    case ARCHIVE_NEXT_END:
        return err_set(e, ERR_USAGE, "it is empty");
    case ARCHIVE_NEXT_FAILED:
        return false;
    }
    if (strcmp(name, ARCHIVE_MANIFEST) != 0) return err_set(e, ERR_USAGE, "it holds no book of novelgen");
    buf_init(&text, ARCHIVE_MANIFEST_MOST);
    bool ok = read_all(r->reader, &text, e) && manifest_read(&r->manifest, text.data, text.len, e);
    buf_release(&text);
    return ok && is_new(r->home, r->manifest.uuid, e);
}

// ---- the other entries

// Where it is kept; an empty path: it is read, and nothing else.
static bool place_of(const struct reading *r, const char *name, char path[INCOMING_PATH_SIZE], struct err *e)
{
    size_t files = strlen(ARCHIVE_FILES);
    bool page = strncmp(name, ARCHIVE_FILES, files) == 0 && incoming_is_page(name + files);

    path[0] = '\0';
    if (!page && strcmp(name, ARCHIVE_ROWS) != 0) return true;
    return incoming_path(path, r->home->path, r->out->key, name, e);
}

static bool copy_entry(struct reading *r, const struct manifest_entry *m, struct file_atomic *to, struct err *e)
{
    char piece[PIECE_BYTES], found[HASH_TEXT_SIZE];
    uint64_t hash = HASH_START;
    int64_t bytes = 0;
    size_t n;

    do {
        if (!archive_reader_read(r->reader, piece, sizeof piece, &n, e)) return false;
        bytes += (int64_t)n;
        hash = hash_add(hash, piece, n);
        if (bytes > m->bytes) break;
        if (to != NULL) file_atomic_add(to, piece, n);
    } while (n > 0);
    hash_text(found, hash);
    if (bytes == m->bytes && strcmp(found, m->hash) == 0) return true;
    return err_set(e, ERR_USAGE, "'%s' is not what the manifest says: it was changed, or damaged on its way",
                   m->name);
}

static bool keep_entry(struct reading *r, const struct manifest_entry *m, const char *path, struct err *e)
{
    struct file_atomic to;

    if (!file_atomic_begin(&to, path, e)) return false;
    if (copy_entry(r, m, &to, e)) return file_atomic_commit(&to, e);
    file_atomic_abort(&to);
    return false;
}

static bool read_entry(struct reading *r, const struct manifest_entry *m, struct err *e)
{
    char path[INCOMING_PATH_SIZE];
    const char *name;
    int64_t size;

    switch (archive_reader_next(r->reader, &name, &size, e)) {
    case ARCHIVE_NEXT_ENTRY:
        break;
    case ARCHIVE_NEXT_END:
        return err_set(e, ERR_USAGE, "'%s' is missing: it is cut off", m->name);
    case ARCHIVE_NEXT_FAILED:
        return false;
    }
    if (strcmp(name, m->name) != 0) return err_set(e, ERR_USAGE, "found entry '%s', expected '%s'", name, m->name);
    if (size != m->bytes) return err_set(e, ERR_USAGE, "'%s' has not the size that the manifest says", name);
    if (!place_of(r, m->name, path, e)) return false;
    return path[0] != '\0' ? keep_entry(r, m, path, e) : copy_entry(r, m, NULL, e);
}

static bool read_entries(struct reading *r, struct err *e)
{
    const char *name;
    int64_t size;

    for (size_t i = 0; i < r->manifest.count; i++)
        if (!read_entry(r, &r->manifest.entries[i], e)) return false;
    switch (archive_reader_next(r->reader, &name, &size, e)) {
    case ARCHIVE_NEXT_END:
        return true;
    case ARCHIVE_NEXT_ENTRY:
        return err_set(e, ERR_USAGE, "entry '%s' is not in the manifest", name);
    case ARCHIVE_NEXT_FAILED:
        break;
    }
    return false;
}

// ---- what the book asks for that this machine may not have

static bool is_known_backend(const struct home *h, const char *backend)
{
    return strstr(backend, "://") != NULL || strcmp(backend, "auto") == 0 || strcmp(backend, "sim") == 0 ||
           config_backend(&h->config, backend) != NULL;
}

static void choose_fallback(struct reading *r, const struct job *j)
{
    struct fallback *list, *known;
    struct err ignored = ERR_INIT;
    size_t count, left = 0;
    struct buf text;

    if (*j->fallback == '\0' || !job_fallback_read(j->fallback, &list, &count, &ignored)) return;
    known = mem_calloc(count + 1, sizeof *known);
    for (size_t i = 0; i < count; i++)
        if (is_known_backend(r->home, list[i].backend)) known[left++] = list[i];
    if (left < count) {
        buf_init(&text, BUF_MAX_SPEC);
        job_fallback_write(known, left, &text);
        r->out->fallback = mem_strdup(text.data);
        buf_release(&text);
    }
    free(known);
    job_fallback_free(list, count);
}

static void choose_servers(struct reading *r, const struct job *j, const struct spec *spec)
{
    const char *other = r->home->config.backend;

    if (!is_known_backend(r->home, j->backend)) {
        r->out->backend = mem_strdup(other != NULL ? other : "auto");
        r->out->lost = mem_strdup(j->backend);
    }
    choose_fallback(r, j);
    const char *model = r->out->backend == NULL && *j->model != '\0' ? j->model : spec->model;
    r->out->model = mem_strdup_opt(model);
    r->out->ended = job_state_ended(j->state);
}

// ---- trying it

static bool count_rows(const struct reading *r, const struct transfer_summary *got, struct err *e)
{
    for (int i = 0; i < transfer_tables(); i++)
        if (got->rows[i] != r->manifest.rows[i])
            return err_set(e, ERR_USAGE, "there are %" PRId64 " rows of '%s', the manifest says %" PRId64,
                           got->rows[i], transfer_table_name(i), r->manifest.rows[i]);
    return true;
}

static bool look_at_job(struct reading *r, struct store *s, int64_t id, struct err *e)
{
    struct job j;
    struct book b;
    struct spec spec;

    if (store_job_get(s, id, &j, e) != STORE_FOUND) return false;
    bool ok = strcmp(j.uuid, r->out->uuid) == 0 || err_set(e, ERR_USAGE, "its rows are of another book");
    ok = ok && store_book_load(s, id, &b, e);
    if (ok) book_release(&b);
    if (ok && (ok = spec_parse(&spec, j.spec, strlen(j.spec), "spec", e))) {
        choose_servers(r, &j, &spec);
        spec_release(&spec);
    }
    job_release(&j);
    return ok;
}

static bool insert_and_look(struct reading *r, struct store *s, struct err *e)
{
    char rows[INCOMING_PATH_SIZE];
    struct transfer_summary got;
    const struct transfer_place place = {.out_parent = "/"};

    if (!incoming_path(rows, r->home->path, r->out->key, INCOMING_ROWS, e)) return false;
    bool ok = incoming_insert(s, rows, &place, &got, e) && count_rows(r, &got, e) && look_at_job(r, s, got.job, e);
    transfer_summary_release(&got);
    return ok;
}

// Whatever the disk has no part in is wrong with the archive.
static bool try_rows(struct reading *r, struct err *e)
{
    char path[INCOMING_PATH_SIZE];
    struct store *s;

    if (!incoming_path(path, r->home->path, r->out->key, "try", e)) return false;
    if (store_open(&s, path, STORE_READ_WRITE, e) != STORE_OPENED) return false;
    bool ok = store_begin(s, e) && insert_and_look(r, s, e);
    if (!ok && e->code != ERR_STORE) e->code = ERR_USAGE;
    store_rollback(s);
    store_close(s);
    return ok;
}

// ---- all of it

static bool stage_all(struct reading *r, struct err *e)
{
    if (!read_manifest(r, e)) return false;
    r->out->uuid = mem_strdup(r->manifest.uuid);
    return read_entries(r, e) && try_rows(r, e);
}

bool archive_stage(struct archive_stage *out, const struct home *h, const char *path, struct err *e)
{
    const struct archive_limits limits = {.entries = ARCHIVE_ENTRIES_MOST + 1,
                                          .entry_bytes = ARCHIVE_ROWS_MOST,
                                          .total_bytes = ARCHIVE_TOTAL_MOST,
                                          .ratio = RATIO,
                                          .ratio_free = RATIO_FREE};
    struct reading r = {.home = h, .out = out};

    *out = (struct archive_stage){0};
    incoming_sweep(h->path);
    make_key(out->key);
    r.reader = archive_reader_new(path, &limits, e);
    if (r.reader == NULL) return false;
    bool ok = incoming_make(h->path, out->key, e) && stage_all(&r, e);
    if (!ok && e->code == ERR_USAGE && strstr(e->text, path) == NULL) (void)err_prefix(e, "archive '%s'", path);
    archive_reader_free(r.reader);
    manifest_release(&r.manifest);
    if (ok) return true;
    archive_unstage(out, h);
    archive_stage_release(out);
    return false;
}

void archive_unstage(const struct archive_stage *a, const struct home *h)
{
    incoming_remove(h->path, a->key);
}

void archive_stage_release(struct archive_stage *a)
{
    free(a->uuid);
    free(a->backend);
    free(a->lost);
    free(a->fallback);
    free(a->model);
    *a = (struct archive_stage){0};
}
