// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Allocation that ends the process when it fails: see include/base/mem.h.
#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void mem_fail(void) __attribute__((noreturn));

// Nothing here may allocate, so the line goes out by write(2).
static void mem_fail(void)
{
    static const char line[] = "novelgen: out of memory\n";

    if (write(STDERR_FILENO, line, sizeof line - 1) < 0) abort();
    abort();
}

void *mem_alloc(size_t size)
{
    void *p = malloc(size != 0 ? size : 1);

    if (p == NULL) mem_fail();
    return p;
}

void *mem_calloc(size_t count, size_t size)
{
    void *p = (count != 0 && size != 0) ? calloc(count, size) : calloc(1, 1);

    if (p == NULL) mem_fail();
    return p;
}

void *mem_realloc_array(void *p, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size) mem_fail();
    size_t bytes = count * size;
    void *grown = realloc(p, bytes != 0 ? bytes : 1);
    if (grown == NULL) mem_fail();
    return grown;
}

char *mem_strndup(const char *s, size_t len)
{
    size_t kept = strnlen(s, len);
    char *copy = mem_alloc(kept + 1);

    memcpy(copy, s, kept);
    copy[kept] = '\0';
    return copy;
}

char *mem_dup(const void *bytes, size_t len)
{
    char *copy = mem_alloc(len + 1);

    if (len > 0) memcpy(copy, bytes, len);
    copy[len] = '\0';
    return copy;
}

char *mem_strdup(const char *s)
{
    return mem_strndup(s, strlen(s));
}

char *mem_strdup_opt(const char *s)
{
    return s != NULL ? mem_strdup(s) : NULL;
}

char *mem_printf(const char *fmt, ...)
{
    va_list ap, again;

    va_start(ap, fmt);
    va_copy(again, ap);
    int len = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (len < 0) mem_fail();
    char *text = mem_alloc((size_t)len + 1);
    int written = vsnprintf(text, (size_t)len + 1, fmt, again);
    va_end(again);
    if (written != len) mem_fail();
    return text;
}

void mem_grow(void *items_ptr, size_t *cap, size_t need, size_t size)
{
    void *items;

    if (need <= *cap) return;
    size_t grown = *cap < 8 ? 8 : *cap;
    while (grown < need) grown = grown > SIZE_MAX / 2 ? need : grown * 2;
    // The caller's pointer is of another type than void *: only its bytes may be touched.
    memcpy(&items, items_ptr, sizeof items);
    items = mem_realloc_array(items, grown, size);
    memcpy(items_ptr, &items, sizeof items);
    *cap = grown;
}

const void *mem_rchr(const void *bytes, int c, size_t len)
{
    const unsigned char *at = bytes;
    while (len > 0)
        if (at[--len] == (unsigned char)c) return at + len;
    return NULL;
}
