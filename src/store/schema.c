// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The tables, and how a database comes to have them.
//
// Rows that are written often are small: what is long (spec, prose, streamed text, prompts) has a table of its own, so
// that a counter's update or a line of the log never rewrites it. An index is there only where a question needs one.
#include "store/schema.h"

#include "base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char schema_1[] =
    // The counters are sums over the rows of other tables, kept in the transactions that change those.
    "CREATE TABLE job ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT," // an id that was shown is never given again
    " uuid TEXT NOT NULL UNIQUE,"
    " slug TEXT NOT NULL,"
    " title TEXT NOT NULL,"
    " state TEXT NOT NULL,"
    " reason TEXT NOT NULL DEFAULT '',"
    " backend TEXT NOT NULL,"
    " model TEXT NOT NULL DEFAULT '',"
    " templates TEXT NOT NULL DEFAULT '',"
    " out_dir TEXT NOT NULL DEFAULT '',"
    " out_parent TEXT NOT NULL,"
    " detached INTEGER NOT NULL,"
    " seed INTEGER NOT NULL,"
    " words_target INTEGER NOT NULL,"
    " chapters_total INTEGER NOT NULL,"
    " words_done INTEGER NOT NULL DEFAULT 0,"
    " chapters_done INTEGER NOT NULL DEFAULT 0,"
    " gaps INTEGER NOT NULL DEFAULT 0,"
    " requests INTEGER NOT NULL DEFAULT 0,"
    " retries INTEGER NOT NULL DEFAULT 0,"
    " prompt_tokens INTEGER NOT NULL DEFAULT 0,"
    " cached_tokens INTEGER NOT NULL DEFAULT 0,"
    " output_tokens INTEGER NOT NULL DEFAULT 0,"
    " generating_ms INTEGER NOT NULL DEFAULT 0,"
    " created_ms INTEGER NOT NULL,"
    " begun_ms INTEGER NOT NULL DEFAULT 0,"
    " ended_ms INTEGER NOT NULL DEFAULT 0,"
    " touched_ms INTEGER NOT NULL," // of its newest event
    " finished INTEGER NOT NULL DEFAULT 0"
    ") STRICT;"
    "CREATE INDEX job_unfinished ON job (state) WHERE state NOT IN ('done', 'cancelled');"
    "CREATE TABLE job_spec (job INTEGER PRIMARY KEY REFERENCES job (id), spec TEXT NOT NULL) STRICT;"
    "CREATE TABLE template_set (hash TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT;"
    "CREATE TABLE bible (job INTEGER PRIMARY KEY REFERENCES job (id), text TEXT NOT NULL) STRICT;"
    "CREATE TABLE chapter ("
    " job INTEGER NOT NULL REFERENCES job (id),"
    " number INTEGER NOT NULL,"
    " weight REAL NOT NULL,"
    " cards_count INTEGER NOT NULL DEFAULT 0,"
    " title TEXT NOT NULL,"
    " pov TEXT NOT NULL,"
    " event TEXT NOT NULL,"
    " ends_on TEXT NOT NULL,"
    " cards TEXT,"
    " recap TEXT," // not NULL: the chapter is complete
    " PRIMARY KEY (job, number)"
    ") STRICT, WITHOUT ROWID;"
    // The id is the order of acceptance. Hash: FNV-1a of the text.
    "CREATE TABLE chunk ("
    " id INTEGER PRIMARY KEY,"
    " job INTEGER NOT NULL,"
    " chapter INTEGER NOT NULL,"
    " seq INTEGER NOT NULL,"
    " words_asked INTEGER NOT NULL,"
    " words INTEGER NOT NULL,"
    " gap INTEGER NOT NULL,"
    " cut INTEGER NOT NULL,"
    " skip INTEGER NOT NULL,"
    " hash INTEGER NOT NULL,"
    " glue TEXT NOT NULL,"
    " UNIQUE (job, chapter, seq),"
    " FOREIGN KEY (job, chapter) REFERENCES chapter (job, number)"
    ") STRICT;"
    "CREATE TABLE chunk_text (chunk INTEGER PRIMARY KEY REFERENCES chunk (id), text TEXT NOT NULL) STRICT;"
    // Role: 0 user, 1 assistant. A turn is either text of its own or a chunk.
    "CREATE TABLE turn ("
    " id INTEGER PRIMARY KEY,"
    " job INTEGER NOT NULL REFERENCES job (id),"
    " conversation INTEGER NOT NULL,"
    " role INTEGER NOT NULL CHECK (role IN (0, 1)),"
    " chunk INTEGER REFERENCES chunk (id),"
    " text TEXT,"
    " CHECK ((chunk IS NULL) <> (text IS NULL))"
    ") STRICT;"
    "CREATE INDEX turn_conversation ON turn (job, conversation);"
    // requests numbers the attempts; charged counts those that were consumed.
    "CREATE TABLE task ("
    " id INTEGER PRIMARY KEY,"
    " job INTEGER NOT NULL REFERENCES job (id),"
    " kind TEXT NOT NULL,"
    " chapter INTEGER NOT NULL,"
    " seq INTEGER NOT NULL,"
    " state TEXT NOT NULL DEFAULT 'ready',"
    " requests INTEGER NOT NULL DEFAULT 0,"
    " charged INTEGER NOT NULL DEFAULT 0,"
    " UNIQUE (job, kind, chapter, seq)"
    ") STRICT;"
    // Tokens and times: -1 unknown.
    "CREATE TABLE attempt ("
    " id INTEGER PRIMARY KEY,"
    " task INTEGER NOT NULL REFERENCES task (id),"
    " number INTEGER NOT NULL,"
    " ended INTEGER NOT NULL DEFAULT 0,"
    " started_ms INTEGER NOT NULL,"
    " words_asked INTEGER NOT NULL,"
    " max_tokens INTEGER NOT NULL,"
    " seed INTEGER NOT NULL,"
    " prompt_bytes INTEGER NOT NULL,"
    " common_bytes INTEGER NOT NULL,"
    " backend TEXT NOT NULL,"
    " model TEXT NOT NULL,"
    " http_status INTEGER NOT NULL DEFAULT 0,"
    " prompt_tokens INTEGER NOT NULL DEFAULT -1,"
    " cached_tokens INTEGER NOT NULL DEFAULT -1,"
    " output_tokens INTEGER NOT NULL DEFAULT -1,"
    " first_token_ms INTEGER NOT NULL DEFAULT -1,"
    " total_ms INTEGER NOT NULL DEFAULT -1,"
    " failure TEXT NOT NULL DEFAULT 'none',"
    " finish TEXT NOT NULL DEFAULT '',"
    " verdict TEXT NOT NULL DEFAULT '',"
    " message TEXT NOT NULL DEFAULT '',"
    " UNIQUE (task, number)"
    ") STRICT;"
    "CREATE INDEX attempt_in_flight ON attempt (ended) WHERE ended = 0;"
    // id = attempt * 2^20 + part. Part 0 is what was carried over, the others came in this order. So a piece is one
    // small row at its place, and an attempt's text is one range, without an index beside it.
    "CREATE TABLE attempt_text (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;"
    "CREATE TABLE event ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT," // observers remember it
    " job INTEGER NOT NULL REFERENCES job (id),"
    " time_ms INTEGER NOT NULL,"
    " type TEXT NOT NULL,"
    " text TEXT NOT NULL,"
    " data TEXT NOT NULL"
    ") STRICT;"
    "CREATE INDEX event_job ON event (job);"
    "CREATE TABLE inbox_seen ("
    " key TEXT PRIMARY KEY,"
    " job INTEGER NOT NULL,"
    " code INTEGER NOT NULL,"
    " text TEXT NOT NULL,"
    " time_ms INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE file ("
    " job INTEGER NOT NULL REFERENCES job (id),"
    " path TEXT NOT NULL,"
    " hash INTEGER NOT NULL,"
    " len INTEGER NOT NULL,"
    " PRIMARY KEY (job, path)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE backend_profile ("
    " backend TEXT PRIMARY KEY,"
    " n_ctx_tokens INTEGER NOT NULL,"
    " prefill INTEGER NOT NULL,"
    " slots_route INTEGER NOT NULL,"
    " model TEXT NOT NULL"
    ") STRICT, WITHOUT ROWID;";

