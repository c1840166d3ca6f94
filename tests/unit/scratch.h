// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A directory of its own for a test, gone afterwards: scratch_setup and scratch_teardown are cmocka fixtures, and
// the process works in the directory between them, so that tests may use plain names.
#ifndef TEST_SCRATCH_H
#define TEST_SCRATCH_H

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static inline bool scratch_wipe(void *arg, const char *name)
{
    char *path = mem_printf("%s/%s", (const char *)arg, name);
    struct err e = ERR_INIT;

    if (remove(path) != 0) { // a directory that is not empty
        (void)file_list(path, scratch_wipe, path, &e);
        (void)rmdir(path);
    }
    free(path);
    return true;
}

static inline int scratch_setup(void **state)
{
    const char *tmp = getenv("TMPDIR");
    char *dir = mem_printf("%s/novelgen-unit.XXXXXX", tmp != NULL ? tmp : "/tmp");

    *state = dir;
    return mkdtemp(dir) != NULL && chdir(dir) == 0 ? 0 : -1;
}

static inline int scratch_teardown(void **state)
{
    struct err e = ERR_INIT;

    (void)file_list(*state, scratch_wipe, *state, &e);
    int rc = chdir("/") == 0 && rmdir(*state) == 0 ? 0 : -1;
    free(*state);
    return rc;
}

static inline bool scratch_count(void *arg, const char *name)
{
    (void)name;
    (*(size_t *)arg)++;
    return true;
}

static inline size_t scratch_entries(const char *dir)
{
    struct err e = ERR_INIT;
    size_t n = 0;

    return file_list(dir, scratch_count, &n, &e) ? n : (size_t)-1;
}

// True when the file is there and holds exactly `text`.
static inline bool scratch_holds(const char *path, const char *text)
{
    struct buf b;
    struct err e = ERR_INIT;

    buf_init(&b, BUF_MAX_PIECE);
    bool same = file_read(path, &b, &e) == FILE_READ_OK && b.len == strlen(text) && memcmp(b.data, text, b.len) == 0;
    buf_release(&b);
    return same;
}

#endif
