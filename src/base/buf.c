// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A byte string with a ceiling: see include/base/buf.h.
#include "base/buf.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUF_FIRST_CAP = 64 }; // most buffers hold a name or a line

void buf_init(struct buf *b, size_t max)
{
    size_t cap = max < BUF_FIRST_CAP ? max + 1 : BUF_FIRST_CAP;

    *b = (struct buf){.data = mem_alloc(cap), .cap = cap, .max = max};
    b->data[0] = '\0';
}

void buf_release(struct buf *b)
{
    free(b->data);
    *b = (struct buf){0};
}

void buf_clear(struct buf *b)
{
    buf_cut(b, 0);
    b->full = false;
}

// Makes room for `more` bytes and the NUL.
static bool buf_reserve(struct buf *b, size_t more)
{
    if (more > b->max - b->len) {
        b->full = true;
        return false;
    }
    size_t need = b->len + more + 1;
    if (need <= b->cap) return true;
    size_t cap = b->cap;
    while (cap < need) cap = cap > b->max / 2 ? b->max + 1 : cap * 2;
    b->data = mem_realloc_array(b->data, cap, 1);
    b->cap = cap;
    return true;
}

bool buf_add(struct buf *b, const void *data, size_t len)
{
    if (!buf_reserve(b, len)) return false;
    if (len != 0) memcpy(b->data + b->len, data, len);
    b->len += len;
    b->data[b->len] = '\0';
    return true;
}

bool buf_adds(struct buf *b, const char *s)
{
    return buf_add(b, s, strlen(s));
}

bool buf_addc(struct buf *b, char c)
{
    return buf_add(b, &c, 1);
}

bool buf_addf(struct buf *b, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    bool ok = buf_vaddf(b, fmt, ap);
    va_end(ap);
    return ok;
}

bool buf_vaddf(struct buf *b, const char *fmt, va_list ap)
{
    bool ok = false;
    va_list again;

    va_copy(again, ap);
    int len = vsnprintf(NULL, 0, fmt, ap);
    if (len < 0) {
        b->full = true; // longer than INT_MAX: past every ceiling
        goto out;
    }
    if (!buf_reserve(b, (size_t)len)) goto out;
    if (vsnprintf(b->data + b->len, (size_t)len + 1, fmt, again) != len) {
        b->data[b->len] = '\0';
        b->full = true;
        goto out;
    }
    b->len += (size_t)len;
    ok = true;
out:
    va_end(again);
    return ok;
}

void buf_cut(struct buf *b, size_t len)
{
    if (len > b->len) return;
    b->len = len;
    b->data[len] = '\0';
}

void buf_drop_front(struct buf *b, size_t len)
{
    if (len > b->len) len = b->len;
    memmove(b->data, b->data + len, b->len - len + 1); // with the NUL
    b->len -= len;
}
