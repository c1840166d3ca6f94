// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Allocation that does not fail: out of memory ends the process with one line, because recovery from a crash is
// needed anyway and is tested. Release with free().
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t size) __attribute__((malloc, alloc_size(1), returns_nonnull));
void *mem_calloc(size_t count, size_t size) __attribute__((malloc, alloc_size(1, 2), returns_nonnull));
void *mem_realloc_array(void *p, size_t count, size_t size) __attribute__((alloc_size(2, 3), returns_nonnull));
char *mem_strdup(const char *s) __attribute__((malloc, returns_nonnull));
char *mem_strndup(const char *s, size_t len) __attribute__((malloc, returns_nonnull));
// All of the bytes, a NUL among them too, and a NUL behind them: where the length goes on being used, mem_strndup, which
// ends at the first NUL, would leave it too long.
char *mem_dup(const void *bytes, size_t len) __attribute__((malloc, returns_nonnull));
// mem_strdup, but NULL stays NULL.
char *mem_strdup_opt(const char *s);
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2), returns_nonnull));

// Grows `*items` (of `size` bytes each) so that it holds at least `need`; `*cap` counts items.
void mem_grow(void *items_ptr, size_t *cap, size_t need, size_t size);

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

// The last `c` of the bytes, or NULL (memrchr is not everywhere).
const void *mem_rchr(const void *bytes, int c, size_t len);

#endif
