// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See own_templates.h.
#include "cli/own_templates.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app/observer.h"
#include "base/buf.h"
#include "base/mem.h"
#include "engine/template_set.h"

char *own_templates_read(const char *dir, struct err *e)
{
    struct templates t;
    struct buf packed;

    if (!templates_read(&t, dir, e)) return NULL;
    buf_init(&packed, BUF_MAX_PIECE);
    templates_pack(&t, &packed);
    templates_release(&t);
    char *text = packed.full ? NULL : mem_strndup(packed.data, packed.len);
    if (text == NULL) err_set(e, ERR_USAGE, "the templates in '%s' are larger than %d bytes", dir, BUF_MAX_PIECE);
    buf_release(&packed);
    return text;
}

bool own_templates_choice(const char *given, enum own_choice *out, struct err *e)
{
    *out = OWN_ASK;
    if (given == NULL) return true;
    *out = strcmp(given, "take") == 0 ? OWN_TAKE : OWN_KEEP;
    if (*out == OWN_TAKE || strcmp(given, "keep") == 0) return true;
    return err_set(e, ERR_USAGE, "--templates is '%s', expected keep or take", given);
}

// ---- resume -----------------------------------------------------------------------------------------------------

static bool own_refuse(const struct job *j, const char *file, struct err *e)
{
    return err_set(e, ERR_USAGE,
                   "job %" PRId64 ": '%s/%s' is not what the book began with; --templates keep goes on with the old "
                   "text, --templates take with the new one",
                   j->id, j->templates_dir, file);
}

static bool own_compare(const struct job *j, const struct buf *pinned, struct err *e)
{
    char file[TEMPLATE_FILE_SIZE];
    struct templates t;

    if (!templates_unpack(&t, pinned->data, pinned->len, e)) return false;
    bool ok = templates_changed(&t, j->templates_dir, file, e);
    templates_release(&t);
    if (!ok)
        return err_prefix(e,
                          "job %" PRId64 ": its templates cannot be used any more (--templates keep goes on with "
                          "those that the book began with)",
                          j->id);
    return file[0] == '\0' || own_refuse(j, file, e);
}

static bool own_ask(struct store *s, const struct job *j, struct err *e)
{
    struct buf pinned;

    buf_init(&pinned, BUF_MAX_PIECE);
    enum store_found found = store_templates_get(s, j->id, &pinned, e);
    bool ok = found == STORE_NONE || (found == STORE_FOUND && own_compare(j, &pinned, e));
    buf_release(&pinned);
    return ok;
}

static bool own_job(struct store *s, const struct job *j, enum own_choice choice, char **packed, struct err *e)
{
    if (j->state == JOB_DONE) return true;
    if (j->templates_dir[0] == '\0') {
        if (choice != OWN_TAKE) return true;
        return err_set(e, ERR_USAGE, "job %" PRId64 " has no templates of its own: there is nothing to take", j->id);
    }
    if (choice == OWN_ASK) return own_ask(s, j, e);
    *packed = own_templates_read(j->templates_dir, e);
    return *packed != NULL || err_prefix(e, "job %" PRId64, j->id);
}

static bool own_row(struct store *s, int64_t id, enum own_choice choice, char **packed, struct err *e)
{
    struct job j;

    switch (store_job_get(s, id, &j, e)) {
    case STORE_FOUND:
        break;
    case STORE_NONE:
        return true; // the answer to the message will say so
    default:
        return false;
    }
    bool ok = own_job(s, &j, choice, packed, e);
    job_release(&j);
    return ok;
}

bool own_templates_resume(const struct home *h, const int64_t *ids, size_t count, enum own_choice choice,
                          char **packed, struct err *e)
{
    struct observer o;

    if (choice == OWN_KEEP) return true;
    bool ok = observer_open_once(&o, h->path, e);
    for (size_t i = 0; ok && o.store != NULL && i < count; i++) ok = own_row(o.store, ids[i], choice, &packed[i], e);
    observer_release(&o);
    return ok;
}
