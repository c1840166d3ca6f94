// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Every table and every column of the schema, and what becomes of it when a job moves. A test compares this list with
// the database: a column that is new there must be decided on here.
#include "store/transfer_table.h"

#include "base/buf.h"

enum {
    NAME = 4096,
    LONG = BUF_MAX_SPEC,
    PROMPT = BUF_MAX_PROMPT,
    WORD = 40,
    CHAPTERS = 10000,
    PARTS = 100000,
    WORDS_MOST = 1000000, // of a part
    COVER = 5000000
};
#define COUNT INT64_C(1000000000)
#define TIME  INT64_C(100000000000000) // milliseconds: the year 5138
#define SUM   INT64_C(1000000000000000)

#define INT(n, from, to)                                                                                             \
    {                                                                                                                \
        .name = (n), .kind = MOVE_INT, .least = (from), .most = (to)                                                 \
    }
#define BOOL(n) INT(n, 0, 1)
#define ANY(n)  INT(n, INT64_MIN, INT64_MAX)
#define REAL(n, from, to)                                                                                            \
    {                                                                                                                \
        .name = (n), .kind = MOVE_REAL, .least = (from), .most = (to)                                                \
    }
#define TEXT(n, bytes)                                                                                               \
    {                                                                                                                \
        .name = (n), .kind = MOVE_TEXT, .most = (bytes)                                                              \
    }
#define MAYBE(n, bytes)                                                                                              \
    {                                                                                                                \
        .name = (n), .kind = MOVE_TEXT, .most = (bytes), .null = true                                                \
    }
#define LOOSE(n, bytes)                                                                                              \
    {                                                                                                                \
        .name = (n), .kind = MOVE_LOOSE, .most = (bytes)                                                             \
    }
#define BYTES(n, bytes)                                                                                              \
    {                                                                                                                \
        .name = (n), .kind = MOVE_BYTES, .most = (bytes)                                                             \
    }
#define WORDS(n)                                                                                                     \
    {                                                                                                                \
        .name = (n), .kind = MOVE_WORD, .most = WORD                                                                 \
    }
#define ID(n, of)                                                                                                    \
    {                                                                                                                \
        .name = (n), .kind = MOVE_ID, .space = (of)                                                                  \
    }
#define REF(n, of)                                                                                                   \
    {                                                                                                                \
        .name = (n), .kind = MOVE_REF, .space = (of)                                                                 \
    }
#define REF_MAYBE(n, of)                                                                                             \
    {                                                                                                                \
        .name = (n), .kind = MOVE_REF, .space = (of), .null = true                                                   \
    }
#define LEFT(n)                                                                                                      \
    {                                                                                                                \
        .name = (n), .kind = MOVE_LEFT                                                                               \
    }
#define JOB                                                                                                          \
    {                                                                                                                \
        .name = "job", .kind = MOVE_JOB                                                                              \
    }

const struct move_space_sql move_spaces[MOVE_SPACES] = {
    [SPACE_CHUNK] =
        {"SELECT id FROM chunk WHERE job = ?1 UNION ALL SELECT id FROM chunk_old WHERE job = ?1 ORDER BY 1",
         "SELECT max((SELECT coalesce(max(id), 0) FROM chunk), (SELECT coalesce(max(id), 0) FROM chunk_old))"},
    [SPACE_TASK] = {"SELECT id FROM task WHERE job = ?1 ORDER BY id", "SELECT coalesce(max(id), 0) FROM task"},
    [SPACE_ATTEMPT] = {"SELECT a.id FROM task t CROSS JOIN attempt a ON a.task = t.id WHERE t.job = ?1 ORDER BY a.id",
                       "SELECT coalesce(max(id), 0) FROM attempt"},
};

#define OF_JOB(table, order) "FROM " table " WHERE job = ?1 ORDER BY " order

