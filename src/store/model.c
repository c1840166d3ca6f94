// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// How far models go against the words they are asked for, over all books.
#include "store/handle.h"

enum { MODEL_WORDS_KNOWN = 2000 }; // asked of a model before its ratio means anything

bool store_model_note(struct store *s, const char *model, int words_asked, int words, struct err *e)
{
    return store_write(s, "model", 0, e, SQL_MODEL_NOTE, "sll", model, (int64_t)words_asked, (int64_t)words);
}

bool store_model_ratio(struct store *s, const char *model, double *ratio, struct err *e)
{
    int64_t asked = 0, came = 0;
    bool ok = db_get(s->db, SQL_MODEL_GET, e, "s:ll", model, &asked, &came) != DB_FAILED;

    *ratio = asked >= MODEL_WORDS_KNOWN ? (double)came / (double)asked : 1;
    return ok;
}
