// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Looking back at attempts: the list without texts, one with what was sent and what came, and why a task was refused.
#include "store/handle.h"

#include <inttypes.h>
#include <string.h>

struct attempt_lister {
    bool (*each)(void *arg, const struct attempt_row *a);
    void *arg;
};

static bool attempt_on_each(void *arg, const struct db_row *row)
{
    struct attempt_lister *l = arg;
    struct attempt_row a;

    db_read(row, "llssssssiiiiilllllbllliiisllb", &a.id, &a.started_ms, &a.kind, &a.failure, &a.verdict, &a.finish,
            &a.backend, &a.model, &a.chapter, &a.seq, &a.number, &a.words_asked, &a.http_status, &a.prompt_tokens,
            &a.cached_tokens, &a.output_tokens, &a.first_token_ms, &a.total_ms, &a.ended, &a.prompt_bytes,
            &a.common_bytes, &a.seed, &a.max_tokens, &a.conversation, &a.left_out, &a.message, &a.job,
            &a.reasoning_bytes, &a.replaced);
    return l->each(l->arg, &a);
}

bool store_attempts_each(struct store *s, int64_t job, bool (*each)(void *arg, const struct attempt_row *a),
                         void *arg, struct err *e)
{
    struct attempt_lister l = {.each = each, .arg = arg};

    return store_listed(db_each(s->db, SQL_ATTEMPT_EACH, attempt_on_each, &l, e, "l", job));
}

bool store_attempts_since(struct store *s, int64_t job, int64_t since_ms,
                          bool (*each)(void *arg, const struct attempt_row *a), void *arg, struct err *e)
{
    struct attempt_lister l = {.each = each, .arg = arg};

    if (job == 0) return store_listed(db_each(s->db, SQL_ATTEMPT_SINCE, attempt_on_each, &l, e, "l", since_ms));
    return store_listed(db_each(s->db, SQL_ATTEMPT_SINCE_OF_JOB, attempt_on_each, &l, e, "ll", since_ms, job));
}

struct attempt_speeds {
    void (*each)(void *arg, double tokens_per_s);
    void *arg;
};

static bool attempt_on_speed(void *arg, const struct db_row *row)
{
    const struct attempt_speeds *speeds = arg;
    double tokens_per_s;

    db_read(row, "d", &tokens_per_s);
    speeds->each(speeds->arg, tokens_per_s);
    return true;
}

bool store_attempt_speeds(struct store *s, const char *server, const char *model, int most,
                          void (*each)(void *arg, double tokens_per_s), void *arg, struct err *e)
{
    struct attempt_speeds speeds = {.each = each, .arg = arg};

    return store_listed(db_each(s->db, SQL_ATTEMPT_SPEEDS, attempt_on_speed, &speeds, e, "ssi", server, model, most));
}

static bool attempt_look_rows(struct store *s, int64_t id, struct buf *sent, struct buf *carried, struct buf *text,
                              struct err *e)
{
    if (db_get(s->db, SQL_ATTEMPT_SENT_GET, e, "l:B", id, sent) == DB_FAILED) return false;
    if (sent->full) return err_set(e, ERR_CEILING, "what attempt %" PRId64 " sent is too long", id);
    return store_attempt_text(s, id, carried, text, e);
}

bool store_attempt_look(struct store *s, int64_t id, struct buf *sent, struct buf *carried, struct buf *text,
                        struct err *e)
{
    struct store_scope scope;

    if (!store_enter(s, &scope, false, e)) return false;
    bool ok = attempt_look_rows(s, id, sent, carried, text, e);
    return store_leave(s, &scope, ok, e);
}

struct attempt_rules {
    const char *const *rules;
    int count;
};

static bool attempt_on_verdict(void *arg, const struct db_row *row)
{
    struct attempt_rules *r = arg;
    const char *verdict;

    db_read(row, "s", &verdict);
    for (const char *const *rule = r->rules; *rule != NULL; rule++) {
        if (strcmp(verdict, *rule) != 0) continue;
        r->count++;
        break;
    }
    return true;
}

bool store_attempts_refused(struct store *s, const struct task_key *task, const char *const *rules, int *count,
                            struct err *e)
{
    struct attempt_rules r = {.rules = rules};
    enum db_result found = db_each(s->db, SQL_ATTEMPT_VERDICTS, attempt_on_verdict, &r, e, "lsii", task->job,
                                   task->kind, task->chapter, task->seq);

    *count = r.count;
    return store_listed(found);
}
