// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Which URLs may name a backend, and which server one names: declared in include/model/config.h. The grammar is a part
// of RFC 3986:
//
//     ("http" | "https") "://" (name | IPv4 | "[" IPv6 "]") [":" port] ["/" path]
//
// The messages never repeat the URL: what stands in the wrong place may be a password.
#include "model/config.h"

#include "base/mem.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DIGITS  "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

enum { URL_MAX_BYTES = 1000, HOST_MAX_BYTES = 256, PORT_MAX = 65535 };

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

// ---- one name for one server -------------------------------------------------------------------------------------

static bool is_local(const char *host)
{
    static const char *const local[] = {"localhost", "0.0.0.0",           "[::1]",
                                        "[::]",      "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]"};
    for (size_t i = 0; i < ARRAY_LEN(local); i++)
        if (strcmp(host, local[i]) == 0) return true;
    return false;
}

static void small_letters(char *text)
{
    for (char *c = text; *c; c++) *c = (char)tolower((unsigned char)*c);
}

// A last dot says that the name is whole ("localhost."), which every name here is.
static void drop_last_dot(char *host)
{
    size_t len = strlen(host);
    if (len > 1 && host[len - 1] == '.') host[len - 1] = '\0';
}

void url_address(const char *url, char *out, size_t size)
{
    const char *at = after_scheme(url), *host = at ? at : url, *end = after_host(host);
    bool tls = strncasecmp(url, "https:", 6) == 0;
    char name[HOST_MAX_BYTES];
    if (!end) end = host + strcspn(host, ":/");
    (void)snprintf(name, sizeof name, "%.*s", (int)(end - host), host);
    small_letters(name);
    drop_last_dot(name);
    long port = *end == ':' && after_port(end) ? strtol(end + 1, NULL, 10) : 0;
    if (port <= 0) port = tls ? 443 : 80;
    (void)snprintf(out, size, "%s:%ld", is_local(name) ? "127.0.0.1" : name, port);
}
