// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Redacting: see redact.h. One pass; at each place the first rule that fits takes its bytes.
#include "app/redact.h"

#include <ctype.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/mem.h"

enum { SECRET_LEAST = 4 };

#define GONE "…"

void redact_init(struct redact *r)
{
    const char *home = getenv("HOME"), *user = getenv("USER"); // NOLINT(concurrency-mt-unsafe): nobody calls setenv
    const struct passwd *entry = getpwuid(geteuid());          // NOLINT(concurrency-mt-unsafe): one thread

    *r = (struct redact){0};
    r->user = entry != NULL ? mem_strdup(entry->pw_name) : mem_strdup_opt(user);
    r->user_home = mem_strdup_opt(home != NULL && strlen(home) > 1 ? home : entry != NULL ? entry->pw_dir : NULL);
    if (user != NULL && (r->user == NULL || strcmp(user, r->user) != 0)) redact_secret(r, user);
}

void redact_release(struct redact *r)
{
    for (size_t i = 0; i < r->count; i++) free(r->secrets[i]);
    free(r->secrets);
    free(r->user);
    free(r->user_home);
    *r = (struct redact){0};
}

void redact_secret(struct redact *r, const char *text)
{
    if (text == NULL || strlen(text) < SECRET_LEAST) return;
    mem_grow(&r->secrets, &r->cap, r->count + 1, sizeof *r->secrets);
    r->secrets[r->count++] = mem_strdup(text);
}

void redact_folder(struct redact *r, const char *path)
{
    size_t n = r->user_home != NULL ? strlen(r->user_home) : 0;

    if (n > 0 && strncmp(path, r->user_home, n) == 0 && (path[n] == '/' || path[n] == '\0')) return;
    redact_secret(r, path);
}

// ---- hosts -------------------------------------------------------------------------------------------------------

static bool is_loopback(const char *host, size_t len)
{
    static const char *const names[] = {"localhost", "[::1]", "0.0.0.0"};

    if (len >= 4 && strncmp(host, "127.", 4) == 0) return true;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strlen(names[i]) == len && strncasecmp(host, names[i], len) == 0) return true;
    return false;
}

static size_t host_len(const char *s)
{
    if (*s == '[') return strcspn(s, "]") + (strchr(s, ']') != NULL);
    return strcspn(s, "/: \t\n\"'`,;)<>");
}

void redact_host(struct redact *r, const char *url)
{
    const char *host = url != NULL ? strstr(url, "://") : NULL;

    if (url == NULL) return;
    host = host != NULL ? host + 3 : url;
    size_t len = host_len(host);
    if (is_loopback(host, len)) return;
    char *name = mem_strndup(host, len);
    redact_secret(r, name);
    free(name);
}

// ---- one place of a text -----------------------------------------------------------------------------------------

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static size_t take_secret(struct buf *out, const struct redact *r, const char *s)
{
    size_t longest = 0;

    for (size_t i = 0; i < r->count; i++) {
        size_t n = strlen(r->secrets[i]);
        if (n > longest && strncasecmp(s, r->secrets[i], n) == 0) longest = n;
    }
    if (longest > 0) buf_adds(out, GONE);
    return longest;
}

static size_t take_home(struct buf *out, const struct redact *r, const char *s)
{
    size_t n = r->user_home != NULL ? strlen(r->user_home) : 0;

    if (n == 0 || strncmp(s, r->user_home, n) != 0 || is_word(s[n])) return 0;
    buf_addc(out, '~');
    return n;
}

static size_t take_user(struct buf *out, const struct redact *r, const char *text, const char *s)
{
    size_t n = r->user != NULL ? strlen(r->user) : 0;

    if (n < 2 || strncmp(s, r->user, n) != 0 || is_word(s[n]) || (s > text && is_word(s[-1]))) return 0;
    buf_adds(out, "USER");
    return n;
}