// What the requests of earlier books add up to is counted once, here: the speed of a book that is half written, and so
// the length that a deadline leaves it, would be far off if only its later requests counted. Their conversations are
// those of their chapters.
static const char schema_2[] =
    "ALTER TABLE job ADD COLUMN busy_ms INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE job ADD COLUMN prompt_bytes INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE job ADD COLUMN common_bytes INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE job ADD COLUMN counted_bytes INTEGER NOT NULL DEFAULT 0;" // of requests whose tokens are known
    "ALTER TABLE job ADD COLUMN prefix_breaks INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE job ADD COLUMN plan_misses INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE job ADD COLUMN words_planned INTEGER NOT NULL DEFAULT 0;" // 0: words_target
    "ALTER TABLE job ADD COLUMN deadline_ms INTEGER NOT NULL DEFAULT 0;"   // 0: none
    "ALTER TABLE job ADD COLUMN obedience REAL NOT NULL DEFAULT 0;"        // 0: not known
    "ALTER TABLE job ADD COLUMN templates_dir TEXT NOT NULL DEFAULT '';"
    "UPDATE job SET (busy_ms, prompt_bytes, common_bytes, counted_bytes, plan_misses) ="
    " (SELECT coalesce(sum(max(total_ms, 0)), 0), coalesce(sum(prompt_bytes), 0), coalesce(sum(common_bytes), 0),"
    " coalesce(sum(CASE WHEN prompt_tokens > 0 THEN prompt_bytes ELSE 0 END), 0),"
    " coalesce(sum(verdict = 'no_plan'), 0) FROM task t JOIN attempt a ON a.task = t.id WHERE t.job = job.id);"
    // Chapters `first` to `last`.
    "CREATE TABLE act ("
    " job INTEGER NOT NULL REFERENCES job (id),"
    " number INTEGER NOT NULL,"
    " first INTEGER NOT NULL,"
    " last INTEGER NOT NULL,"
    " start TEXT NOT NULL,"
    " turn TEXT NOT NULL,"
    " open TEXT NOT NULL,"
    " summary TEXT," // not NULL: its recaps are merged
    " PRIMARY KEY (job, number)"
    ") STRICT, WITHOUT ROWID;"
    "ALTER TABLE chapter ADD COLUMN purpose TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE chapter ADD COLUMN opens TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE chapter ADD COLUMN closes TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE chapter ADD COLUMN given INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE chunk ADD COLUMN tokens INTEGER NOT NULL DEFAULT -1;"
    "ALTER TABLE turn ADD COLUMN fresh INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE attempt ADD COLUMN conversation INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE attempt ADD COLUMN left_out INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE attempt ADD COLUMN broke INTEGER NOT NULL DEFAULT 0;"
    "UPDATE attempt SET conversation = chapter FROM task"
    " WHERE task.id = attempt.task AND kind IN ('beats', 'chunk', 'recap');"
    // What a request held beyond the stored turns; the others are to be seen as turns.
    "CREATE TABLE attempt_sent (attempt INTEGER PRIMARY KEY REFERENCES attempt (id), text TEXT NOT NULL) STRICT;"
    // Words, over all books.
    "CREATE TABLE model_ratio (model TEXT PRIMARY KEY, asked INTEGER NOT NULL, came INTEGER NOT NULL)"
    " STRICT, WITHOUT ROWID;";