const struct move_table move_tables[] = {
    {.name = "job",
     .from = "FROM job WHERE id = ?1",
     .once = true,
     .check = CHECK_JOB,
     .columns = {LEFT("id"),
                 TEXT("uuid", 36),
                 TEXT("slug", 60),
                 TEXT("title", NAME),
                 WORDS("state"),
                 LOOSE("reason", NAME),
                 TEXT("backend", NAME),
                 TEXT("model", NAME),
                 LEFT("templates"), // by the set that is moved
                 LEFT("out_dir"),
                 {.name = "out_parent", .kind = MOVE_PARENT},
                 {.name = "detached", .kind = MOVE_DETACHED},
                 ANY("seed"),
                 INT("words_target", 1, COUNT),
                 INT("chapters_total", 1, CHAPTERS),
                 INT("words_done", 0, COUNT),
                 INT("chapters_done", 0, CHAPTERS),
                 INT("gaps", 0, COUNT),
                 INT("requests", 0, COUNT),
                 INT("retries", 0, COUNT),
                 INT("prompt_tokens", 0, SUM),
                 INT("cached_tokens", 0, SUM),
                 INT("output_tokens", 0, SUM),
                 INT("generating_ms", 0, TIME),
                 INT("created_ms", 0, TIME),
                 INT("begun_ms", 0, TIME),
                 INT("ended_ms", 0, TIME),
                 INT("touched_ms", 0, TIME),
                 BOOL("finished"),
                 INT("busy_ms", 0, TIME),
                 INT("prompt_bytes", 0, SUM),
                 INT("common_bytes", 0, SUM),
                 INT("counted_bytes", 0, SUM),
                 INT("prefix_breaks", 0, COUNT),
                 INT("plan_misses", 0, COUNT),
                 INT("words_planned", 0, COUNT),
                 INT("deadline_ms", 0, TIME),
                 REAL("obedience", 0, 1000),
                 LEFT("templates_dir"),
                 TEXT("fallback", LONG),
                 TEXT("began_on", NAME),
                 INT("approve", 0, 2),
                 INT("priority", -100, 100)}},
    {.name = "job_spec",
     .from = "FROM job_spec WHERE job = ?1",
     .once = true,
     .check = CHECK_SPEC,
     .columns = {JOB, TEXT("spec", LONG)}},
    {.name = "template_set",
     .from = "FROM template_set WHERE hash = (SELECT templates FROM job WHERE id = ?1)",
     .handed = true,
     .columns = {LEFT("hash"), TEXT("text", BUF_MAX_PIECE)}},
    {.name = "cover",
     .from = "FROM cover WHERE job = ?1",
     .columns = {JOB, TEXT("name", NAME), BYTES("bytes", COVER)}}, // no more than a spec's (out/manuscript.h)
    {.name = "bible", .from = "FROM bible WHERE job = ?1", .columns = {JOB, TEXT("text", LONG)}},
    {.name = "act",
     .from = OF_JOB("act", "number"),
     .columns = {JOB, INT("number", 1, CHAPTERS), INT("first", 1, CHAPTERS), INT("last", 1, CHAPTERS),
                 TEXT("start", LONG), TEXT("turn", LONG), TEXT("open", LONG), MAYBE("summary", LONG)}},
    {.name = "chapter",
     .from = OF_JOB("chapter", "number"),
     .columns = {JOB, INT("number", 1, CHAPTERS), REAL("weight", 0, 1000000000), INT("cards_count", 0, PARTS),
                 TEXT("title", NAME), TEXT("pov", LONG), TEXT("event", LONG), TEXT("ends_on", LONG),
                 MAYBE("cards", LONG), MAYBE("recap", LONG), TEXT("purpose", LONG), TEXT("opens", LONG),
                 TEXT("closes", LONG), BOOL("given"), INT("version", 1, PARTS)}},
    {.name = "outline_shown",
     .from = OF_JOB("outline_shown", "chapter"),
     .columns = {JOB, INT("chapter", -CHAPTERS, CHAPTERS), TEXT("line", LONG)}}, // a place: see store_shown_keep
    {.name = "chunk",
     .from = OF_JOB("chunk", "id"),
     .columns = {ID("id", SPACE_CHUNK), JOB, INT("chapter", 1, CHAPTERS), INT("seq", 1, PARTS),
                 INT("words_asked", 0, WORDS_MOST), INT("words", 0, WORDS_MOST), BOOL("gap"), BOOL("cut"),
                 INT("skip", 0, COUNT), ANY("hash"), TEXT("glue", WORD), INT("tokens", -1, COUNT),
                 INT("version", 1, PARTS), BOOL("stale")}},
    {.name = "chunk_text",
     .from = "FROM chunk CROSS JOIN chunk_text ON chunk_text.chunk = chunk.id WHERE job = ?1 ORDER BY chunk",
     .columns = {REF("chunk", SPACE_CHUNK), TEXT("text", LONG)}},
    {.name = "chunk_old",
     .from = OF_JOB("chunk_old", "id"),
     .check = CHECK_REPLACED,
     .columns = {ID("id", SPACE_CHUNK), JOB, INT("chapter", 1, CHAPTERS), INT("seq", 1, PARTS),
                 INT("version", 1, PARTS), INT("until", 1, PARTS), INT("words_asked", 0, WORDS_MOST),
                 INT("words", 0, WORDS_MOST), BOOL("gap"), BOOL("cut"), INT("skip", 0, COUNT), ANY("hash"),
                 TEXT("glue", WORD), INT("tokens", -1, COUNT), TEXT("text", LONG), LOOSE("reason", LONG),
                 INT("replaced_ms", 0, TIME)}},
    {.name = "turn",
     .from = OF_JOB("turn", "id"),
     .columns = {LEFT("id"), JOB, INT("conversation", -CHAPTERS, CHAPTERS), INT("role", 0, 1),
                 REF_MAYBE("chunk", SPACE_CHUNK), MAYBE("text", PROMPT), BOOL("fresh")}},
    {.name = "task",
     .from = OF_JOB("task", "id"),
     .dense = true,
     .check = CHECK_TASK,
     .columns = {ID("id", SPACE_TASK), JOB, WORDS("kind"), INT("chapter", -CHAPTERS, CHAPTERS), INT("seq", 0, PARTS),
                 WORDS("state"), INT("requests", 0, COUNT), INT("charged", 0, COUNT), INT("since", 0, COUNT)}},
    {.name = "attempt",
     .from = "FROM attempt WHERE task IN (SELECT id FROM task WHERE job = ?1) ORDER BY id",
     .dense = true,
     .columns = {ID("id", SPACE_ATTEMPT),
                 REF("task", SPACE_TASK),
                 INT("number", 1, COUNT),
                 BOOL("ended"),
                 INT("started_ms", 0, TIME),
                 INT("words_asked", 0, COUNT),
                 INT("max_tokens", -1, 400000), // what is in flight is waited for, so long as this takes
                 ANY("seed"),
                 INT("prompt_bytes", 0, COUNT),
                 INT("common_bytes", 0, COUNT),
                 TEXT("backend", NAME),
                 TEXT("model", NAME),
                 INT("http_status", 0, 999),
                 INT("prompt_tokens", -1, COUNT),
                 INT("cached_tokens", -1, COUNT),
                 INT("output_tokens", -1, COUNT),
                 INT("first_token_ms", -1, TIME),
                 INT("total_ms", -1, TIME),
                 WORDS("failure"),
                 LOOSE("finish", NAME),
                 WORDS("verdict"),
                 LOOSE("message", LONG),
                 INT("conversation", -CHAPTERS, CHAPTERS),
                 INT("left_out", 0, COUNT),
                 BOOL("broke"),
                 TEXT("server", NAME),
                 INT("slot", 0, 15),
                 INT("reasoning_bytes", 0, COUNT)}},
    {.name = "attempt_sent",
     .from =
         "FROM attempt_sent WHERE attempt IN (SELECT a.id FROM task t JOIN attempt a ON a.task = t.id WHERE job = ?1)"
         " ORDER BY attempt",
     .columns = {REF("attempt", SPACE_ATTEMPT), TEXT("text", PROMPT)}},
    // Its id is made of two.
    {.name = "attempt_text",
     .from = "FROM (SELECT x.id >> 20 AS attempt, x.id & 1048575 AS part, bytes FROM task t CROSS JOIN attempt a"
             " ON a.task = t.id CROSS JOIN attempt_text x ON x.id BETWEEN a.id << 20 AND (a.id << 20) + 1048575"
             " WHERE t.job = ?1 ORDER BY x.id)",
     .insert = "INSERT INTO attempt_text (id, bytes) VALUES ((?1 << 20) + ?2, ?3)",
     .columns = {LEFT("id"), REF("attempt", SPACE_ATTEMPT), INT("part", 0, 1048575), BYTES("bytes", BUF_MAX_PIECE)}},
    {.name = "direction",
     .from = OF_JOB("direction", "id"),
     .columns = {LEFT("id"), JOB, INT("first", 0, CHAPTERS), INT("last", 0, CHAPTERS), TEXT("text", LONG),
                 INT("time_ms", 0, TIME)}},
    {.name = "event",
     .from = OF_JOB("event", "id"),
     .check = CHECK_EVENT,
     .columns = {LEFT("id"), JOB, INT("time_ms", 0, TIME), WORDS("type"), LOOSE("text", LONG), TEXT("data", LONG)}},
    {.name = "file",
     .from = OF_JOB("file", "path"),
     .check = CHECK_FILE,
     .columns = {JOB, TEXT("path", 240), ANY("hash"), INT("len", 0, SUM)}},
    {.name = NULL}};

const char *const move_left[] = {"inbox_seen", "backend_profile", "model_ratio", NULL};

bool move_is_written(enum move_kind kind)
{
    return kind != MOVE_END && kind < MOVE_LEFT;
}
