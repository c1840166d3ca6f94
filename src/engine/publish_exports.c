// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The formats of a finished book. They are made after book.md, which is its Markdown, and what can go wrong with them
// (no space, a folder that is gone) does not keep the book from being done: `novelgen export` makes them any time.
#include "engine/publish.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "engine/archive.h"
#include "engine/edition.h"
#include "model/spec.h"

// The formats of manuscripts, then the archive: bits as in the spec.
enum { EXPORT_ARCHIVE = EXPORT_FORMATS };

static unsigned formats_of(const struct job *j)
{
    struct err ignored = ERR_INIT;
    struct spec spec;
    if (!spec_parse(&spec, j->spec, strlen(j->spec), "job", &ignored)) return 0;
    unsigned formats = spec.exports;
    spec_release(&spec);
    return formats;
}

static void report_export(struct publish *p, const char *format, const char *ending, const struct err *e)
{
    char text[500];
    struct err ignored = ERR_INIT;
    (void)snprintf(text, sizeof(text), "cannot write book.%s: %.300s; make it with: novelgen export %lld --format %s",
                   ending, e->text, (long long)p->job->id, format);
    log_line(LOG_WARN, "%s", text);
    store_event_add(p->store, p->job->id, "file", text, NULL, &ignored);
}

static bool write_export(struct publish *p, const struct manuscript *m, enum export_format f, struct err *e)
{
    struct buf out;
    char name[32];
    buf_init(&out, BUF_MAX_BOOK);
    (void)snprintf(name, sizeof(name), "book.%s", export_name(f));
    bool ok = export_write(m, f, &out, e) && publish_final(p, name, &out, e);
    buf_release(&out);
    return ok;
}

static void write_exports(struct publish *p, const struct manuscript *m, unsigned formats)
{
    for (int f = 0; f < EXPORT_FORMATS; f++) {
        struct err e = ERR_INIT;
        if (!(formats & 1U << f)) continue;
        const char *name = export_name((enum export_format)f);
        if (!write_export(p, m, (enum export_format)f, &e)) report_export(p, name, name, &e);
    }
}

void publish_exports(struct publish *p)
{
    struct err e = ERR_INIT;
    struct manuscript m;
    unsigned formats = formats_of(p->job) & ((1U << EXPORT_FORMATS) - 1) & ~(1U << EXPORT_MD);
    if (formats == 0) return;
    if (!edition_load(&m, p->store, p->job->id, &e)) {
        report_export(p, "epub", "epub", &e);
        return;
    }
    write_exports(p, &m, formats);
    manuscript_release(&m);
}

static bool write_archive(struct publish *p, struct err *e)
{
    static const char name[] = "book." ARCHIVE_ENDING;
    char path[1400];
    uint64_t hash, len;
    bool may;
    (void)snprintf(path, sizeof(path), "%s/%s", p->job->out_dir, name);
    // Nobody edits an archive: one of this book that has no row was written by an engine that was killed then.
    if (!archive_is_of(path, p->job->uuid) && (!publish_may_write(p, name, &may, e) || !may))
        return e->code == ERR_NONE;
    if (!archive_book(p->store, p->job->id, path, e)) return false;
    if (!file_hash(path, &hash, &len, e)) return e->code == ERR_NONE; // somebody was faster
    return store_file_put(p->store, p->job->id, name, hash, len, e);
}

void publish_archive(struct publish *p)
{
    struct err e = ERR_INIT;
    if (p->job->state != JOB_DONE || !(formats_of(p->job) & 1U << EXPORT_ARCHIVE)) return;
    if (!write_archive(p, &e)) report_export(p, "archive", ARCHIVE_ENDING, &e);
}
