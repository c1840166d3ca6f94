// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The honest prose of tests/data/prose, for tests that put something in front of it or behind it.
#ifndef TEST_PROSE_H
#define TEST_PROSE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"

#include <stdlib.h>

static const char *const prose_tags[] = {"en", "pl", "de", "fr", "es", "ja", "zh", "ar"};

// Without the newline at its end; buf_release it.
static inline void prose_load(struct buf *out, const char *tag)
{
    struct err e = ERR_INIT;
    char *path = mem_printf("tests/data/prose/%s.txt", tag);
    buf_init(out, BUF_MAX_PIECE);
    if (file_read(path, out, &e) != FILE_READ_OK) fail_msg("%s: %s", path, e.text);
    while (out->len > 0 && out->data[out->len - 1] == '\n') buf_cut(out, out->len - 1);
    free(path);
}

#endif
