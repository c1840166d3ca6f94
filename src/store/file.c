// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What was published: a file of the book's folder that no longer has this hash was changed by its owner.
#include "store/handle.h"

bool store_file_put(struct store *s, int64_t job, const char *path, uint64_t hash, uint64_t len, struct err *e)
{
    return store_write(s, "job", job, e, SQL_FILE_PUT, "lsll", job, path, store_signed(hash), store_signed(len));
}

enum store_found store_file_get(struct store *s, int64_t job, const char *path, uint64_t *hash, uint64_t *len,
                                struct err *e)
{
    int64_t stored_hash = 0, stored_len = 0;
    enum db_result r = db_get(s->db, SQL_FILE_GET, e, "ls:ll", job, path, &stored_hash, &stored_len);

    *hash = (uint64_t)stored_hash;
    *len = (uint64_t)stored_len;
    return store_found_of(r);
}

bool store_file_drop(struct store *s, int64_t job, const char *path, struct err *e)
{
    return store_write(s, "file", job, e, SQL_FILE_DROP, "ls", job, path);
}

struct file_reader {
    bool (*each)(void *arg, const struct file_row *f);
    void *arg;
};

static bool file_on_row(void *arg, const struct db_row *row)
{
    struct file_reader *r = arg;
    struct file_row f;
    int64_t hash, len;

    db_read(row, "sll", &f.path, &hash, &len);
    f.hash = (uint64_t)hash;
    f.len = (uint64_t)len;
    return r->each(r->arg, &f);
}

bool store_files_each(struct store *s, int64_t job, bool (*each)(void *arg, const struct file_row *f), void *arg,
                      struct err *e)
{
    struct file_reader r = {.each = each, .arg = arg};

    return store_listed(db_each(s->db, SQL_FILE_EACH, file_on_row, &r, e, "l", job));
}
