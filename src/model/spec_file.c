// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Files that a spec names: below its own folder, since specs are passed around between people.
#include "spec_parts.h"

#include "base/file.h"
#include "base/mem.h"

#include "document.h"

#include <stdio.h>
#include <string.h>

// Symbolic links may lead to another place within the folder, but not out of it.
static bool leads_out(const char *dir, const char *path)
{
    char *real_dir = realpath(dir, NULL), *real_path = realpath(path, NULL);
    size_t len = real_dir ? strlen(real_dir) : 0;
    if (len == 1) len = 0; // "/" begins every path, and its slash is the next part's
    bool below = real_dir && real_path && strncmp(real_dir, real_path, len) == 0 && real_path[len] == '/';
    bool out = real_path && !below;
    free(real_dir);
    free(real_path);
    return out;
}

char *spec_file_path(const char *dir, const char *file, const char *at, struct err *e)
{
    char found[KEY_FOUND_SIZE];
    char *path = mem_printf("%s/%s", dir, file);
    if (!leads_out(dir, path)) return path;
    err_set(e, ERR_USAGE, "%s: found %s, a link that leads out of the folder '%s'", at, keys_found_text(found, file),
            dir);
    free(path);
    return NULL;
}

static bool read_cover(const char *path, struct buf *out, struct err *e)
{
    struct err why = ERR_INIT;
    switch (file_read(path, out, &why)) {
    case FILE_READ_OK:
        return true;
    case FILE_READ_MISSING:
        return err_set(e, ERR_USAGE, "$.cover: there is no file '%s'", path);
    case FILE_READ_ERROR:
        break;
    }
    return err_set(e, ERR_USAGE, "$.cover: %s", why.text);
}

bool spec_read_cover(const struct spec *s, const char *dir, const char *name, struct buf *out, struct err *e)
{
    char label[DOCUMENT_LABEL_SIZE];
    if (!s->cover) return true;
    char *path = spec_file_path(dir, s->cover, "$.cover", e);
    bool ok = path && read_cover(path, out, e);
    free(path);
    return ok || err_prefix(e, "%s", document_label(label, "spec", name));
}
