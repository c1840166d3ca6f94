// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See include/engine/incoming.h. Whoever checks an archive inserts its rows into a store of its own, which is thrown away;
// the engine inserts them into the real one, by the same function.
#include "engine/incoming.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "engine/template_set.h"

enum { PIECE_BYTES = 64 * 1024 };

bool incoming_key_is_good(const char *key)
{
    size_t len = strspn(key, "0123456789abcdef-");
    return len > 0 && len < INCOMING_KEY_SIZE && key[len] == '\0';
}

bool incoming_path(char out[INCOMING_PATH_SIZE], const char *home, const char *key, const char *name, struct err *e)
{
    int n =
        snprintf(out, INCOMING_PATH_SIZE, "%s/%s/%s%s%s", home, INCOMING_DIR, key, *name != '\0' ? "/" : "", name);
    return (n > 0 && n < INCOMING_PATH_SIZE) ||
           err_set(e, ERR_CEILING, "the path of the home '%s' is too long", home);
}

bool incoming_is_page(const char *name)
{
    size_t len = strlen(name);

    if (strncmp(name, "book.", 5) == 0) return len > 5 && strchr(name, '/') == NULL;
    return strncmp(name, "chapters/", 9) == 0 && strchr(name + 9, '/') == NULL && name[9] != '.' && len > 12 &&
           strcmp(name + len - 3, ".md") == 0;
}

// ---- rows

static bool feed_file(struct transfer *t, const char *path, struct err *e)
{
    char piece[PIECE_BYTES];
    FILE *f = fopen(path, "rbe");
    size_t n;
    bool ok = true;

    if (f == NULL) return err_set_errno(e, ERR_STORE, "cannot open the unpacked rows '%s'", path);
    while (ok && (n = fread(piece, 1, sizeof(piece), f)) > 0) ok = transfer_feed(t, piece, n, e);
    if (ok && ferror(f)) ok = err_set_errno(e, ERR_STORE, "cannot read the unpacked rows '%s'", path);
    (void)fclose(f); // only read
    return ok;
}

// Their hash is made here: a set must not come in under another one's name.
static bool insert_templates(struct store *s, const struct transfer_summary *t, struct err *e)
{
    struct templates set;
    struct buf packed;

    if (t->templates.len == 0) return true;
    if (!templates_unpack(&set, t->templates.data, t->templates.len, e)) return err_prefix(e, "the templates");
    buf_init(&packed, BUF_MAX_PIECE);
    templates_pack(&set, &packed);
    bool ok = packed.full ? err_set(e, ERR_USAGE, "the templates are larger than %d bytes", BUF_MAX_PIECE)
                          : store_templates_set(s, t->job, set.hash, packed.data, packed.len, e);
    buf_release(&packed);
    templates_release(&set);
    return ok;
}

bool incoming_insert(struct store *s, const char *path, const struct transfer_place *place,
                     struct transfer_summary *out, struct err *e)
{
    struct transfer *t = transfer_new(s, place);

    *out = (struct transfer_summary){0};
    bool ok = feed_file(t, path, e) && transfer_end(t, out, e) && insert_templates(s, out, e);
    transfer_free(t);
    return ok;
}
