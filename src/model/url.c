// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Which URLs may name a backend: declared in include/model/config.h. The grammar is a part of RFC 3986:
//
//     ("http" | "https") "://" (name | IPv4 | "[" IPv6 "]") [":" port] ["/" path]
//
// The messages never repeat the URL: what stands in the wrong place may be a password.
#include "model/config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define DIGITS  "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

enum { URL_MAX_BYTES = 1000, PORT_MAX = 65535 };

static const char *after_scheme(const char *url)
{
    if (strncasecmp(url, "http://", 7) == 0) return url + 7;
    if (strncasecmp(url, "https://", 8) == 0) return url + 8;
    return NULL;
}

// Behind the host, or NULL if there is none.
static const char *after_host(const char *host)
{
    if (*host == '[') {
        size_t len = strspn(host + 1, DIGITS "abcdefABCDEF:.");
        return len > 0 && host[1 + len] == ']' ? host + len + 2 : NULL;
    }
    size_t len = strspn(host, LETTERS DIGITS "-._");
    return len > 0 ? host + len : NULL;
}

// Behind the port if there is one, or NULL if it is none.
static const char *after_port(const char *s)
{
    if (*s != ':') return s;
    size_t len = strspn(s + 1, DIGITS);
    long port = len >= 1 && len <= 5 ? strtol(s + 1, NULL, 10) : 0;
    return port >= 1 && port <= PORT_MAX ? s + 1 + len : NULL;
}

static bool refuse(struct err *e, const char *found)
{
    return err_set(e, ERR_USAGE, "found a URL %s, expected http://HOST[:PORT][/PATH]", found);
}

static bool check_bytes(const char *url, struct err *e)
{
    if (strlen(url) > URL_MAX_BYTES) return refuse(e, "of more than 1000 bytes");
    for (const char *c = url; *c; c++)
        if (*c <= ' ' || *c > '~' || strchr("\\\"<>^`{|}", *c))
            return refuse(e, "with a character that needs %-encoding");
    return true;
}

bool url_check(const char *url, struct err *e)
{
    const char *at = after_scheme(url);
    if (!at) return refuse(e, "without http:// or https://");
    if (!check_bytes(url, e)) return false;
    if (memchr(at, '@', strcspn(at, "/?#"))) return refuse(e, "with a user name or password");
    if (strchr(at, '?')) return refuse(e, "with a query");
    if (strchr(at, '#')) return refuse(e, "with a fragment");
    at = after_host(at);
    if (!at) return refuse(e, "without a host");
    at = after_port(at);
    if (!at) return refuse(e, "with a port that is none");
    if (*at && *at != '/') return refuse(e, "with a broken host");
    return true;
}