// Servers are known by their addresses from here on, and what is known of one is kept for each of its models. What the
// rows before had learnt of a context stands under the name that they had for it; a URL is made the address it holds.
#define URL_HOST "substr(backend, instr(backend, '://') + 3)"
#define URL_CUT  "substr(" URL_HOST ", 1, instr(" URL_HOST " || '/', '/') - 1)"
static const char schema_3[] =
    "ALTER TABLE job ADD COLUMN fallback TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE job ADD COLUMN began_on TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE attempt ADD COLUMN server TEXT NOT NULL DEFAULT '';" // '': not known
    "ALTER TABLE attempt ADD COLUMN slot INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE attempt ADD COLUMN reasoning_bytes INTEGER NOT NULL DEFAULT 0;"
    // With the id, which every index ends with: the newest attempts of a server, and the last of them.
    "CREATE INDEX attempt_server ON attempt (server) WHERE server <> '';"
    "ALTER TABLE backend_profile RENAME TO backend_profile_2;"
    "CREATE TABLE backend_profile ("
    " server TEXT NOT NULL,"
    " model TEXT NOT NULL,"
    " dialect TEXT NOT NULL DEFAULT '',"
    " n_ctx_tokens INTEGER NOT NULL DEFAULT 0,"
    " n_ctx_against INTEGER NOT NULL DEFAULT 0,"
    " n_ctx_sent INTEGER NOT NULL DEFAULT 0,"
    " prefill_per_s REAL NOT NULL DEFAULT 0,"
    " decode_per_s REAL NOT NULL DEFAULT 0,"
    " proved TEXT NOT NULL DEFAULT '',"
    " proving_ms INTEGER NOT NULL DEFAULT 0,"
    " PRIMARY KEY (server, model)"
    ") STRICT, WITHOUT ROWID;"
    "INSERT INTO backend_profile (server, model, n_ctx_tokens)"
    " SELECT CASE WHEN instr(backend, '://') > 0 THEN replace(lower(" URL_CUT "), 'localhost:', '127.0.0.1:')"
    " ELSE backend END, model, n_ctx_tokens FROM backend_profile_2 WHERE n_ctx_tokens > 0"
    " ON CONFLICT DO UPDATE SET n_ctx_tokens = min(n_ctx_tokens, excluded.n_ctx_tokens);"
    "DROP TABLE backend_profile_2;";

