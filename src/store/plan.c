// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The plan of a book: the bible, the acts, the chapters, and what is added later (cards, recaps, summaries).
#include "store/handle.h"

#include "base/buf.h"

#include <inttypes.h>
#include <string.h>

static const char *plan_text(const char *s)
{
    return s != NULL ? s : "";
}

bool store_bible_set(struct store *s, int64_t job, const char *text, const char *title, struct err *e)
{
    struct store_scope scope;

    if (!store_enter(s, &scope, true, e)) return false;
    // The spec's own title stays.
    bool ok = db_run(s->db, SQL_BIBLE_SET, e, "ls", job, text) &&
              (title == NULL || db_run(s->db, SQL_JOB_SET_TITLE, e, "ls", job, title));
    return store_leave(s, &scope, ok, e);
}

bool store_bible_get(struct store *s, int64_t job, struct buf *out, struct err *e)
{
    if (db_get(s->db, SQL_BIBLE_GET, e, "l:B", job, out) == DB_FAILED) return false;
    return !out->full || err_set(e, ERR_CEILING, "the bible of job %" PRId64 " is too long", job);
}

// ---- chapters

static int plan_count_lines(const char *text)
{
    int lines = 0;

    for (const char *p = text; *p != '\0'; p += strcspn(p, "\n")) {
        p += strspn(p, "\n");
        lines += *p != '\0';
    }
    return lines;
}

static bool chapter_add_rows(struct store *s, int64_t job, const struct chapter_row *c, struct err *e)
{
    return db_run(s->db, SQL_CHAPTER_ADD, e, "lisssssssdb", job, c->number, c->title, c->pov, c->event, c->ends_on,
                  plan_text(c->purpose), plan_text(c->opens), plan_text(c->closes), c->weight, c->given) &&
           (c->cards == NULL || store_cards_set(s, job, c->number, c->cards, plan_count_lines(c->cards), e)) &&
           (c->recap == NULL || store_recap_set(s, job, c->number, c->recap, e));
}

bool store_chapter_add(struct store *s, int64_t job, const struct chapter_row *c, struct err *e)
{
    struct store_scope scope;

    if (!store_enter(s, &scope, true, e)) return false;
    bool ok = chapter_add_rows(s, job, c, e);
    return store_leave(s, &scope, ok, e);
}

struct chapter_reader {
    bool (*each)(void *arg, const struct chapter_row *c);
    void *arg;
};

static bool chapter_on_row(void *arg, const struct db_row *row)
{
    struct chapter_reader *r = arg;
    struct chapter_row c;

    db_read(row, "isssssssssdb", &c.number, &c.title, &c.pov, &c.event, &c.ends_on, &c.purpose, &c.opens, &c.closes,
            &c.cards, &c.recap, &c.weight, &c.given);
    return r->each(r->arg, &c);
}

bool store_chapters_each(struct store *s, int64_t job, bool (*each)(void *arg, const struct chapter_row *c),
                         void *arg, struct err *e)
{
    struct chapter_reader r = {.each = each, .arg = arg};

    return store_listed(db_each(s->db, SQL_CHAPTER_EACH, chapter_on_row, &r, e, "l", job));
}

bool store_chapter_get(struct store *s, int64_t job, int number, bool (*each)(void *arg, const struct chapter_row *c),
                       void *arg, struct err *e)
{
    struct chapter_reader r = {.each = each, .arg = arg};

    switch (db_each(s->db, SQL_CHAPTER_GET, chapter_on_row, &r, e, "li", job, number)) {
    case DB_NONE:
        return err_set(e, ERR_DAMAGED, "job %" PRId64 " has no chapter %d", job, number);
    case DB_FOUND:
    case DB_STOPPED:
        return true;
    case DB_FAILED:
        break;
    }
    return false;
}

