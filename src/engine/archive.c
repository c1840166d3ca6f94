// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Writing an archive. The manifest comes first and tells sizes and hashes, so everything is known before the first byte is
// written: small parts are kept in memory, and the rows, which may be many, are made twice within one reading
// transaction, first to be measured and then to be written. The engine may go on meanwhile: both see the same moment.
#include "engine/archive.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "engine/incoming.h"
#include "engine/template_set.h"
#include "io/archive.h"
#include "io/json.h"
#include "store/transfer.h"

struct part { // an entry; that of the rows has no data
    char *name;
    struct buf data;
    int64_t size;
    uint64_t hash;
};

struct export
{
    struct store *store;
    struct job job;
    struct part *parts; // in the order of the archive, without the manifest
    size_t count, cap;
    int64_t files_bytes;
    int64_t rows[TRANSFER_TABLES];
    struct archive_writer *writer;
    struct err *err;
};

// ---- parts in memory

// Takes over `data`.
static void add_part(struct export *x, const char *name, struct buf *data)
{
    mem_grow(&x->parts, &x->cap, x->count + 1, sizeof *x->parts);
    x->parts[x->count++] = (struct part){.name = mem_strdup(name),
                                         .data = *data,
                                         .size = (int64_t)data->len,
                                         .hash = hash_bytes(data->data, data->len)};
}

static bool add_spec(struct export *x, struct err *e)
{
    struct json *v = json_read(x->job.spec, strlen(x->job.spec), e);
    struct buf text;

    if (v == NULL) return false;
    buf_init(&text, BUF_MAX_MESSAGE);
    (void)json_write(v, &text, 2);
    (void)buf_addc(&text, '\n');
    json_free(v);
    add_part(x, ARCHIVE_SPEC, &text);
    return true;
}

static void add_template(struct export *x, const struct templates *set, enum template_id id)
{
    char name[ARCHIVE_NAME_MAX];
    struct buf text;

    buf_init(&text, BUF_MAX_PIECE);
    (void)buf_adds(&text, set->text[id]);
    (void)snprintf(name, sizeof name, "templates/%s.txt", template_name(id));
    add_part(x, name, &text);
}

static bool add_templates(struct export *x, struct err *e)
{
    struct templates set;
    struct buf packed;

    buf_init(&packed, BUF_MAX_PIECE);
    enum store_found found = store_templates_get(x->store, x->job.id, &packed, e);
    bool ok = found != STORE_ERROR;
    if (found == STORE_FOUND && (ok = templates_unpack(&set, packed.data, packed.len, e))) {
        for (int i = 0; i < TEMPLATE_COUNT; i++) add_template(x, &set, (enum template_id)i);
        templates_release(&set);
    }
    buf_release(&packed);
    return ok;
}

// ---- the book's folder

bool archive_takes(const char *name)
{
    static const char *const others[] = {"live.md", "outline.md", "outline.json", "report.json"};
    size_t len = strlen(name);

    if (!archive_name_is_plain(name) || strcmp(name, "book." ARCHIVE_ENDING) == 0) return false;
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (strcmp(name, others[i]) == 0) return true;
    bool part = len > 8 && strcmp(name + len - 8, ".md.part") == 0 && strncmp(name, "chapters/", 9) == 0;
    return incoming_is_page(name) || (part && strchr(name + 9, '/') == NULL);
}

// What cannot be read, or is too large, stays behind: the rows hold the book.
static void add_file(struct export *x, const char *name)
{
    char *path = mem_printf("%s/%s", x->job.out_dir, name), *entry = mem_printf(ARCHIVE_FILES "%s", name);
    struct err ignored = ERR_INIT;
    struct buf data;

    buf_init(&data, ARCHIVE_FILE_MOST);
    bool there = archive_takes(name) && archive_name_is_plain(entry) && x->count < ARCHIVE_ENTRIES_MOST - 100 &&
                 file_read(path, &data, &ignored) == FILE_READ_OK;
    if (there && x->files_bytes + (int64_t)data.len <= ARCHIVE_FILES_MOST) {
        x->files_bytes += (int64_t)data.len;
        add_part(x, entry, &data);
    } else {
        if (ignored.code != ERR_NONE) log_line(LOG_WARN, "'%s' is left out: %s", name, ignored.text);
        buf_release(&data);
    }
    free(entry);
    free(path);
}

