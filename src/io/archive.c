// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// tar.zst by libarchive: the only file that includes it. Only zstd and tar are switched on for reading: the library
// knows forty formats, and an archive that is none of ours need not meet their parsers. A warning of the library counts
// as an error, since it means that an entry is not what it says.
//
// Names are UTF-8, and the library converts them by the locale, which is "C" in this program: a UTF-8 one is put in its
// place around the two calls that look at names.
#include "io/archive.h"

#include "base/file.h"
#include "base/library.h"
#include "base/log.h"
#include "base/mem.h"
#include "text/utf8.h"

#include <archive.h>
#include <archive_entry.h>

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

enum { READ_BYTES = 64 * 1024, REASON_SIZE = 300 };

// ---- names

// A part may begin with a dot only if there is more of it than dots.
static bool part_is_plain(const char *part, size_t len)
{
    if (len == 0 || (len == 1 && part[0] == '.')) return false;
    if (len == 2 && part[0] == '.' && part[1] == '.') return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)part[i] < 0x20 || part[i] == 0x7f || part[i] == '\\' || part[i] == ':') return false;
    return true;
}

bool archive_name_is_plain(const char *name)
{
    size_t total = strlen(name);

    if (total == 0 || total > ARCHIVE_NAME_MAX || !utf8_valid(name, total)) return false;
    for (const char *p = name;; p++) {
        size_t len = strcspn(p, "/");
        if (!part_is_plain(p, len)) return false;
        p += len;
        if (*p == '\0') return true;
    }
}

static locale_t names_begin(locale_t *ours)
{
    *ours = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (*ours == (locale_t)0) *ours = newlocale(LC_CTYPE_MASK, "en_US.UTF-8", (locale_t)0);
    return *ours != (locale_t)0 ? uselocale(*ours) : (locale_t)0;
}

static void names_end(locale_t ours, locale_t before)
{
    if (ours == (locale_t)0) return;
    (void)uselocale(before);
    freelocale(ours);
}

// What the library says may hold bytes of the archive.
static bool library_says(struct archive *a, struct err *e, enum err_code code, const char *what, const char *path)
{
    char reason[REASON_SIZE];
    const char *text = archive_error_string(a);

    if (text == NULL || strcmp(text, "Unrecognized archive format") == 0) text = "it is cut off, or no tar.zst file";
    log_mask(reason, sizeof reason, text);
    return err_set(e, code, "cannot %s archive '%s': %s", what, path, reason);
}

// ---- writing

struct archive_writer {
    struct archive *a;
    struct file_atomic file;
    int64_t left; // of the entry at hand
};

static la_ssize_t on_write(struct archive *a, void *arg, const void *data, size_t len)
{
    struct archive_writer *w = arg;

    file_atomic_add(&w->file, data, len);
    if (!w->file.failed) return (la_ssize_t)len;
    archive_set_error(a, EIO, "%s", w->file.err.text);
    return -1;
}

// A write that failed is told in its own words.
static bool writer_fail(struct archive_writer *w, struct err *e)
{
    if (w->file.failed) return err_set(e, w->file.err.code, "%s", w->file.err.text);
    return library_says(w->a, e, ERR_STORE, "write", w->file.path);
}

struct archive_writer *archive_writer_new(const char *path, struct err *e)
{
    struct archive_writer *w = mem_calloc(1, sizeof *w);

    if (!file_atomic_begin(&w->file, path, e)) {
        free(w);
        return NULL;
    }
    w->a = archive_write_new();
    if (w->a != NULL && archive_write_set_format_pax_restricted(w->a) == ARCHIVE_OK &&
        archive_write_add_filter_zstd(w->a) == ARCHIVE_OK &&
        archive_write_set_bytes_in_last_block(w->a, 1) == ARCHIVE_OK &&
        archive_write_open(w->a, w, NULL, on_write, NULL) == ARCHIVE_OK)
        return w;
    (void)(w->a != NULL ? writer_fail(w, e) : err_set(e, ERR_INTERNAL, "libarchive cannot be used"));
    archive_writer_free(w);
    return NULL;
}

static int write_header(struct archive_writer *w, const char *name, int64_t size)
{
    struct archive_entry *entry = archive_entry_new();
    locale_t ours, before = names_begin(&ours);

    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, size);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_mtime(entry, 0, 0);
    int rc = archive_write_header(w->a, entry);
    names_end(ours, before);
    archive_entry_free(entry);
    return rc;
}

bool archive_writer_entry(struct archive_writer *w, const char *name, int64_t size, struct err *e)
{
    if (w->left != 0) return err_set(e, ERR_INTERNAL, "an entry before '%s' is not complete", name);
    w->left = size;
    return write_header(w, name, size) == ARCHIVE_OK || writer_fail(w, e);
}

bool archive_writer_add(struct archive_writer *w, const void *data, size_t len, struct err *e)
{
    if ((int64_t)len > w->left) return err_set(e, ERR_INTERNAL, "an entry is longer than was said");
    if (len == 0) return true;
    w->left -= (int64_t)len;
    return archive_write_data(w->a, data, len) == (la_ssize_t)len || writer_fail(w, e);
}

bool archive_writer_commit(struct archive_writer *w, struct err *e)
{
    bool ok = w->left == 0 || err_set(e, ERR_INTERNAL, "the last entry is not complete");

    ok = ok && (archive_write_close(w->a) == ARCHIVE_OK || writer_fail(w, e)) && file_atomic_commit(&w->file, e);
    archive_writer_free(w);
    return ok;
}