bool store_cards_set(struct store *s, int64_t job, int chapter, const char *cards, int count, struct err *e)
{
    return store_write(s, "chapter", chapter, e, SQL_CHAPTER_SET_CARDS, "lisi", job, chapter, cards, count);
}

bool store_recap_set(struct store *s, int64_t job, int chapter, const char *recap, struct err *e)
{
    struct store_scope scope;

    if (!store_enter(s, &scope, true, e)) return false;
    // The counter first: it looks whether there was a recap before.
    bool ok = db_run(s->db, SQL_JOB_ADD_CHAPTER_DONE, e, "li", job, chapter) &&
              db_run(s->db, SQL_CHAPTER_SET_RECAP, e, "lis", job, chapter, recap) &&
              store_touched(s, "chapter", chapter, e);
    return store_leave(s, &scope, ok, e);
}

bool store_chapter_set_given(struct store *s, int64_t job, int chapter, const char *title, struct err *e)
{
    return store_write(s, "chapter", chapter, e, SQL_CHAPTER_SET_GIVEN, "lis", job, chapter, title);
}

// ---- acts

bool store_act_add(struct store *s, int64_t job, const struct act_row *a, struct err *e)
{
    return store_write(s, "job", job, e, SQL_ACT_ADD, "liiissss", job, a->number, a->from, a->to, plan_text(a->start),
                       plan_text(a->turn), plan_text(a->open), a->summary);
}

struct act_reader {
    bool (*each)(void *arg, const struct act_row *a);
    void *arg;
};

static bool act_on_row(void *arg, const struct db_row *row)
{
    struct act_reader *r = arg;
    struct act_row a;

    db_read(row, "iiissss", &a.number, &a.from, &a.to, &a.start, &a.turn, &a.open, &a.summary);
    return r->each(r->arg, &a);
}

bool store_acts_each(struct store *s, int64_t job, bool (*each)(void *arg, const struct act_row *a), void *arg,
                     struct err *e)
{
    struct act_reader r = {.each = each, .arg = arg};

    return store_listed(db_each(s->db, SQL_ACT_EACH, act_on_row, &r, e, "l", job));
}

bool store_act_set_summary(struct store *s, int64_t job, int act, const char *summary, struct err *e)
{
    return store_write(s, "act", act, e, SQL_ACT_SET_SUMMARY, "lis", job, act, summary);
}

// ---- the whole

bool store_plan_shorten(struct store *s, int64_t job, int64_t words, int chapters, struct err *e)
{
    struct store_scope scope;

    if (!store_enter(s, &scope, true, e)) return false;
    // A chapter that has chunks cannot go: their foreign key refuses it.
    bool ok = db_run(s->db, SQL_CHAPTER_DROP_BEYOND, e, "li", job, chapters) &&
              db_run(s->db, SQL_ACT_DROP_BEYOND, e, "li", job, chapters) &&
              db_run(s->db, SQL_ACT_CUT, e, "li", job, chapters) &&
              db_run(s->db, SQL_JOB_SHORTEN, e, "lli", job, words, chapters) && store_touched(s, "job", job, e);
    return store_leave(s, &scope, ok, e);
}

bool store_job_extend(struct store *s, int64_t id, int64_t words, int chapters, struct err *e)
{
    struct store_scope scope;

    if (!store_enter(s, &scope, true, e)) return false;
    // The act first: its last chapter is the last of the book as it was.
    bool ok = db_run(s->db, SQL_ACT_ALL_OF_BOOK, e, "l", id) &&
              db_run(s->db, SQL_TASK_PLAN_AGAIN, e, "li", id, chapters) &&
              db_run(s->db, SQL_JOB_EXTEND, e, "lli", id, words, chapters) && store_touched(s, "job", id, e);
    return store_leave(s, &scope, ok, e);
}

bool store_finished_set(struct store *s, int64_t job, struct err *e)
{
    return store_write(s, "job", job, e, SQL_JOB_SET_FINISHED, "l", job);
}
