// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Every statement of the store. The columns of a SELECT, and the ?1, ?2, … of the others, come in the order in which
// the function that uses the statement names them.
#include "store/sql.h"

// As job_columns in job.c reads them.
#define JOB_COLUMNS(spec)                                                                                            \
    "SELECT id, uuid, slug, title, state, reason, " spec                                                             \
    ", backend, fallback, began_on, model, templates, templates_dir, out_dir,"                                       \
    " out_parent, detached, seed, words_target, chapters_total, words_done, chapters_done, gaps, requests, retries," \
    " prompt_tokens, cached_tokens, output_tokens, generating_ms, busy_ms, prompt_bytes, common_bytes,"              \
    " prefix_breaks, words_planned, deadline_ms, created_ms, begun_ms, ended_ms, touched_ms, priority, approve "     \
    "FROM job"

// As chunk_on_row in chunk.c reads them.
#define CHUNK_COLUMNS                                                                                                \
    "SELECT chapter, seq, text, skip, glue, words_asked, words, gap, cut, tokens, hash, id, version, stale, 0"       \
    " FROM chunk CROSS JOIN chunk_text ON chunk_text.chunk = chunk.id"                                               \
    " WHERE job = ?1 AND chapter BETWEEN ?2 AND ?3"

// Of all that was ever accepted. `present` and `old` are what follows WHERE for the two tables.
#define CHUNKS_EVER(present, old)                                                                                    \
    "(SELECT c.id AS id, job, chapter, seq, text, skip, glue, words_asked, words, gap, cut, tokens, hash, version,"  \
    " stale FROM chunk c CROSS JOIN chunk_text ON chunk_text.chunk = c.id WHERE " present                            \
    " UNION ALL SELECT id, job, chapter, seq, text, skip, glue, words_asked, words, gap, cut, tokens, hash, "        \
    "version,"                                                                                                       \
    " 0 FROM chunk_old WHERE " old ")"
#define CHUNK_EVER_COLUMNS                                                                                           \
    "SELECT chapter, seq, text, skip, glue, words_asked, words, gap, cut, tokens, hash, id, version, stale"
// The tasks of a chapter, ?3 = 0, or of one of its chunks.
#define TASKS_OF_TEXT                                                                                                \
    "job = ?1 AND chapter = ?2 AND kind IN ('beats', 'chunk', 'recap') AND (?3 = 0 OR (kind = 'chunk' AND seq = "    \
    "?3))"

// The task that merges the recaps of the act that chapter ?2 is of.
#define MERGE_OF_TEXT                                                                                                \
    "job = ?1 AND kind = 'merge' AND chapter IN (SELECT number FROM act WHERE job = ?1 AND ?2 BETWEEN first AND "    \
    "last)"

// As chapter_on_row in plan.c reads them.
#define CHAPTER_COLUMNS                                                                                              \
    "SELECT number, title, pov, event, ends_on, purpose, opens, closes, cards, recap, weight, given FROM chapter"

// As attempt_on_row in attempt.c reads them.
#define ATTEMPT_COLUMNS                                                                                              \
    "SELECT job, a.id, number, charged, backend, model, words_asked, max_tokens, seed, ended, failure, verdict,"     \
    " started_ms, output_tokens, first_token_ms, total_ms FROM "
#define ATTEMPT_OF_TASK                                                                                              \
    ATTEMPT_COLUMNS "task t JOIN attempt a ON a.task = t.id"                                                         \
                    " WHERE job = ?1 AND kind = ?2 AND chapter = ?3 AND t.seq = ?4 AND number > since"

// The engine has left it while the server was at it, and the server may not have noticed.
#define LEFT_ANSWERING                                                                                               \
    "(finish = 'stopped' OR failure IN ('first_token_timeout', 'stall', 'wedged', 'total_timeout', 'reset', "        \
    "'truncated',"                                                                                                   \
    " 'error_frame', 'garbage', 'crashed', 'gateway_timeout', 'too_big', 'abandoned'))"

// As attempt_on_each in attempt_log.c reads them.
#define LOG_COLUMNS                                                                                                  \
    "SELECT a.id, started_ms, kind, failure, verdict, finish, backend, model, chapter, seq, number, words_asked,"    \
    " http_status, prompt_tokens, cached_tokens, output_tokens, first_token_ms, total_ms, ended, prompt_bytes,"      \
    " common_bytes, seed, max_tokens, conversation, left_out, message, job, reasoning_bytes, number <= since FROM "

