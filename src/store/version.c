// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Text that is replaced, and the versions of a chapter that follow from it. Nothing is ever lost: a row that goes from
// `chunk` stands in `chunk_old` from the same transaction on, under the same id.
//
//   version   1         2                3
//   part 1    ├──────── A ────────────────────▶   chunk
//   part 2    ├── B ──┤ ├── C ──┤ ├── D ──────▶   B and C in chunk_old: version to until
//
#include "store/handle.h"

#include "base/clock.h"
#include "base/hash.h"
#include "io/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

// What is in flight for text that is not wanted any more, or in a conversation that goes, is closed; earlier attempts carry
// nothing over.
static bool version_reset_tasks(struct store *s, int64_t job, int chapter, int seq, struct err *e)
{
    return db_run(s->db, SQL_VERSION_CLOSE_ATTEMPTS, e, "lii", job, chapter, seq) &&
           db_run(s->db, SQL_VERSION_RESET_TASKS, e, "lii", job, chapter, seq);
}

static bool version_add_event(struct store *s, int64_t job, int chapter, int seq, const char *note, struct err *e)
{
    struct json *data = json_new_object();
    char text[400], place[40] = "";

    if (seq > 0) (void)snprintf(place, sizeof place, ", part %d", seq);
    (void)snprintf(text, sizeof text, "chapter %d%s is to be written anew%s%.300s", chapter, place,
                   *note != '\0' ? ": " : "", note);
    json_set_int(data, "chapter", chapter);
    if (seq > 0) json_set_int(data, "seq", seq);
    json_set_str(data, "note", note);
    return store_event_put(s, job, "redo", text, data, e);
}

// ---- a chapter

static bool version_retire_rows(struct store *s, int64_t job, int chapter, const char *reason, struct err *e)
{
    return db_run(s->db, SQL_VERSION_UNCOUNT, e, "li", job, chapter) &&
           db_run(s->db, SQL_VERSION_KEEP, e, "liisl", job, chapter, 0, reason, clock_wall_ms()) &&
           db_run(s->db, SQL_VERSION_DROP_TURNS, e, "li", job, chapter) &&
           db_run(s->db, SQL_VERSION_BUMP_CHAPTER, e, "li", job, chapter) &&
           store_touched(s, "chapter", chapter, e) &&
           db_run(s->db, SQL_VERSION_DROP_TEXTS, e, "lii", job, chapter, 0) &&
           db_run(s->db, SQL_VERSION_DROP_CHUNKS, e, "lii", job, chapter, 0);
}

// The summary of an act that is merged is merged anew, when an act begins behind it and its recaps are too long again.
static bool version_drop_summary(struct store *s, int64_t job, int chapter, struct err *e)
{
    return db_run(s->db, SQL_VERSION_CLOSE_MERGE, e, "li", job, chapter) &&
           db_run(s->db, SQL_VERSION_RESET_MERGE, e, "li", job, chapter) &&
           db_run(s->db, SQL_VERSION_DROP_MERGE, e, "li", job, chapter) &&
           db_run(s->db, SQL_VERSION_DROP_SUMMARY, e, "li", job, chapter);
}

bool store_chapter_retire(struct store *s, int64_t job, int chapter, const char *reason, struct err *e)
{
    struct store_scope scope;

    if (!store_enter(s, &scope, true, e)) return false;
    bool ok = version_retire_rows(s, job, chapter, reason, e) && version_reset_tasks(s, job, chapter, 0, e) &&
              version_drop_summary(s, job, chapter, e);
    return store_leave(s, &scope, ok, e);
}

bool store_chapter_redo(struct store *s, int64_t job, int chapter, const char *note, struct err *e)
{
    struct store_scope scope;
    char reason[600];

    (void)snprintf(reason, sizeof reason, "redo%s%.500s", *note != '\0' ? ": " : "", note);
    if (!store_enter(s, &scope, true, e)) return false;
    bool ok = store_chapter_retire(s, job, chapter, reason, e) && version_add_event(s, job, chapter, 0, note, e);
    return store_leave(s, &scope, ok, e);
}

// ---- a chunk

bool store_chunk_redo(struct store *s, int64_t job, int chapter, int seq, const char *note, struct err *e)
{
    struct store_scope scope;

    if (!store_enter(s, &scope, true, e)) return false;
    bool ok = db_run(s->db, SQL_CHUNK_SET_STALE, e, "liii", job, chapter, seq, 1) &&
              store_touched(s, "chunk", seq, e) && db_run(s->db, SQL_JOB_UNFINISH, e, "l", job) &&
              version_reset_tasks(s, job, chapter, seq, e) && version_add_event(s, job, chapter, seq, note, e);
    return store_leave(s, &scope, ok, e);
}