static size_t take_url(struct buf *out, const char *s)
{
    if (strncmp(s, "://", 3) != 0) return 0;
    size_t len = host_len(s + 3);
    const char *at = memchr(s + 3, '@', strcspn(s + 3, "/ \t\n\"'"));
    if (at != NULL) len = (size_t)(at - s) - 3 + 1 + host_len(at + 1);
    buf_adds(out, "://");
    if (at == NULL && is_loopback(s + 3, len))
        buf_add(out, s + 3, len);
    else
        buf_adds(out, "HOST");
    return 3 + len;
}

// An apostrophe in what is quoted does not close it.
static const char *find_close(const char *s, const char *mark)
{
    const char *close = strstr(s, mark);

    while (close != NULL && *mark == '\'' && is_word(close[1])) close = strstr(close + 1, mark);
    return close;
}

// A path outside the user's folder names people, projects and disks as well. What every system has is kept, and so are
// the routes of servers. In quotation marks it may hold blanks; else whoever knows of it has it as a secret.
static size_t take_path(struct buf *out, const char *text, const char *s)
{
    static const char *const common[] = {"/usr/",  "/etc/", "/opt/", "/bin/", "/lib",
                                         "/proc/", "/dev/", "/v1/",  "/api/"};
    char before = s > text ? s[-1] : ' ';

    if (*s != '/' || s[1] == '\0' || s[1] == '/' || isspace((unsigned char)s[1])) return 0;
    if (is_word(before) || (unsigned char)before >= 0x80 || strchr("./:~-]", before) != NULL) return 0;
    for (size_t i = 0; i < ARRAY_LEN(common); i++)
        if (strncmp(s, common[i], strlen(common[i])) == 0) return 0;
    const char *close = before == '\'' ? find_close(s, "'") : NULL;
    buf_adds(out, "/" GONE);
    return close != NULL ? (size_t)(close - s) : strcspn(s, " \t\n\"',;:)");
}

// "books/3-the-salt-engine", "chapters/01-the-door.md".
static size_t take_slug(struct buf *out, const char *s)
{
    static const char *const folders[] = {"books/", "chapters/"};

    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        size_t n = strlen(folders[i]);
        if (strncmp(s, folders[i], n) != 0) continue;
        size_t digits = strspn(s + n, "0123456789");
        if (digits == 0 || s[n + digits] != '-') continue;
        buf_add(out, s, n + digits + 1);
        buf_adds(out, GONE);
        return n + digits + strcspn(s + n + digits, "/ \t\n\"'");
    }
    return 0;
}

static size_t take_quote(struct buf *out, const char *text, const char *s)
{
    static const struct {
        const char *open, *close;
    } marks[] = {{"\"", "\""}, {"'", "'"}, {"“", "”"}, {"„", "“"}, {"«", "»"}, {"‘", "’"}};

    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        size_t n = strlen(marks[i].open);
        if (strncmp(s, marks[i].open, n) != 0) continue;
        if (*s == '\'' && s > text && is_word(s[-1])) continue; // an apostrophe
        const char *close = find_close(s + n, marks[i].close);
        size_t len = close != NULL ? (size_t)(close - s) + strlen(marks[i].close) : strlen(s);
        buf_addf(out, "%s" GONE "%s", marks[i].open, marks[i].close);
        return len;
    }
    return 0;
}

void redact_add(struct buf *out, const struct redact *r, const char *text, bool quotes)
{
    for (const char *s = text; *s != '\0';) {
        size_t n = take_secret(out, r, s);
        if (n == 0 && quotes) n = take_quote(out, text, s);
        if (n == 0) n = take_home(out, r, s);
        if (n == 0) n = take_user(out, r, text, s);
        if (n == 0) n = take_url(out, s);
        if (n == 0) n = take_path(out, text, s);
        if (n == 0) n = take_slug(out, s);
        if (n == 0) buf_addc(out, *s);
        s += n > 0 ? n : 1;
    }
}