const char *const store_sql[SQL_COUNT] = {
    [SQL_VERSION] = "PRAGMA data_version",

    [SQL_JOB_INSERT] =
        "INSERT INTO job (uuid, slug, title, state, backend, fallback, model, templates, templates_dir, out_dir,"
        " out_parent, detached, seed, words_target, chapters_total, deadline_ms, approve, created_ms, touched_ms)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?18)",
    [SQL_JOB_INSERT_SPEC] = "INSERT INTO job_spec VALUES (?1, ?2)",
    [SQL_JOB_GET] = JOB_COLUMNS("spec") " JOIN job_spec ON job = id WHERE id = ?1",
    [SQL_JOB_EACH] = JOB_COLUMNS("''") " ORDER BY id",
    [SQL_JOB_EXISTS] = "SELECT id FROM job WHERE id = ?1",
    [SQL_JOB_LATEST] = "SELECT id FROM job"
                       " ORDER BY state IN ('planning', 'writing', 'waiting') DESC, touched_ms DESC, id DESC LIMIT 1",
    [SQL_JOB_LATEST_UNDONE] = "SELECT id FROM job WHERE state NOT IN ('done', 'cancelled')"
                              " ORDER BY touched_ms DESC, id DESC LIMIT 1",
    // The slug itself, or else what begins with it; two rows are enough to know that it is ambiguous.
    [SQL_JOB_BY_SLUG] = "SELECT id, slug = ?1 FROM job WHERE substr(slug, 1, length(?1)) = ?1"
                        " ORDER BY slug = ?1 DESC LIMIT 2",
    [SQL_JOB_UNFINISHED] = "SELECT count(*) FROM job WHERE state NOT IN ('done', 'cancelled')",
    [SQL_JOB_RUNNABLE] = "SELECT id, backend, fallback, began_on, priority FROM job"
                         " WHERE state NOT IN ('done', 'cancelled') AND state NOT IN ('paused', 'approval')"
                         // What was at work goes on first; then by rank, and of one rank what has begun.
                         " ORDER BY state IN ('queued', 'waiting'), priority DESC, state = 'queued', id",
    [SQL_JOB_SET_STATE] = "UPDATE job SET state = ?3, reason = ?4,"
                          " begun_ms = CASE WHEN ?3 = 'planning' AND begun_ms = 0 THEN ?5 ELSE begun_ms END,"
                          " ended_ms = CASE WHEN ?3 IN ('done', 'cancelled') THEN ?5 ELSE 0 END"
                          " WHERE id = ?1 AND state = ?2",
    [SQL_JOB_SET_FOLDER] = "UPDATE job SET out_dir = ?2 WHERE id = ?1",
    [SQL_JOB_SET_BACKEND] = "UPDATE job SET backend = ?2, began_on = '', model = '', obedience = 0"
                            " WHERE id = ?1",
    [SQL_JOB_SET_MODEL] = "UPDATE job SET model = ?2, obedience = ?3 WHERE id = ?1",
    [SQL_JOB_SET_BEGAN_ON] = "UPDATE job SET began_on = ?2 WHERE id = ?1",
    [SQL_JOB_SET_DEADLINE] = "UPDATE job SET deadline_ms = ?2 WHERE id = ?1",
    [SQL_JOB_SET_APPROVE] = "UPDATE job SET approve = ?2 WHERE id = ?1",
    [SQL_JOB_SET_TITLE] = "UPDATE job SET title = ?2 WHERE id = ?1 AND title = ''",
    [SQL_JOB_SET_FINISHED] = "UPDATE job SET finished = 1 WHERE id = ?1",
    [SQL_JOB_UNFINISH] = "UPDATE job SET finished = 0 WHERE id = ?1",
    // NULL, and refused, where there is no such chapter.
    [SQL_JOB_ADD_CHAPTER_DONE] = "UPDATE job SET chapters_done = chapters_done +"
                                 " (SELECT recap IS NULL FROM chapter WHERE job = ?1 AND number = ?2) WHERE id = ?1",
    // After the chapters beyond are gone.
    [SQL_JOB_SHORTEN] = "UPDATE job SET words_planned = CASE WHEN ?2 < words_target THEN ?2 ELSE 0 END,"
                        " chapters_total = ?3, chapters_done = (SELECT count(recap) FROM chapter WHERE job = ?1)"
                        " WHERE id = ?1",
    [SQL_JOB_ADD_CHUNK] = "UPDATE job SET words_done = words_done + ?2, gaps = gaps + ?3 WHERE id = ?1"
                          " RETURNING words_done",
    [SQL_JOB_ADD_REQUEST] = "UPDATE job SET requests = requests + 1, prompt_bytes = prompt_bytes + ?2,"
                            " common_bytes = common_bytes + ?3, prefix_breaks = prefix_breaks + ?4 WHERE id = ?1",
    [SQL_JOB_ADD_ATTEMPT] = "UPDATE job SET retries = retries + ?2, prompt_tokens = prompt_tokens + ?3,"
                            " cached_tokens = cached_tokens + ?4, output_tokens = output_tokens + ?5,"
                            " generating_ms = generating_ms + ?6, busy_ms = busy_ms + ?7,"
                            " plan_misses = plan_misses + ?8, counted_bytes = counted_bytes +"
                            " CASE WHEN ?3 > 0 THEN (SELECT prompt_bytes FROM attempt WHERE id = ?9) ELSE 0 END"
                            " WHERE id = ?1",
    // However much shorter a deadline had made it.
    [SQL_JOB_EXTEND] = "UPDATE job SET words_target = ?2, chapters_total = ?3, words_planned = 0, finished = 0"
                       " WHERE id = ?1",
    [SQL_JOB_SET_PRIORITY] = "UPDATE job SET priority = ?2 WHERE id = ?1",
    [SQL_JOB_TOUCH] = "UPDATE job SET touched_ms = max(touched_ms, ?2) WHERE id = ?1",

    [SQL_JOB_SET_TEMPLATES] = "UPDATE job SET templates = ?2 WHERE id = ?1",
    [SQL_TEMPLATES_ADD] = "INSERT INTO template_set VALUES (?1, ?2) ON CONFLICT DO NOTHING",
    [SQL_TEMPLATES_GET] = "SELECT text FROM job JOIN template_set ON hash = templates WHERE id = ?1",

    [SQL_BIBLE_SET] = "INSERT INTO bible VALUES (?1, ?2) ON CONFLICT DO UPDATE SET text = excluded.text",
    [SQL_BIBLE_GET] = "SELECT text FROM bible WHERE job = ?1",
    [SQL_ACT_ADD] = "INSERT INTO act VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [SQL_ACT_EACH] = "SELECT number, first, last, start, turn, open, summary FROM act WHERE job = ?1 ORDER BY number",
    [SQL_ACT_SET_SUMMARY] = "UPDATE act SET summary = ?3 WHERE job = ?1 AND number = ?2",
    [SQL_ACT_DROP_BEYOND] = "DELETE FROM act WHERE job = ?1 AND first > ?2",
    [SQL_ACT_CUT] = "UPDATE act SET last = ?2 WHERE job = ?1 AND last > ?2",
    [SQL_ACT_ALL_OF_BOOK] = "INSERT INTO act SELECT id, 1, 1, chapters_total, '', '', '', NULL FROM job"
                            " WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM act WHERE job = ?1)",
    // Its versions go on behind those that were written under its number.
    [SQL_CHAPTER_ADD] =
        "INSERT INTO chapter (job, number, title, pov, event, ends_on, purpose, opens, closes, weight,"
        " given, version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
        " 1 + coalesce((SELECT max(until) FROM chunk_old WHERE job = ?1 AND chapter = ?2), 0))",
    [SQL_CHAPTER_EACH] = CHAPTER_COLUMNS " WHERE job = ?1 ORDER BY number",
    [SQL_CHAPTER_GET] = CHAPTER_COLUMNS " WHERE job = ?1 AND number = ?2",
    [SQL_CHAPTER_DROP_BEYOND] = "DELETE FROM chapter WHERE job = ?1 AND number > ?2",
    [SQL_CHAPTER_SET_CARDS] = "UPDATE chapter SET cards = ?3, cards_count = ?4 WHERE job = ?1 AND number = ?2",
    [SQL_CHAPTER_SET_RECAP] = "UPDATE chapter SET recap = ?3 WHERE job = ?1 AND number = ?2",
    [SQL_CHAPTER_SET_GIVEN] = "UPDATE chapter SET given = 1, title = ?3 WHERE job = ?1 AND number = ?2",
    [SQL_BOOK_GET] =
        "SELECT id, CASE WHEN words_planned > 0 THEN words_planned ELSE words_target END, chapters_total,"
        " CASE WHEN obedience > 0 THEN obedience ELSE 1 END, plan_misses,"
        // In quarters, so that a prompt is not measured anew with every request; a few requests say little.
        " CASE WHEN requests >= 5 AND prompt_tokens > 0 THEN counted_bytes * 4 / prompt_tokens / 4.0 ELSE 0.0 END,"
        " EXISTS (SELECT 1 FROM bible WHERE job = ?1), finished, approve = 1,"
        " (SELECT coalesce(sum(since), 0) FROM task WHERE job = ?1),"
        // Text of its owner's is in pieces that were never whole answers.
        " (SELECT coalesce(sum(words), 0) FROM chunk_old WHERE job = ?1 AND NOT (cut AND tokens < 0))"
        " FROM job WHERE id = ?1",
    [SQL_BOOK_ACTS] = "SELECT number, first, last, summary IS NOT NULL FROM act WHERE job = ?1 ORDER BY number",
    [SQL_BOOK_CHAPTERS] = "SELECT number, weight, cards_count, recap IS NOT NULL,"
                          " coalesce(length(CAST(recap AS BLOB)), 0), given, version FROM chapter WHERE job = ?1"
                          " ORDER BY number",
    [SQL_BOOK_CHUNKS] = "SELECT chapter, seq, words_asked, words, gap, cut, tokens, stale FROM chunk WHERE job = ?1"
                        " ORDER BY chapter, seq",

    [SQL_BEGUN_GET] =
        "SELECT coalesce(max(number), 0) + 1, coalesce(max(cards IS NOT NULL OR asked), 0) FROM"
        // Asked for since it was taken out to be written anew, or planned anew.
        " (SELECT number, given, cards, ?2 AND EXISTS (SELECT 1 FROM task WHERE job = ?1 AND kind = 'beats'"
        " AND chapter = number AND requests > since) AS asked FROM chapter WHERE job = ?1) WHERE given OR cards IS "
        "NOT NULL OR asked",
    [SQL_CHAPTER_WEIGH] = "UPDATE chapter SET weight = weight * ?2 WHERE job = ?1",
    [SQL_ACT_DROP] = "DELETE FROM act WHERE job = ?1",
    // Other chapters bear their numbers now: what was tried for those before does not count.
    [SQL_TASK_PLAN_ANEW] = "UPDATE task SET charged = 0, since = requests"
                           " WHERE job = ?1 AND chapter >= ?2 AND kind IN ('outline', 'beats')",
    [SQL_JOB_SET_CHAPTERS] = "UPDATE job SET chapters_total = ?2 WHERE id = ?1",
    [SQL_JOB_RETITLE] = "UPDATE job SET title = ?2 WHERE id = ?1",
    [SQL_JOB_SET_SPEC] = "UPDATE job_spec SET spec = ?2 WHERE job = ?1",
    [SQL_SHOWN_KEEP] = "INSERT INTO outline_shown VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
    [SQL_SHOWN_EACH] = "SELECT chapter, line FROM outline_shown WHERE job = ?1 ORDER BY chapter",
    [SQL_DIRECTION_ADD] = "INSERT INTO direction (job, first, last, text, time_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
    [SQL_DIRECTION_EACH] = "SELECT first, last, text, time_ms FROM direction WHERE job = ?1 ORDER BY id",

    // Behind all that was ever accepted: the id of a row that has gone to chunk_old is not given again.
    [SQL_CHUNK_ADD] = "INSERT INTO chunk (job, chapter, seq, words_asked, words, gap, cut, skip, hash, glue,"
                      " tokens, id, version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
                      " 1 + max((SELECT coalesce(max(id), 0) FROM chunk), (SELECT coalesce(max(id), 0)"
                      " FROM chunk_old)),"
                      " coalesce((SELECT version FROM chapter WHERE job = ?1 AND number = ?2), 1))",
    [SQL_CHUNK_ADD_TEXT] = "INSERT INTO chunk_text VALUES (?1, ?2)",
    [SQL_CHUNK_EACH_BY_PLACE] = CHUNK_COLUMNS " ORDER BY chapter, seq",
    [SQL_CHUNK_EACH_BY_TIME] = CHUNK_COLUMNS " ORDER BY chunk.id",
    [SQL_CHUNK_EACH_ACCEPTED] = CHUNK_EVER_COLUMNS
    ", EXISTS (SELECT 1 FROM chunk_old o WHERE o.job = u.job AND o.chapter = u.chapter"
    " AND o.seq = u.seq AND o.id < u.id) FROM " CHUNKS_EVER("job = ?1 AND c.id > ?2",
                                                            "job = ?1 AND id > ?2") " u ORDER BY id",
    [SQL_CHUNK_EACH_OF_VERSION] = CHUNK_EVER_COLUMNS
    ", 0 FROM " CHUNKS_EVER("job = ?1 AND chapter = ?2 AND version <= ?3",
                            "job = ?1 AND chapter = ?2 AND version <= ?3 AND until >= ?3") " ORDER BY seq",
    [SQL_CHUNK_SET_STALE] = "UPDATE chunk SET stale = ?4 WHERE job = ?1 AND chapter = ?2 AND seq = ?3",
    // An event that came from elsewhere may be nested deeper than SQLite reads, and its note longer than a note is.
    [SQL_CHUNK_NOTE] =
        "SELECT substr(json_extract(data, '$.note'), 1, 4000) FROM event WHERE job = ?1 AND type = 'redo'"
        " AND CASE WHEN json_valid(data) THEN json_extract(data, '$.chapter') = ?2 AND json_extract(data, '$.seq') = "
        "?3"
        " END ORDER BY id DESC LIMIT 1",

    [SQL_VERSION_UNCOUNT] =
        "UPDATE job SET words_done = words_done - s.words, gaps = job.gaps - s.missing, finished = 0,"
        " chapters_done = chapters_done - (SELECT recap IS NOT NULL FROM chapter WHERE job = ?1 AND number = ?2)"
        " FROM (SELECT coalesce(sum(words), 0) AS words, coalesce(sum(gap), 0) AS missing FROM chunk"
        " WHERE job = ?1 AND chapter = ?2) s WHERE job.id = ?1",
    [SQL_VERSION_UNCOUNT_CHUNK] = "UPDATE job SET words_done = words_done - c.words, gaps = gaps - c.gap FROM chunk c"
                                  " WHERE job.id = ?1 AND c.job = ?1 AND c.chapter = ?2 AND c.seq = ?3",
    // seq 0: all of the chapter.
    [SQL_VERSION_KEEP] =
        "INSERT INTO chunk_old SELECT c.id, c.job, chapter, seq, c.version, p.version, words_asked, words, gap, cut,"
        " skip, hash, glue, tokens, text, ?4, ?5 FROM chunk c CROSS JOIN chunk_text ON chunk_text.chunk = c.id"
        " JOIN chapter p ON p.job = c.job AND p.number = chapter"
        " WHERE c.job = ?1 AND chapter = ?2 AND (?3 = 0 OR seq = ?3)",
    [SQL_VERSION_LEAVE] =
        "INSERT INTO chunk_old (id, job, chapter, seq, version, until, words_asked, words, gap, cut, skip, hash,"
        " glue, tokens, text, reason, replaced_ms)"
        " SELECT 1 + max((SELECT coalesce(max(id), 0) FROM chunk), (SELECT coalesce(max(id), 0) FROM chunk_old)),"
        " job, number, ?3, version, version, ?4, ?5, 0, 1, ?6, ?7, ?9, -1, ?8, ?10, ?11"
        " FROM chapter WHERE job = ?1 AND number = ?2",
    [SQL_VERSION_DROP_TURNS] = "DELETE FROM turn WHERE job = ?1 AND conversation = ?2",
    // A version of which nothing was written needs no successor.
    [SQL_VERSION_BUMP_CHAPTER] =
        "UPDATE chapter SET cards = NULL, cards_count = 0, recap = NULL, given = 0, version = version +"
        " (EXISTS (SELECT 1 FROM chunk WHERE job = ?1 AND chapter = ?2) OR EXISTS (SELECT 1 FROM chunk_old o"
        " WHERE o.job = ?1 AND o.chapter = ?2 AND until = chapter.version)) WHERE job = ?1 AND number = ?2",
    [SQL_VERSION_BUMP] = "UPDATE chapter SET version = version + 1 WHERE job = ?1 AND number = ?2",
    [SQL_VERSION_DROP_TEXTS] = "DELETE FROM chunk_text WHERE chunk IN (SELECT id FROM chunk WHERE job = ?1"
                               " AND chapter = ?2 AND (?3 = 0 OR seq = ?3))",
    [SQL_VERSION_DROP_CHUNKS] = "DELETE FROM chunk WHERE job = ?1 AND chapter = ?2 AND (?3 = 0 OR seq = ?3)",
    [SQL_VERSION_STEP_ASIDE] = "UPDATE chunk SET seq = -seq WHERE job = ?1 AND chapter = ?2 AND seq = ?3",
    [SQL_VERSION_MOVE_TURN] =
        "UPDATE turn SET chunk = (SELECT id FROM chunk WHERE job = ?1 AND chapter = ?2 AND seq = ?3)"
        " WHERE job = ?1 AND conversation = ?2"
        " AND chunk = (SELECT id FROM chunk WHERE job = ?1 AND chapter = ?2 AND seq = -?3)",
    [SQL_VERSION_CLOSE_ATTEMPTS] = "UPDATE attempt SET ended = 1, failure = 'abandoned' WHERE ended = 0"
                                   " AND (task IN (SELECT id FROM task WHERE " TASKS_OF_TEXT ") OR (?3 = 0"
                                   " AND conversation = ?2 AND task IN (SELECT id FROM task WHERE job = ?1)))",
    [SQL_VERSION_RESET_TASKS] = "UPDATE task SET state = 'ready', charged = 0, since = requests WHERE " TASKS_OF_TEXT,
    // What has come so far of the chunk behind goes on from text that is gone.
    [SQL_VERSION_RESET_NEXT] = "UPDATE task SET state = 'ready', charged = 0, since = requests WHERE job = ?1"
                               " AND kind = 'chunk' AND chapter = ?2 AND seq = ?3 + 1 AND NOT EXISTS"
                               " (SELECT 1 FROM chunk WHERE job = ?1 AND chapter = ?2 AND seq = ?3 + 1)",
    // What merged its recaps with others told the old text.
    [SQL_VERSION_CLOSE_MERGE] = "UPDATE attempt SET ended = 1, failure = 'abandoned' WHERE ended = 0"
                                " AND task IN (SELECT id FROM task WHERE " MERGE_OF_TEXT ")",
    [SQL_VERSION_RESET_MERGE] = "UPDATE task SET state = 'ready', charged = 0, since = requests WHERE " MERGE_OF_TEXT,
    [SQL_VERSION_DROP_MERGE] = "DELETE FROM turn WHERE job = ?1 AND conversation IN"
                               " (SELECT -number FROM act WHERE job = ?1 AND ?2 BETWEEN first AND last)",
    [SQL_VERSION_DROP_SUMMARY] = "UPDATE act SET summary = NULL WHERE job = ?1 AND ?2 BETWEEN first AND last",
    [SQL_VERSION_EACH] =
        "WITH RECURSIVE v (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM v"
        " WHERE n < coalesce((SELECT version FROM chapter WHERE job = ?1 AND number = ?2),"
        // It was taken out of the plan.
        " (SELECT max(until) FROM chunk_old WHERE job = ?1 AND chapter = ?2))),"
        " u AS (SELECT version, 2147483647 AS until, words, gap, 0 AS replaced_ms, '' AS reason FROM chunk"
        " WHERE job = ?1 AND chapter = ?2 UNION ALL SELECT version, until, words, gap, replaced_ms, reason"
        " FROM chunk_old WHERE job = ?1 AND chapter = ?2)"
        " SELECT n, count(*), sum(words), sum(gap), max(CASE WHEN until = n THEN replaced_ms ELSE 0 END),"
        " max(CASE WHEN until = n THEN reason ELSE '' END) FROM v JOIN u ON version <= n AND until >= n"
        " GROUP BY n ORDER BY n",
    // By its own places, all of them: whoever waits for a job that has not begun would read the chunks of all others.
    [SQL_CHUNK_NEWER] = "SELECT id, chapter, seq FROM chunk WHERE job = ?1 AND +id > ?2 ORDER BY +id",

    [SQL_TURN_ADD] = "INSERT INTO turn (job, conversation, role, text, fresh) VALUES (?1, ?2, ?3, ?4, ?5)",
    [SQL_TURN_ADD_CHUNK] = "INSERT INTO turn (job, conversation, role, chunk)"
                           " SELECT ?1, ?2, 1, id FROM chunk WHERE job = ?1 AND chapter = ?2 AND seq = ?3",
    // From its last fresh turn on.
    [SQL_TURN_EACH] = "SELECT role, coalesce(turn.text, chunk_text.text)"
                      " FROM turn LEFT JOIN chunk_text ON chunk_text.chunk = turn.chunk"
                      " WHERE job = ?1 AND conversation = ?2 AND id >= coalesce((SELECT max(id) FROM turn"
                      " WHERE job = ?1 AND conversation = ?2 AND fresh = 1), 0) ORDER BY id",
    // As it was when chunk ?3 was asked for: behind the last chunk before it, which may be none.
    [SQL_TURN_EACH_BEFORE] =
        "WITH own AS (SELECT turn.id AS id, role, turn.chunk, turn.text, fresh, seq FROM turn"
        " LEFT JOIN chunk ON chunk.id = turn.chunk WHERE turn.job = ?1 AND conversation = ?2),"
        " stop (id) AS (SELECT coalesce((SELECT max(id) FROM own WHERE seq < ?3), (SELECT min(id) FROM own"
        " WHERE role = 1), 0))"
        " SELECT role, coalesce(own.text, chunk_text.text) FROM own"
        " LEFT JOIN chunk_text ON chunk_text.chunk = own.chunk WHERE own.id <= (SELECT id FROM stop)"
        " AND own.id >= coalesce((SELECT max(id) FROM own WHERE fresh = 1 AND id <= (SELECT id FROM stop)), 0)"
        " ORDER BY own.id",
    [SQL_TURN_ALL] = "SELECT role, coalesce(seq, 0), fresh, coalesce(turn.text, chunk_text.text)"
                     " FROM turn LEFT JOIN chunk ON chunk.id = turn.chunk"
                     " LEFT JOIN chunk_text ON chunk_text.chunk = turn.chunk"
                     " WHERE turn.job = ?1 AND conversation = ?2 ORDER BY turn.id",

    // The row is made with its first attempt.
    [SQL_TASK_BEGIN] =
        "INSERT INTO task (job, kind, chapter, seq, state, requests) VALUES (?1, ?2, ?3, ?4, 'running', 1)"
        " ON CONFLICT DO UPDATE SET state = 'running', requests = requests + 1"
        " RETURNING id, requests",
    [SQL_TASK_CHARGE] =
        "UPDATE task SET state = replace(state, 'running', 'ready'), charged = charged + ?2 WHERE id = ?1"
        " RETURNING job, state = 'done'",
    [SQL_TASK_DONE] = "UPDATE task SET state = 'done' WHERE job = ?1 AND kind = ?2 AND chapter = ?3 AND seq = ?4"
                      " RETURNING id",
    // Attempt by attempt, each one range of the ids.
    [SQL_TASK_DROP_ACCEPTED] =
        "DELETE FROM attempt_text WHERE id IN (SELECT t.id FROM attempt a CROSS JOIN attempt_text t"
        " ON t.id BETWEEN a.id << 20 AND (a.id << 20) + 1048575 WHERE a.task = ?1 AND verdict = 'accepted')",
    // Plans of chapters and acts that a shorter book had no more room for.
    [SQL_TASK_PLAN_AGAIN] =
        "UPDATE task SET state = 'ready', charged = 0 WHERE job = ?1 AND ((kind = 'outline' AND chapter > ?2)"
        " OR (kind = 'acts' AND chapter > (SELECT count(*) FROM act WHERE job = ?1)))",
    [SQL_ATTEMPT_BEGIN] =
        "INSERT INTO attempt (task, number, started_ms, words_asked, max_tokens, seed, prompt_bytes,"
        " common_bytes, conversation, left_out, broke, backend, model, server, slot)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
    [SQL_ATTEMPT_PREFIX] = "INSERT INTO attempt_text VALUES (?1 << 20, ?2)",
    [SQL_ATTEMPT_APPEND] = "INSERT INTO attempt_text SELECT coalesce(max(id), ?1 << 20) + 1, ?2 FROM attempt_text"
                           " WHERE id BETWEEN ?1 << 20 AND (?1 << 20) + 1048575",
    [SQL_ATTEMPT_END] = "UPDATE attempt SET ended = 1, failure = ?2, finish = ?3, verdict = ?4, message = ?5,"
                        " http_status = ?6, prompt_tokens = ?7, cached_tokens = ?8, output_tokens = ?9,"
                        " first_token_ms = ?10, total_ms = ?11, reasoning_bytes = ?12"
                        " WHERE id = ?1 AND ended = 0 RETURNING task",
    [SQL_ATTEMPT_SENT] = "INSERT INTO attempt_sent VALUES (?1, ?2)",
    [SQL_ATTEMPT_LAST] = ATTEMPT_OF_TASK " ORDER BY number DESC LIMIT 1 OFFSET ?5",
    [SQL_ATTEMPT_SINCE_NUMBER] = "SELECT since FROM task WHERE job = ?1 AND kind = ?2 AND chapter = ?3 AND seq = ?4",
    [SQL_ATTEMPT_IS_OPEN] = "SELECT ended = 0 FROM attempt WHERE id = ?1",
    [SQL_ATTEMPT_BEST] = ATTEMPT_OF_TASK
    " ORDER BY (SELECT coalesce(sum(length(bytes)), 0) FROM attempt_text x"
    " WHERE x.id BETWEEN a.id << 20 AND (a.id << 20) + 1048575) DESC, number DESC LIMIT 1 OFFSET ?5",
    [SQL_ATTEMPT_NEWEST] = "SELECT coalesce(max(id), 0) FROM attempt",
    // The second of the two is asked of the index alone, however many attempts there are. A row of an older schema does
    // not say where it is in flight: it may be anywhere.
    [SQL_ATTEMPT_LEFT] = ATTEMPT_COLUMNS
    "attempt a JOIN task t ON t.id = a.task WHERE a.id = (SELECT max(id) FROM"
    " (SELECT max(id) AS id FROM attempt WHERE ended = 0 AND id <= ?2 AND server IN (?1, '') AND slot = ?3"
    " UNION ALL SELECT id FROM attempt WHERE " LEFT_ANSWERING
    " AND id = (SELECT max(id) FROM attempt WHERE server = ?1 AND server <> '' AND id <= ?2 AND slot = ?3)))",
    [SQL_ATTEMPT_LEFT_OF_JOB] =
        "SELECT a.started_ms, a.max_tokens FROM task t JOIN attempt a ON a.task = t.id WHERE t.job = ?1"
        " AND (a.ended = 0 OR " LEFT_ANSWERING ") ORDER BY a.id DESC LIMIT 1",
    // Of a server's newest attempts: a model that it had long ago does not make all of them be read.
    [SQL_ATTEMPT_SPEEDS] =
        "SELECT output_tokens * 1000.0 / (total_ms - first_token_ms) FROM (SELECT * FROM (SELECT id, model, failure,"
        " output_tokens, first_token_ms, total_ms FROM attempt WHERE server = ?1 AND server <> ''"
        " ORDER BY id DESC LIMIT 1000) WHERE model = ?2 AND failure = 'none' AND output_tokens >= 30"
        " AND first_token_ms >= 0 AND total_ms > first_token_ms ORDER BY id DESC LIMIT ?3) ORDER BY id",
    [SQL_ATTEMPT_TEXT] = "SELECT id & 1048575, bytes FROM attempt_text"
                         " WHERE id BETWEEN ?1 << 20 AND (?1 << 20) + 1048575 ORDER BY id",
    [SQL_ATTEMPT_SENT_GET] = "SELECT text FROM attempt_sent WHERE attempt = ?1",
    [SQL_ATTEMPT_VERDICTS] = "SELECT verdict FROM task t JOIN attempt a ON a.task = t.id"
                             " WHERE job = ?1 AND kind = ?2 AND chapter = ?3 AND t.seq = ?4 AND number > since",
    [SQL_ATTEMPT_EACH] = LOG_COLUMNS "task t JOIN attempt a ON a.task = t.id WHERE job = ?1 ORDER BY a.id",
    [SQL_ATTEMPT_SINCE] = LOG_COLUMNS "attempt a CROSS JOIN task t ON t.id = a.task WHERE started_ms >= ?1"
                                      " ORDER BY a.id",
    [SQL_ATTEMPT_SINCE_OF_JOB] = LOG_COLUMNS "task t JOIN attempt a ON a.task = t.id"
                                             " WHERE job = ?2 AND started_ms >= ?1 ORDER BY a.id",

    [SQL_EVENT_ADD] = "INSERT INTO event (job, time_ms, type, text, data) VALUES (?1, ?2, ?3, ?4, ?5)",
    [SQL_EVENT_NEWEST] = "SELECT coalesce(max(id), 0) FROM event",
    [SQL_EVENT_EACH] = "SELECT id, job, time_ms, type, text, data FROM event WHERE id > ?1 ORDER BY id",
    [SQL_EVENT_EACH_OF_JOB] = "SELECT id, job, time_ms, type, text, data FROM event WHERE job = ?2 AND id > ?1"
                              " ORDER BY id",

    [SQL_EVENT_IS_THERE] = "SELECT 1 FROM event WHERE job = ?1 AND type = ?2 AND data = ?3 LIMIT 1",

    [SQL_INBOX_ADD] = "INSERT INTO inbox_seen VALUES (?1, ?2, ?3, ?4, ?5)",
    [SQL_INBOX_GET] = "SELECT job, code, text FROM inbox_seen WHERE key = ?1",
    [SQL_FILE_PUT] = "INSERT INTO file VALUES (?1, ?2, ?3, ?4)"
                     " ON CONFLICT DO UPDATE SET hash = excluded.hash, len = excluded.len",
    [SQL_FILE_GET] = "SELECT hash, len FROM file WHERE job = ?1 AND path = ?2",
    [SQL_FILE_EACH] = "SELECT path, hash, len FROM file WHERE job = ?1 ORDER BY path",
    // Also a chunk whose text is lost.
    [SQL_AUDIT_CHUNKS] = "SELECT chapter, seq, coalesce(text, ''), skip, glue, words_asked, words, gap, hash,"
                         " text IS NULL FROM chunk LEFT JOIN chunk_text ON chunk_text.chunk = chunk.id"
                         " WHERE job = ?1 ORDER BY chapter, seq",
    [SQL_AUDIT_SUMS] = "SELECT words_done, (SELECT coalesce(sum(words), 0) FROM chunk WHERE job = ?1),"
                       " chapters_done, (SELECT count(recap) FROM chapter WHERE job = ?1),"
                       " gaps, (SELECT coalesce(sum(gap), 0) FROM chunk WHERE job = ?1),"
                       " (SELECT count(*) FROM turn LEFT JOIN chunk ON chunk.id = turn.chunk"
                       " WHERE turn.job = ?1 AND turn.chunk IS NOT NULL"
                       " AND (chunk.id IS NULL OR chunk.job <> ?1 OR chunk.chapter <> turn.conversation))"
                       " FROM job WHERE id = ?1",
    [SQL_AUDIT_MEND] = "UPDATE job SET words_done = (SELECT coalesce(sum(words), 0) FROM chunk WHERE job = ?1),"
                       " chapters_done = (SELECT count(recap) FROM chapter WHERE job = ?1),"
                       " gaps = (SELECT coalesce(sum(gap), 0) FROM chunk WHERE job = ?1) WHERE id = ?1",
    [SQL_AUDIT_RECOUNT] = "UPDATE chunk SET words = ?4 WHERE job = ?1 AND chapter = ?2 AND seq = ?3",
    [SQL_AUDIT_QUICK_CHECK] = "PRAGMA quick_check(1)",
    [SQL_COVER_PUT] = "REPLACE INTO cover VALUES (?1, ?2, ?3)",
    [SQL_COVER_GET] = "SELECT name, bytes FROM cover WHERE job = ?1",
    [SQL_JOB_CHANGED] = "SELECT max(created_ms, coalesce((SELECT max(time_ms) FROM event WHERE job = ?1"
                        " AND type IN ('chunk', 'redo', 'sync')), 0), coalesce((SELECT max(replaced_ms)"
                        " FROM chunk_old WHERE job = ?1), 0)) FROM job WHERE id = ?1",
    [SQL_FILE_DROP] = "DELETE FROM file WHERE job = ?1 AND path = ?2",

    [SQL_REMOVE_ATTEMPT_TEXT] =
        "DELETE FROM attempt_text WHERE id IN (SELECT x.id FROM task t JOIN attempt a ON a.task = t.id"
        " CROSS JOIN attempt_text x ON x.id BETWEEN a.id << 20 AND (a.id << 20) + 1048575 WHERE t.job = ?1)",
    [SQL_REMOVE_ATTEMPT_SENT] = "DELETE FROM attempt_sent WHERE attempt IN"
                                " (SELECT a.id FROM task t JOIN attempt a ON a.task = t.id WHERE t.job = ?1)",
    [SQL_REMOVE_ATTEMPT] = "DELETE FROM attempt WHERE task IN (SELECT id FROM task WHERE job = ?1)",
    [SQL_REMOVE_TASK] = "DELETE FROM task WHERE job = ?1",
    [SQL_REMOVE_TURN] = "DELETE FROM turn WHERE job = ?1",
    [SQL_REMOVE_CHUNK_TEXT] = "DELETE FROM chunk_text WHERE chunk IN (SELECT id FROM chunk WHERE job = ?1)",
    [SQL_REMOVE_CHUNK] = "DELETE FROM chunk WHERE job = ?1",
    [SQL_REMOVE_CHUNK_OLD] = "DELETE FROM chunk_old WHERE job = ?1",
    [SQL_REMOVE_CHAPTER] = "DELETE FROM chapter WHERE job = ?1",
    [SQL_REMOVE_ACT] = "DELETE FROM act WHERE job = ?1",
    [SQL_REMOVE_COVER] = "DELETE FROM cover WHERE job = ?1",
    [SQL_REMOVE_BIBLE] = "DELETE FROM bible WHERE job = ?1",
    [SQL_REMOVE_OUTLINE_SHOWN] = "DELETE FROM outline_shown WHERE job = ?1",
    [SQL_REMOVE_DIRECTION] = "DELETE FROM direction WHERE job = ?1",
    [SQL_REMOVE_EVENT] = "DELETE FROM event WHERE job = ?1",
    [SQL_REMOVE_FILE] = "DELETE FROM file WHERE job = ?1",
    [SQL_REMOVE_JOB_SPEC] = "DELETE FROM job_spec WHERE job = ?1",
    [SQL_REMOVE_JOB] = "DELETE FROM job WHERE id = ?1",
    [SQL_REMOVE_TEMPLATES] = "DELETE FROM template_set WHERE hash NOT IN (SELECT templates FROM job)",
    [SQL_PROFILE_PUT] = "REPLACE INTO backend_profile VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    [SQL_PROFILE_GET] =
        "SELECT dialect, n_ctx_tokens, n_ctx_against, n_ctx_sent, prefill_per_s, decode_per_s, proved,"
        " proving_ms"
        " FROM backend_profile WHERE server = ?1 AND model = ?2",
    [SQL_PROVING_GET] = "SELECT coalesce(max(proving_ms), 0) FROM backend_profile WHERE server = ?1",
    [SQL_PROVING_CLEAR] = "UPDATE backend_profile SET proving_ms = 0 WHERE server = ?1",
    [SQL_MODEL_NOTE] = "INSERT INTO model_ratio VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET"
                       " asked = asked + excluded.asked, came = came + excluded.came",
    [SQL_MODEL_GET] = "SELECT asked, came FROM model_ratio WHERE model = ?1",

    // Books that come from elsewhere (transfer_in.c).
    [SQL_JOB_BY_UUID] = "SELECT id FROM job WHERE uuid = ?1",
    // What keys and foreign keys cannot say, and the engine counts on.
    [SQL_MOVED_FAULT] =
        "SELECT 'its chapters are not numbered from 1 on' FROM job WHERE id = ?1"
        " AND (SELECT count(*) <> coalesce(max(number), 0) FROM chapter WHERE job = ?1)"
        " UNION ALL SELECT 'it has more chapters than it is to have' FROM job WHERE id = ?1"
        " AND chapters_total < (SELECT count(*) FROM chapter WHERE job = ?1)"
        " UNION ALL SELECT 'its acts are not numbered from 1 on' FROM job WHERE id = ?1"
        " AND (SELECT count(*) <> coalesce(max(number), 0) FROM act WHERE job = ?1)"
        " UNION ALL SELECT 'an act ends before it begins' FROM act WHERE job = ?1 AND last < first"
        " UNION ALL SELECT 'its acts do not follow one another' FROM act a WHERE job = ?1 AND first <> 1 + coalesce("
        "(SELECT last FROM act p WHERE p.job = ?1 AND p.number = a.number - 1), 0)"
        " UNION ALL SELECT 'its acts go on behind its last chapter' FROM job WHERE id = ?1"
        " AND chapters_total < (SELECT max(last) FROM act WHERE job = ?1)"
        " UNION ALL SELECT 'the parts of a chapter are not numbered from 1 on' FROM"
        " (SELECT count(*) AS n, max(seq) AS last FROM chunk WHERE job = ?1 GROUP BY chapter) WHERE n <> last"
        " UNION ALL SELECT 'a part stands in a chapter that is not planned' FROM chunk c JOIN chapter p"
        " ON p.job = c.job AND p.number = c.chapter WHERE c.job = ?1 AND p.cards IS NULL AND p.given = 0"
        " UNION ALL SELECT 'a task has more attempts than it has asked for' FROM task t WHERE job = ?1"
        " AND (since > requests OR requests < (SELECT max(number) FROM attempt WHERE task = t.id))"
        " UNION ALL SELECT 'a chapter has a number of cards and no cards' FROM chapter"
        " WHERE job = ?1 AND cards IS NULL AND cards_count > 0"
        " UNION ALL SELECT 'a part has no text' FROM chunk WHERE job = ?1"
        " AND NOT EXISTS (SELECT 1 FROM chunk_text t WHERE t.chunk = chunk.id)"
        " UNION ALL SELECT 'a part stands and is replaced as well' FROM chunk_old o JOIN chunk c ON c.id = o.id"
        " WHERE o.job = ?1"
        " UNION ALL SELECT 'a conversation holds a part of another book' FROM turn t JOIN chunk c ON c.id = t.chunk"
        " WHERE t.job = ?1 AND c.job <> ?1 LIMIT 1",
    // Nobody is writing it here.
    [SQL_MOVED_JOB] = "UPDATE job SET words_done = (SELECT coalesce(sum(words), 0) FROM chunk WHERE job = ?1),"
                      " gaps = (SELECT coalesce(sum(gap), 0) FROM chunk WHERE job = ?1),"
                      " chapters_done = (SELECT count(recap) FROM chapter WHERE job = ?1),"
                      " reason = CASE WHEN state IN ('planning', 'writing', 'waiting') THEN '' ELSE reason END,"
                      " state = CASE WHEN state IN ('planning', 'writing', 'waiting') THEN 'queued' ELSE state END"
                      " WHERE id = ?1",
    // Another machine's server of the same address has another speed. What may still run is waited for all the same.
    [SQL_MOVED_ATTEMPTS] = "UPDATE attempt SET server = '' WHERE task IN (SELECT id FROM task WHERE job = ?1)"
                           " AND ended = 1 AND failure = 'none' AND finish <> 'stopped'",
    // The clock there may be ahead: what began in the time to come would be waited for whenever an engine begins.
    [SQL_MOVED_TIMES] = "UPDATE attempt SET started_ms = ?2 WHERE started_ms > ?2"
                        " AND task IN (SELECT id FROM task WHERE job = ?1)",
    [SQL_MOVED_TOUCHED] = "UPDATE job SET touched_ms = min(touched_ms, ?2) WHERE id = ?1",
    [SQL_MOVED_FALLBACK] = "UPDATE job SET fallback = ?2 WHERE id = ?1",
};