static bool on_chapter_file(void *arg, const char *name)
{
    char *path = mem_printf("chapters/%s", name);

    add_file(arg, path);
    free(path);
    return true;
}

static bool on_file(void *arg, const char *name)
{
    add_file(arg, name);
    return true;
}

static void add_files(struct export *x)
{
    struct err ignored = ERR_INIT;
    char *chapters = mem_printf("%s/chapters", x->job.out_dir);

    if (*x->job.out_dir != '\0') {
        (void)file_list(x->job.out_dir, on_file, x, &ignored);
        (void)file_list(chapters, on_chapter_file, x, &ignored);
    }
    free(chapters);
}

// ---- rows

struct measure {
    struct export *x;
    struct part *part;
    int table;
};

// `{"table":"NAME",`: tables come in their order.
static bool measure_line(void *arg, const char *text, size_t len)
{
    struct measure *m = arg;
    const char *name = text + strlen("{\"table\":\"");
    size_t n = strcspn(name, "\"");

    while (strncmp(transfer_table_name(m->table), name, n) != 0 || transfer_table_name(m->table)[n] != '\0')
        m->table++;
    m->x->rows[m->table]++;
    m->part->size += (int64_t)len;
    m->part->hash = hash_add(m->part->hash, text, len);
    return m->part->size <= ARCHIVE_ROWS_MOST ||
           err_set(m->x->err, ERR_CEILING, "the rows of the job are more than %" PRId64 " bytes", ARCHIVE_ROWS_MOST);
}

static bool add_rows(struct export *x, struct err *e)
{
    struct buf none = {0};

    add_part(x, ARCHIVE_ROWS, &none);
    struct measure m = {.x = x, .part = &x->parts[x->count - 1]};
    m.part->hash = HASH_START;
    return store_transfer_out(x->store, x->job.id, measure_line, &m, e);
}

static bool write_line(void *arg, const char *text, size_t len)
{
    struct export *x = arg;
    return archive_writer_add(x->writer, text, len, x->err);
}

// ---- the file

static struct json *manifest_entries(const struct export *x)
{
    struct json *list = json_new_array();

    for (size_t i = 0; i < x->count; i++) {
        struct json *o = json_new_object();
        char hash[HASH_TEXT_SIZE];
        hash_text(hash, x->parts[i].hash);
        json_set_str(o, "name", x->parts[i].name);
        json_set_int(o, "bytes", x->parts[i].size);
        json_set_str(o, "fnv1a", hash);
        json_push(list, o);
    }
    return list;
}

static void manifest_write(const struct export *x, struct buf *out)
{
    struct json *o = json_new_object(), *rows = json_new_object();

    json_set_str(o, "kind", ARCHIVE_KIND);
    json_set_int(o, "format", ARCHIVE_FORMAT);
    json_set_str(o, "program", NOVELGEN_VERSION);
    json_set_int(o, "schema", transfer_schema());
    json_set_str(o, "uuid", x->job.uuid);
    json_set_str(o, "title", x->job.title);
    for (int i = 0; i < transfer_tables(); i++) json_set_int(rows, transfer_table_name(i), x->rows[i]);
    json_set(o, "rows", rows);
    json_set(o, "entries", manifest_entries(x));
    (void)json_write(o, out, 2);
    (void)buf_addc(out, '\n');
    json_free(o);
}

