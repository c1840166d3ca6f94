// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// libzip, writing into a growing buffer of its own.
//
// libzip keeps an entry's date as a time_t and writes it in local time, so the same book would have other bytes in another
// time zone, and an hour that a zone skips cannot be written at all. So the dates are set in the finished bytes:
//
//   local header   "PK\3\4" … +10 time, +12 date …            one before each entry's data
//   central header "PK\1\2" … +12 time, +14 date … +42 where its local header is, +46 name, extra, comment
//   end            "PK\5\6" … +10 entries, +16 where the central headers begin; the last 22 bytes
#include "io/zip.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zip.h>

#include "base/library.h"
#include "base/mem.h"

enum {
    LOCAL_TIME = 10,
    CENTRAL_SIZE = 46,
    CENTRAL_TIME = 12,
    CENTRAL_NAME_LEN = 28,
    CENTRAL_LOCAL_AT = 42,
    END_SIZE = 22,
    END_ENTRIES = 10,
    END_CENTRAL_AT = 16,
    ENTRIES_MOST = 0xFFFE // more needs zip64, which readers of books do not know
};

static const int64_t first_s = 315532800; // 1980-01-01T00:00:00Z
static const int64_t last_s = 4354819198; // 2107-12-31T23:59:58Z

struct zip_out {
    zip_t *archive;
    zip_source_t *bytes; // where the archive is written
    int64_t modified_s;
};

struct zip_out *zip_out_new(int64_t modified_s, struct err *e)
{
    struct zip_out *z = mem_calloc(1, sizeof *z);
    zip_error_t why;
    zip_error_init(&why);
    z->modified_s = modified_s < first_s ? first_s : modified_s > last_s ? last_s : modified_s;
    z->bytes = zip_source_buffer_create(NULL, 0, 0, &why);
    if (z->bytes) z->archive = zip_open_from_source(z->bytes, ZIP_CREATE | ZIP_TRUNCATE, &why);
    if (z->archive) {
        zip_source_keep(z->bytes); // the archive would take the last reference with it
        zip_error_fini(&why);
        return z;
    }
    (void)err_set(e, ERR_INTERNAL, "cannot begin a zip file: %s", zip_error_strerror(&why));
    zip_error_fini(&why);
    zip_out_drop(z);
    return NULL;
}

static bool add_entry(struct zip_out *z, const char *name, zip_source_t *data, bool stored)
{
    zip_int64_t at = zip_file_add(z->archive, name, data, ZIP_FL_ENC_UTF_8);
    if (at < 0) {
        zip_source_free(data);
        return false;
    }
    return zip_set_file_compression(z->archive, (zip_uint64_t)at, stored ? ZIP_CM_STORE : ZIP_CM_DEFLATE, 6) == 0;
}

bool zip_out_add(struct zip_out *z, const char *name, const void *data, size_t len, bool stored, struct err *e)
{
    if (zip_get_num_entries(z->archive, 0) >= ENTRIES_MOST)
        return err_set(e, ERR_CEILING, "cannot put '%s' into a zip file: it holds %d files already", name,
                       ENTRIES_MOST);
    void *copy = len ? mem_alloc(len) : NULL; // libzip would not free a copy of nothing
    if (copy) memcpy(copy, data, len);
    zip_source_t *source = zip_source_buffer(z->archive, copy, len, 1); // owns the copy
    if (!source) free(copy);
    if (source && add_entry(z, name, source, stored)) return true;
    return err_set(e, ERR_INTERNAL, "cannot put '%s' into a zip file: %s", name, zip_strerror(z->archive));
}

// ---- the finished bytes -----------------------------------------------------------------------------------------

static unsigned read_le(const char *p, int bytes)
{
    unsigned n = 0;
    while (bytes-- > 0) n = n << 8 | (unsigned char)p[bytes];
    return n;
}

static void write_le16(char *p, unsigned n)
{
    p[0] = (char)(n & 0xFF);
    p[1] = (char)(n >> 8 & 0xFF);
}

static void set_date(char *at, const struct tm *t)
{
    write_le16(at, (unsigned)(t->tm_hour << 11 | t->tm_min << 5 | t->tm_sec / 2));
    write_le16(at + 2, (unsigned)((t->tm_year - 80) << 9 | (t->tm_mon + 1) << 5 | t->tm_mday));
}

// False if the bytes are not what libzip writes.
static bool set_dates(char *bytes, size_t len, int64_t modified_s)
{
    struct tm t;
    time_t when = (time_t)modified_s;
    if (len < END_SIZE || memcmp(bytes + len - END_SIZE, "PK\5\6", 4) != 0 || !gmtime_r(&when, &t)) return false;
    unsigned entries = read_le(bytes + len - END_SIZE + END_ENTRIES, 2);
    size_t at = read_le(bytes + len - END_SIZE + END_CENTRAL_AT, 4);
    for (unsigned i = 0; i < entries; i++) {
        if (at + CENTRAL_SIZE > len || memcmp(bytes + at, "PK\1\2", 4) != 0) return false;
        size_t local = read_le(bytes + at + CENTRAL_LOCAL_AT, 4);
        if (local >= at || memcmp(bytes + local, "PK\3\4", 4) != 0) return false;
        set_date(bytes + at + CENTRAL_TIME, &t);
        set_date(bytes + local + LOCAL_TIME, &t);
        const char *lengths = bytes + at + CENTRAL_NAME_LEN; // of the name, the extra fields, the comment
        at += CENTRAL_SIZE + read_le(lengths, 2) + read_le(lengths + 2, 2) + read_le(lengths + 4, 2);
    }
    return true;
}

static bool append_bytes(zip_source_t *source, struct buf *out)
{
    char piece[16384];
    zip_int64_t n;
    if (zip_source_open(source) != 0) return false;
    while ((n = zip_source_read(source, piece, sizeof piece)) > 0) buf_add(out, piece, (size_t)n);
    return zip_source_close(source) == 0 && n == 0;
}

// After zip_close the archive is gone, and only its bytes are left.
static bool close_archive(struct zip_out *z, struct err *e)
{
    if (zip_close(z->archive) != 0)
        return err_set(e, ERR_INTERNAL, "cannot make a zip file: %s", zip_strerror(z->archive));
    z->archive = NULL;
    return true;
}

static bool finish(struct zip_out *z, struct buf *out, struct err *e)
{
    size_t before = out->len;
    if (!close_archive(z, e)) return false;
    if (!append_bytes(z->bytes, out)) return err_set(e, ERR_INTERNAL, "cannot read the zip file that was made");
    if (out->full) return err_set(e, ERR_CEILING, "the zip file has more than %zu bytes", out->max);
    if (!set_dates(out->data + before, out->len - before, z->modified_s))
        return err_set(e, ERR_INTERNAL, "the zip file that was made is not as expected");
    return true;
}

bool zip_out_finish(struct zip_out *z, struct buf *out, struct err *e)
{
    size_t before = out->len;
    bool ok = finish(z, out, e);
    if (!ok) buf_cut(out, before);
    zip_out_drop(z);
    return ok;
}

void zip_out_drop(struct zip_out *z)
{
    if (!z) return;
    if (z->archive) zip_discard(z->archive);
    zip_source_free(z->bytes); // NULL is fine
    free(z);
}

void zip_library(struct library *out)
{
    library_set(out, "libzip", LIBZIP_VERSION, zip_libzip_version());
}
