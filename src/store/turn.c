// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The turns of a conversation, in the order in which they were added: the exact bytes that were sent or kept.
#include "store/handle.h"

bool store_turn_add(struct store *s, int64_t job, int conversation, enum turn_role role, const char *text, size_t len,
                    struct err *e)
{
    return store_write(s, "job", job, e, SQL_TURN_ADD, "liiti", job, conversation, (int)role, text, len, 0);
}

bool store_turn_add_fresh(struct store *s, int64_t job, int conversation, const char *text, size_t len, struct err *e)
{
    return store_write(s, "job", job, e, SQL_TURN_ADD, "liiti", job, conversation, (int)TURN_USER, text, len, 1);
}

bool store_turn_add_chunk(struct store *s, int64_t job, int conversation, int seq, struct err *e)
{
    return store_write(s, "chunk", seq, e, SQL_TURN_ADD_CHUNK, "lii", job, conversation, seq);
}

struct turn_reader {
    bool (*each)(void *arg, enum turn_role role, const char *text, size_t len);
    void *arg;
};

static bool turn_on_row(void *arg, const struct db_row *row)
{
    struct turn_reader *r = arg;
    const char *text;
    size_t len;
    int role;

    db_read(row, "it", &role, &text, &len);
    return r->each(r->arg, role == 0 ? TURN_USER : TURN_ASSISTANT, text, len);
}

bool store_turns_each(struct store *s, int64_t job, int conversation,
                      bool (*each)(void *arg, enum turn_role role, const char *text, size_t len), void *arg,
                      struct err *e)
{
    struct turn_reader r = {.each = each, .arg = arg};

    return store_listed(db_each(s->db, SQL_TURN_EACH, turn_on_row, &r, e, "li", job, conversation));
}

bool store_turns_before(struct store *s, int64_t job, int conversation, int seq,
                        bool (*each)(void *arg, enum turn_role role, const char *text, size_t len), void *arg,
                        struct err *e)
{
    struct turn_reader r = {.each = each, .arg = arg};

    return store_listed(db_each(s->db, SQL_TURN_EACH_BEFORE, turn_on_row, &r, e, "lii", job, conversation, seq));
}

struct turn_lister {
    bool (*each)(void *arg, enum turn_role role, int seq, bool fresh, const char *text, size_t len);
    void *arg;
};

static bool turn_on_each(void *arg, const struct db_row *row)
{
    struct turn_lister *l = arg;
    const char *text;
    size_t len;
    int role, seq;
    bool fresh;

    db_read(row, "iibt", &role, &seq, &fresh, &text, &len);
    return l->each(l->arg, role == 0 ? TURN_USER : TURN_ASSISTANT, seq, fresh, text, len);
}

bool store_turns_all(struct store *s, int64_t job, int conversation,
                     bool (*each)(void *arg, enum turn_role role, int seq, bool fresh, const char *text, size_t len),
                     void *arg, struct err *e)
{
    struct turn_lister l = {.each = each, .arg = arg};

    return store_listed(db_each(s->db, SQL_TURN_ALL, turn_on_each, &l, e, "li", job, conversation));
}