static bool write_manifest(struct export *x, struct err *e)
{
    struct buf text;

    buf_init(&text, ARCHIVE_MANIFEST_MOST);
    manifest_write(x, &text);
    bool ok = archive_writer_entry(x->writer, ARCHIVE_MANIFEST, (int64_t)text.len, e) &&
              archive_writer_add(x->writer, text.data, text.len, e);
    buf_release(&text);
    return ok;
}

static bool write_part(struct export *x, const struct part *p, struct err *e)
{
    if (!archive_writer_entry(x->writer, p->name, p->size, e)) return false;
    if (p->data.data != NULL) return archive_writer_add(x->writer, p->data.data, p->data.len, e);
    return store_transfer_out(x->store, x->job.id, write_line, x, e);
}

static bool write_all(struct export *x, const char *path, struct err *e)
{
    x->writer = archive_writer_new(path, e);
    bool ok = x->writer != NULL && write_manifest(x, e);

    for (size_t i = 0; ok && i < x->count; i++) ok = write_part(x, &x->parts[i], e);
    if (ok) return archive_writer_commit(x->writer, e);
    archive_writer_free(x->writer);
    return false;
}

static bool export_rows(struct export *x, int64_t job, const char *path, struct err *e)
{
    switch (store_job_get(x->store, job, &x->job, e)) {
    case STORE_FOUND:
        break;
    case STORE_NONE:
        return err_set(e, ERR_NO_JOB, "there is no job %" PRId64, job);
    default:
        return false;
    }
    if (!add_spec(x, e) || !add_rows(x, e) || !add_templates(x, e)) return false;
    add_files(x);
    return write_all(x, path, e);
}

bool archive_book(struct store *s, int64_t job, const char *path, struct err *e)
{
    struct export x = {.store = s, .err = e};
    bool own;

    if (!store_begin_view(s, &own, e)) return false;
    bool ok = export_rows(&x, job, path, e);
    if (own) store_rollback(s);
    for (size_t i = 0; i < x.count; i++) {
        free(x.parts[i].name);
        buf_release(&x.parts[i].data);
    }
    free(x.parts);
    job_release(&x.job);
    return ok;
}

// ---- one that is there already

static bool read_entry(struct archive_reader *r, struct buf *out, struct err *e)
{
    char piece[4096];
    size_t len;

    do {
        if (!archive_reader_read(r, piece, sizeof piece, &len, e)) return false;
        (void)buf_add(out, piece, len);
    } while (len > 0 && !out->full);
    return len == 0;
}

static bool names_uuid(const struct buf *manifest, const char *uuid)
{
    struct err ignored = ERR_INIT;
    struct json *o = json_read(manifest->data, manifest->len, &ignored);
    const char *kind = json_str(json_get(o, "kind"), NULL), *found = json_str(json_get(o, "uuid"), NULL);
    bool yes = kind != NULL && strcmp(kind, ARCHIVE_KIND) == 0 && found != NULL && strcmp(found, uuid) == 0;

    json_free(o);
    return yes;
}

bool archive_is_of(const char *path, const char *uuid)
{
    const struct archive_limits limits = {.entries = 1,
                                          .entry_bytes = ARCHIVE_MANIFEST_MOST,
                                          .total_bytes = ARCHIVE_MANIFEST_MOST,
                                          .ratio = INT64_MAX / ARCHIVE_MANIFEST_MOST,
                                          .ratio_free = ARCHIVE_MANIFEST_MOST};
    struct err ignored = ERR_INIT;
    struct archive_reader *r = archive_reader_new(path, &limits, &ignored);
    struct buf text;
    const char *name;
    int64_t size;

    if (r == NULL) return false;
    buf_init(&text, ARCHIVE_MANIFEST_MOST);
    bool ok = archive_reader_next(r, &name, &size, &ignored) == ARCHIVE_NEXT_ENTRY &&
              strcmp(name, ARCHIVE_MANIFEST) == 0 && read_entry(r, &text, &ignored) && names_uuid(&text, uuid);
    buf_release(&text);
    archive_reader_free(r);
    return ok;
}