// Steering: a book that is approved, edited, rewritten, made longer. Prose that was replaced moves to chunk_old with its
// id, so that the order of acceptance holds over both tables; a new chunk's id is greater than any in either.
static const char schema_4[] =
    "ALTER TABLE job ADD COLUMN approve INTEGER NOT NULL DEFAULT 0;" // enum job_approve
    "ALTER TABLE job ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;"
    // Grows with each rewriting of the chapter or of a part of it.
    "ALTER TABLE chapter ADD COLUMN version INTEGER NOT NULL DEFAULT 1;"
    // The chapter's version with which this chunk came. Stale: it stands, and is to be written anew.
    "ALTER TABLE chunk ADD COLUMN version INTEGER NOT NULL DEFAULT 1;"
    "ALTER TABLE chunk ADD COLUMN stale INTEGER NOT NULL DEFAULT 0;"
    // It held in the versions `version` to `until` of its chapter.
    "CREATE TABLE chunk_old ("
    " id INTEGER PRIMARY KEY,"
    " job INTEGER NOT NULL REFERENCES job (id),"
    " chapter INTEGER NOT NULL,"
    " seq INTEGER NOT NULL,"
    " version INTEGER NOT NULL,"
    " until INTEGER NOT NULL,"
    " words_asked INTEGER NOT NULL,"
    " words INTEGER NOT NULL,"
    " gap INTEGER NOT NULL,"
    " cut INTEGER NOT NULL,"
    " skip INTEGER NOT NULL,"
    " hash INTEGER NOT NULL,"
    " glue TEXT NOT NULL,"
    " tokens INTEGER NOT NULL,"
    " text TEXT NOT NULL,"
    " reason TEXT NOT NULL," // "redo", "sync", …, with the owner's note
    " replaced_ms INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX chunk_old_place ON chunk_old (job, chapter, seq);"
    // A chunk that goes is looked for among all turns of all books, by its foreign key.
    "CREATE INDEX turn_chunk ON turn (chunk) WHERE chunk IS NOT NULL;"
    // Attempts up to this number were for text that has been replaced: they carry nothing over.
    "ALTER TABLE task ADD COLUMN since INTEGER NOT NULL DEFAULT 0;"
    // What the owner adds for the chapters first to last (0: all that follow).
    "CREATE TABLE direction ("
    " id INTEGER PRIMARY KEY,"
    " job INTEGER NOT NULL REFERENCES job (id),"
    " first INTEGER NOT NULL,"
    " last INTEGER NOT NULL,"
    " text TEXT NOT NULL,"
    " time_ms INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX direction_job ON direction (job);"
    // The picture that came with the spec, as it was.
    "CREATE TABLE cover ("
    " job INTEGER PRIMARY KEY REFERENCES job (id) ON DELETE CASCADE,"
    " name TEXT NOT NULL,"
    " bytes BLOB NOT NULL"
    ") STRICT;"
    // The outline as prompts have shown it: it stays there when the plan changes, for the prefix cache. "chapter" is the
    // first of the act whose outline it is; -N: the heading of act N; 0: the list of acts.
    "CREATE TABLE outline_shown ("
    " job INTEGER NOT NULL REFERENCES job (id),"
    " chapter INTEGER NOT NULL,"
    " line TEXT NOT NULL,"
    " PRIMARY KEY (job, chapter)"
    ") STRICT, WITHOUT ROWID;";

