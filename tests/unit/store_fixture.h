// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A home in a temporary folder, a job in its store, and sums straight from SQLite: for test_store*.c.
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/file.h"
#include "base/mem.h"
#include "store/store.h"

#include <cmocka.h>
#include <sqlite3.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char fixture_home[256], fixture_db[300];

__attribute__((unused)) static int fixture_set_up(void **state)
{
    const char *tmp = getenv("TMPDIR");

    (void)state;
    (void)snprintf(fixture_home, sizeof fixture_home, "%s/novelgen-store.XXXXXX", tmp != NULL ? tmp : "/tmp");
    if (mkdtemp(fixture_home) == NULL) return -1;
    (void)snprintf(fixture_db, sizeof fixture_db, "%s/novelgen.db", fixture_home);
    return 0;
}

static bool fixture_remove(void *arg, const char *name)
{
    char path[600];

    (void)arg;
    (void)snprintf(path, sizeof path, "%s/%s", fixture_home, name);
    return unlink(path) == 0;
}

__attribute__((unused)) static int fixture_tear_down(void **state)
{
    struct err e = ERR_INIT;

    (void)state;
    return file_list(fixture_home, fixture_remove, NULL, &e) && rmdir(fixture_home) == 0 ? 0 : -1;
}

#define assert_ok(call)                                                                                              \
    do {                                                                                                             \
        if (!(call)) fail_msg("%s: %s", #call, e.text);                                                              \
    } while (0)

__attribute__((unused)) static struct store *fixture_open(enum store_mode mode)
{
    struct err e = ERR_INIT;
    struct store *s;

    if (store_open(&s, fixture_home, mode, &e) != STORE_OPENED) fail_msg("%s", e.text);
    return s;
}

__attribute__((unused)) static int64_t fixture_job(struct store *s, const char *slug)
{
    struct err e = ERR_INIT;
    char uuid[64];
    struct job j = {.slug = mem_strdup(slug),
                    .title = mem_strdup(""),
                    .spec = mem_strdup("{\"words\":900}"),
                    .backend = mem_strdup("auto"),
                    .templates_dir = mem_strdup("/own/templates"),
                    .out_parent = mem_strdup("/tmp"),
                    .words_target = 900,
                    .chapters_total = 3,
                    .seed = 7};
    static int number;

    (void)snprintf(uuid, sizeof uuid, "uuid-%d", number++);
    j.uuid = mem_strdup(uuid);
    assert_ok(store_job_insert(s, &j, &e));
    int64_t id = j.id;
    job_release(&j);
    return id;
}

__attribute__((unused)) static void fixture_chapter(struct store *s, int64_t job, int number)
{
    struct err e = ERR_INIT;
    struct chapter_row c = {
        .number = number, .title = "A Door", .pov = "Mara", .event = "finds it", .ends_on = "a key", .weight = 1.5};

    assert_ok(store_chapter_add(s, job, &c, &e));
}

__attribute__((unused)) static void fixture_chunk(struct store *s, int64_t job, int chapter, int seq,
                                                  const char *text)
{
    struct err e = ERR_INIT;
    struct chunk_row c = {.chapter = chapter,
                          .seq = seq,
                          .text = text,
                          .len = strlen(text),
                          .glue = "\n\n",
                          .words_asked = 10,
                          .words = 4,
                          .tokens = 6};

    assert_ok(store_chunk_add(s, job, &c, &e));
}

// What SQLite itself says, past the store.
__attribute__((unused)) static int64_t fixture_number(const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *st;

    assert_int_equal(sqlite3_open_v2(fixture_db, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK) fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(st, 0);
    (void)sqlite3_finalize(st);
    (void)sqlite3_close(db);
    return n;
}

__attribute__((unused)) static void fixture_script(const char *sql)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open_v2(fixture_db, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL), SQLITE_OK);
    char *why = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK) fail_msg("%s: %s", sql, why);
    (void)sqlite3_close(db);
}

#endif
