// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See archive_manifest.h.
#include "app/archive_manifest.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/archive.h"
#include "io/archive.h"

static bool check_version(const struct json *m, const char *name, int64_t least, int64_t most, struct err *e)
{
    int64_t found = json_int(json_get(m, name), -1);
    const char *program = json_str(json_get(m, "program"), NULL);

    if (found > most)
        return err_set(e, ERR_USAGE,
                       "it was written by a newer novelgen (%.40s, its %s is %" PRId64
                       ", this one knows up to %" PRId64 "): import it with that one",
                       program != NULL ? program : "?", name, found, most);
    return found >= least ||
           err_set(e, ERR_USAGE, "the manifest's %s is %" PRId64 ", expected %" PRId64 " to %" PRId64, name, found,
                   least, most);
}

static bool check_versions(const struct json *m, struct err *e)
{
    const char *kind = json_str(json_get(m, "kind"), NULL);

    if (kind == NULL || strcmp(kind, ARCHIVE_KIND) != 0) return err_set(e, ERR_USAGE, "it holds no book of novelgen");
    return check_version(m, "format", 1, ARCHIVE_FORMAT, e) &&
           check_version(m, "schema", ARCHIVE_SCHEMA_LEAST, transfer_schema(), e);
}

// ---- entries

static bool is_known(const char *name)
{
    size_t len = strlen(name);

    if (!archive_name_is_plain(name)) return false;
    if (strcmp(name, ARCHIVE_SPEC) == 0 || strcmp(name, ARCHIVE_ROWS) == 0) return true;
    if (strncmp(name, "templates/", 10) == 0)
        return strchr(name + 10, '/') == NULL && len > 14 && strcmp(name + len - 4, ".txt") == 0;
    return strncmp(name, ARCHIVE_FILES, strlen(ARCHIVE_FILES)) == 0 && archive_takes(name + strlen(ARCHIVE_FILES));
}

static bool read_entry(struct manifest_entry *out, const struct json *v, struct err *e)
{
    const char *name = json_str(json_get(v, "name"), NULL), *hash = json_str(json_get(v, "fnv1a"), NULL);
    bool rows = name != NULL && strcmp(name, ARCHIVE_ROWS) == 0;

    if (name == NULL || !is_known(name))
        return err_set(e, ERR_USAGE, "the manifest names an entry that no book has: '%.60s'",
                       name != NULL ? name : "");
    *out = (struct manifest_entry){.name = name, .bytes = json_int(json_get(v, "bytes"), -1)};
    if (out->bytes < 0 || out->bytes > (rows ? ARCHIVE_ROWS_MOST : ARCHIVE_FILE_MOST))
        return err_set(e, ERR_USAGE, "the manifest gives '%s' a size that it cannot have", name);
    if (hash == NULL || strlen(hash) != HASH_TEXT_SIZE - 1)
        return err_set(e, ERR_USAGE, "the manifest gives '%s' no hash", name);
    memcpy(out->hash, hash, HASH_TEXT_SIZE);
    return true;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool check_names(const struct manifest *m, struct err *e)
{
    const char **names = mem_calloc(m->count + 1, sizeof *names);
    const char *twice = NULL, *rows = ARCHIVE_ROWS;

    for (size_t i = 0; i < m->count; i++) names[i] = m->entries[i].name;
    qsort(names, m->count, sizeof *names, compare_names);
    for (size_t i = 1; i < m->count; i++)
        if (strcmp(names[i - 1], names[i]) == 0) twice = names[i];
    bool has_rows = m->count > 0 && bsearch(&rows, names, m->count, sizeof *names, compare_names) != NULL;
    free(names);
    if (twice != NULL) return err_set(e, ERR_USAGE, "the manifest names '%s' twice", twice);
    return has_rows || err_set(e, ERR_USAGE, "the manifest names no '%s'", ARCHIVE_ROWS);
}

static bool read_entries(struct manifest *m, struct err *e)
{
    const struct json *list = json_get(m->json, "entries");

    m->count = json_kind(list) == JSON_KIND_ARRAY ? json_count(list) : 0;
    if (m->count == 0 || m->count > ARCHIVE_ENTRIES_MOST)
        return err_set(e, ERR_USAGE, "the manifest lists %zu entries, expected 1 to %d", m->count,
                       ARCHIVE_ENTRIES_MOST);
    m->entries = mem_calloc(m->count, sizeof *m->entries);
    for (size_t i = 0; i < m->count; i++)
        if (!read_entry(&m->entries[i], json_at(list, i), e)) return false;
    return check_names(m, e);
}

// ---- rows

static bool read_rows(struct manifest *m, struct err *e)
{
    const struct json *rows = json_get(m->json, "rows");

    for (int i = 0; i < transfer_tables(); i++) m->rows[i] = json_int(json_get(rows, transfer_table_name(i)), -1);
    for (int i = 0; i < transfer_tables(); i++)
        if (m->rows[i] < 0)
            return err_set(e, ERR_USAGE, "the manifest does not count the rows of '%s'", transfer_table_name(i));
    return true;
}

static bool read_uuid(struct manifest *m, struct err *e)
{
    m->uuid = json_str(json_get(m->json, "uuid"), NULL);
    return m->uuid != NULL || err_set(e, ERR_USAGE, "the manifest does not say which book it is");
}

bool manifest_read(struct manifest *m, const char *text, size_t len, struct err *e)
{
    *m = (struct manifest){.json = json_read(text, len, e)};
    if (m->json == NULL) {
        e->code = ERR_USAGE;
        return err_prefix(e, "manifest");
    }
    if (check_versions(m->json, e) && read_uuid(m, e) && read_entries(m, e) && read_rows(m, e)) return true;
    manifest_release(m);
    return false;
}

void manifest_release(struct manifest *m)
{
    free(m->entries);
    json_free(m->json);
    *m = (struct manifest){0};
}