static const char *const schema_steps[] = {schema_1, schema_2, schema_3, schema_4};
const struct schema schema_novelgen = {.steps = schema_steps, .count = (int)ARRAY_LEN(schema_steps)};

static enum schema_state schema_compare(int64_t version, int64_t application_id, int count, struct err *e)
{
    if (version == count) return SCHEMA_CURRENT;
    if (version < count) return version == 0 && application_id == 0 ? SCHEMA_EMPTY : SCHEMA_OLDER;
    (void)err_set(e, ERR_STORE,
                  "the database has schema version %" PRId64
                  ", this program knows up to %d: it was written by a newer "
                  "novelgen, use that one",
                  version, count);
    return SCHEMA_FAILED;
}

enum schema_state schema_look(struct db *d, const struct schema *schema, struct err *e)
{
    int64_t version, application_id;

    // In this order: a reader may come while the database is being made, and must not take it for an older one.
    if (!db_number(d, "PRAGMA application_id", &application_id, e)) return SCHEMA_FAILED;
    if (!db_number(d, "PRAGMA user_version", &version, e)) return SCHEMA_FAILED;
    return schema_compare(version, application_id, schema->count, e);
}

// Steps from..to (from is the version that stands) in one transaction.
static bool schema_take(struct db *d, const struct schema *schema, int64_t from, int64_t to, struct err *e)
{
    char mark[96];
    bool ok = db_begin(d, true, e);

    (void)snprintf(mark, sizeof mark, "PRAGMA application_id = %d; PRAGMA user_version = %" PRId64,
                   SCHEMA_APPLICATION_ID, to);
    for (int64_t at = from; ok && at < to; at++) {
        ok = db_script(d, schema->steps[at], e);
        if (!ok) err_prefix(e, "schema version %" PRId64, at + 1);
    }
    if (ok && db_script(d, mark, e) && db_commit(d, e)) return true;
    db_rollback(d);
    return false;
}

bool schema_migrate(struct db *d, const struct schema *schema, const char *path, struct err *e)
{
    enum schema_state state = schema_look(d, schema, e);
    int64_t version;

    if (state == SCHEMA_CURRENT) return true;
    if (state == SCHEMA_FAILED || !db_number(d, "PRAGMA user_version", &version, e)) return false;
    if (state == SCHEMA_OLDER) {
        char *copy = mem_printf("%s.v%" PRId64, path, version);
        bool ok = db_copy(d, copy, e);
        free(copy);
        if (!ok) return false;
    }
    // A new database comes to be at once: a reader between two steps would take it for an old one that nobody renews.
    if (state == SCHEMA_EMPTY) return schema_take(d, schema, version, schema->count, e);
    for (; version < schema->count; version++)
        if (!schema_take(d, schema, version, version + 1, e)) return false;
    return true;
}