bool store_chunk_leave(struct store *s, int64_t job, const struct chunk_row *c, const char *reason, struct err *e)
{
    int64_t hash = store_signed(hash_bytes(c->text, c->len));

    return store_write(s, "chapter", c->chapter, e, SQL_VERSION_LEAVE, "liiiilltssl", job, c->chapter, c->seq,
                       c->words_asked, c->words, (int64_t)c->skip, hash, c->text, c->len, c->glue, reason,
                       clock_wall_ms());
}

bool store_chunk_keep(struct store *s, int64_t job, int chapter, int seq, struct err *e)
{
    struct store_scope scope;
    char text[160];

    (void)snprintf(text, sizeof text, "chapter %d, part %d stays as it was: no attempt brought another one", chapter,
                   seq);
    if (!store_enter(s, &scope, true, e)) return false;
    bool ok = db_run(s->db, SQL_CHUNK_SET_STALE, e, "liii", job, chapter, seq, 0) &&
              store_touched(s, "chunk", seq, e) && store_event_add(s, job, "kept", text, NULL, e);
    return store_leave(s, &scope, ok, e);
}

bool store_chunk_note(struct store *s, int64_t job, int chapter, int seq, struct buf *out, struct err *e)
{
    if (db_get(s->db, SQL_CHUNK_NOTE, e, "lii:B", job, chapter, seq, out) == DB_FAILED) return false;
    return !out->full || err_set(e, ERR_CEILING, "the note on chapter %d, part %d is too long", chapter, seq);
}

static bool version_replace_rows(struct store *s, int64_t job, const struct chunk_row *c, const char *reason,
                                 struct err *e)
{
    return db_run(s->db, SQL_VERSION_UNCOUNT_CHUNK, e, "lii", job, c->chapter, c->seq) &&
           db_run(s->db, SQL_VERSION_KEEP, e, "liisl", job, c->chapter, c->seq, reason, clock_wall_ms()) &&
           db_run(s->db, SQL_VERSION_BUMP, e, "li", job, c->chapter) &&
           // The place is free for the new row; the turn that is the old one goes over to it before that goes.
           db_run(s->db, SQL_VERSION_STEP_ASIDE, e, "lii", job, c->chapter, c->seq) &&
           store_touched(s, "chunk", c->seq, e) && store_chunk_add(s, job, c, e) &&
           db_run(s->db, SQL_VERSION_MOVE_TURN, e, "lii", job, c->chapter, c->seq) &&
           db_run(s->db, SQL_VERSION_DROP_TEXTS, e, "lii", job, c->chapter, -c->seq) &&
           db_run(s->db, SQL_VERSION_DROP_CHUNKS, e, "lii", job, c->chapter, -c->seq) &&
           db_run(s->db, SQL_VERSION_RESET_NEXT, e, "lii", job, c->chapter, c->seq);
}

bool store_chunk_replace(struct store *s, int64_t job, const struct chunk_row *c, struct err *e)
{
    struct store_scope scope;
    struct buf note, reason;

    if (!store_enter(s, &scope, true, e)) return false;
    buf_init(&note, BUF_MAX_PIECE);
    buf_init(&reason, BUF_MAX_PIECE);
    bool ok = store_chunk_note(s, job, c->chapter, c->seq, &note, e);
    buf_addf(&reason, "redo%s%.500s", note.len > 0 ? ": " : "", note.data);
    ok = ok && version_replace_rows(s, job, c, reason.data, e);
    buf_release(&note);
    buf_release(&reason);
    return store_leave(s, &scope, ok, e);
}

// ---- reading

struct version_reader {
    bool (*each)(void *arg, const struct version_row *v);
    void *arg;
};

static bool version_on_row(void *arg, const struct db_row *row)
{
    struct version_reader *r = arg;
    struct version_row v;

    db_read(row, "iilils", &v.version, &v.parts, &v.words, &v.gaps, &v.replaced_ms, &v.reason);
    return r->each(r->arg, &v);
}

bool store_versions_each(struct store *s, int64_t job, int chapter,
                         bool (*each)(void *arg, const struct version_row *v), void *arg, struct err *e)
{
    struct version_reader r = {.each = each, .arg = arg};

    return store_listed(db_each(s->db, SQL_VERSION_EACH, version_on_row, &r, e, "li", job, chapter));
}
