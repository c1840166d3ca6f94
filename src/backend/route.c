// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Routes of a backend. People copy the base URL with and without "/v1" from each other's notes; both mean the same.
#include "route.h"

#include "base/mem.h"

#include <string.h>

static size_t route_without_slashes(const char *base, size_t len)
{
    while (len > 0 && base[len - 1] == '/') len--;
    return len;
}

char *route_url(const char *base, const char *path)
{
    size_t len = route_without_slashes(base, strlen(base));
    if (len >= 3 && memcmp(base + len - 3, "/v1", 3) == 0) len = route_without_slashes(base, len - 3);
    return mem_printf("%.*s%s", (int)len, base, path);
}