void archive_writer_free(struct archive_writer *w)
{
    if (w == NULL) return;
    if (w->a != NULL) (void)archive_write_free(w->a); // it may still write
    file_atomic_abort(&w->file);
    free(w);
}

// ---- reading

struct archive_reader {
    struct archive *a;
    struct archive_limits limits;
    char *path;
    int fd;
    int64_t packed; // size of the file
    int64_t entries, entry_bytes, total_bytes;
};

static bool open_packed(struct archive_reader *r, struct err *e)
{
    struct stat st;

    r->fd = open(r->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (r->fd < 0 && errno == ENOENT)
        return err_set(e, ERR_USAGE, "cannot read archive '%s': there is no such file", r->path);
    if (r->fd < 0) return err_set_errno(e, ERR_USAGE, "cannot read archive '%s'", r->path);
    if (fstat(r->fd, &st) != 0) return err_set_errno(e, ERR_STORE, "cannot look at archive '%s'", r->path);
    if (!S_ISREG(st.st_mode)) return err_set(e, ERR_USAGE, "archive '%s' is no regular file", r->path);
    r->packed = (int64_t)st.st_size;
    return true;
}

struct archive_reader *archive_reader_new(const char *path, const struct archive_limits *l, struct err *e)
{
    struct archive_reader *r = mem_calloc(1, sizeof *r);

    r->fd = -1;
    r->path = mem_strdup(path);
    r->limits = *l;
    if (!open_packed(r, e)) goto fail;
    r->a = archive_read_new();
    if (r->a != NULL && archive_read_support_filter_zstd(r->a) == ARCHIVE_OK &&
        archive_read_support_format_tar(r->a) == ARCHIVE_OK &&
        archive_read_open_fd(r->a, r->fd, READ_BYTES) == ARCHIVE_OK)
        return r;
    (void)(r->a != NULL ? library_says(r->a, e, ERR_USAGE, "read", path)
                        : err_set(e, ERR_INTERNAL, "libarchive cannot be used"));
fail:
    archive_reader_free(r);
    return NULL;
}

static bool entry_refuse(const struct archive_reader *r, const char *name, const char *why, struct err *e)
{
    char shown[REASON_SIZE];

    log_mask(shown, sizeof shown, name != NULL ? name : "?");
    return err_set(e, ERR_USAGE, "archive '%s': entry '%s' %s", r->path, shown, why);
}

static bool entry_check(struct archive_reader *r, struct archive_entry *entry, const char *name, struct err *e)
{
    if (++r->entries > r->limits.entries)
        return err_set(e, ERR_USAGE, "archive '%s' has more than %lld entries", r->path,
                       (long long)r->limits.entries);
    if (name == NULL || !archive_name_is_plain(name))
        return entry_refuse(r, name, "has a name that no entry of a book may have", e);
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != NULL ||
        archive_entry_symlink(entry) != NULL || archive_entry_sparse_count(entry) > 0)
        return entry_refuse(r, name, "is no plain file", e);
    if (!archive_entry_size_is_set(entry) || archive_entry_size(entry) < 0 ||
        archive_entry_size(entry) > r->limits.entry_bytes)
        return entry_refuse(r, name, "is larger than it may be", e);
    return true;
}

enum archive_next archive_reader_next(struct archive_reader *r, const char **name, int64_t *size, struct err *e)
{
    struct archive_entry *entry = NULL;
    locale_t ours, before = names_begin(&ours);
    int rc = archive_read_next_header(r->a, &entry);

    *name = rc == ARCHIVE_OK ? archive_entry_pathname(entry) : NULL;
    names_end(ours, before);
    if (rc == ARCHIVE_EOF) return ARCHIVE_NEXT_END;
    if (rc != ARCHIVE_OK) {
        (void)library_says(r->a, e, ERR_USAGE, "read", r->path);
        return ARCHIVE_NEXT_FAILED;
    }
    r->entry_bytes = 0;
    *size = archive_entry_size(entry);
    return entry_check(r, entry, *name, e) ? ARCHIVE_NEXT_ENTRY : ARCHIVE_NEXT_FAILED;
}

static bool count_bytes(struct archive_reader *r, size_t len, struct err *e)
{
    const struct archive_limits *l = &r->limits;

    r->entry_bytes += (int64_t)len;
    r->total_bytes += (int64_t)len;
    if (r->entry_bytes > l->entry_bytes || r->total_bytes > l->total_bytes)
        return err_set(e, ERR_USAGE, "archive '%s' holds more than %lld MB", r->path,
                       (long long)(l->total_bytes >> 20));
    if (r->total_bytes > l->ratio_free && r->total_bytes / l->ratio > r->packed)
        return err_set(e, ERR_USAGE, "archive '%s' unpacks to more than %lld times its size: no book does", r->path,
                       (long long)l->ratio);
    return true;
}

bool archive_reader_read(struct archive_reader *r, void *data, size_t size, size_t *len, struct err *e)
{
    la_ssize_t n = archive_read_data(r->a, data, size);

    *len = 0;
    if (n < 0) return library_says(r->a, e, ERR_USAGE, "read", r->path);
    *len = (size_t)n;
    return count_bytes(r, (size_t)n, e);
}

void archive_reader_free(struct archive_reader *r)
{
    if (r == NULL) return;
    if (r->a != NULL) (void)archive_read_free(r->a);
    if (r->fd >= 0) (void)close(r->fd);
    free(r->path);
    free(r);
}

// "libarchive 3.6.2"
void archive_library(struct library *out)
{
    const char *text = archive_version_string(), *running = strrchr(text, ' ');

    library_set(out, "libarchive", ARCHIVE_VERSION_ONLY_STRING, running != NULL ? running + 1 : text);
}
