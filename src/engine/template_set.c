// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Template sets: the binary's own, and the packed form, which is a JSON object: name to text, and "markup" if it is true.
#include "engine/template_set.h"

#include <string.h>

#include "base/mem.h"
#include "engine/template_text.h"
#include "io/json.h"
#include "text/embedded.h"

static void hash_set(struct templates *t)
{
    uint64_t hash = HASH_START;
    for (int i = 0; i < TEMPLATE_COUNT; i++) {
        const char *name = template_name((enum template_id)i);
        hash = hash_add(hash, name, strlen(name) + 1);
        hash = hash_add(hash, t->text[i], strlen(t->text[i]) + 1);
    }
    if (t->markup) hash = hash_add(hash, "markup", sizeof("markup"));
    hash_text(t->hash, hash);
}

static char *embedded_text(enum book_kind kind, enum template_id id, struct err *e)
{
    char *path = mem_printf("%s/%s.txt", book_kind_name(kind), template_name(id)), *text = NULL;
    for (const struct embedded_file *f = embedded_templates; f->name && !text; f++)
        if (strcmp(f->name, path) == 0) text = mem_strndup(f->data, f->len);
    if (!text) err_set(e, ERR_INTERNAL, "this binary has no template '%s'", path);
    free(path);
    return text;
}

bool templates_complete(struct templates *t, enum book_kind kind, struct err *e)
{
    for (int i = 0; i < TEMPLATE_COUNT; i++) {
        if (!t->text[i]) t->text[i] = embedded_text(kind, (enum template_id)i, e);
        if (t->text[i]) continue;
        templates_release(t);
        return false;
    }
    hash_set(t);
    return true;
}

bool templates_embedded(struct templates *out, enum book_kind kind, struct err *e)
{
    *out = (struct templates){.markup = kind == BOOK_TEXTBOOK || kind == BOOK_REPORT};
    return templates_complete(out, kind, e);
}

// ---- packed ------------------------------------------------------------------------------------------------------

void templates_pack(const struct templates *t, struct buf *out)
{
    struct json *object = json_new_object();
    for (int i = 0; i < TEMPLATE_COUNT; i++) json_set_str(object, template_name((enum template_id)i), t->text[i]);
    if (t->markup) json_set_bool(object, "markup", true);
    json_write(object, out, 0);
    json_free(object);
}

// One that this program cannot fill (an older one packed it, with variables that there are no more) is as good as none.
static bool unpack_text(struct templates *t, enum template_id id, const struct json *packed, struct err *e)
{
    struct err unfit = ERR_INIT;
    const char *text = json_str(json_get(packed, template_name(id)), NULL);
    if (!text)
        return template_is_newer(id) || err_set(e, ERR_STORE, "the job's templates lack '%s'", template_name(id));
    if (template_check_text(id, template_name(id), text, &unfit)) t->text[id] = mem_strdup(text);
    return true;
}

bool templates_unpack(struct templates *out, const char *packed, size_t len, struct err *e)
{
    *out = (struct templates){0};
    struct json *object = json_read(packed, len, e);
    if (!object) return err_prefix(e, "cannot read the job's templates");
    bool ok = true;
    for (int i = 0; ok && i < TEMPLATE_COUNT; i++) ok = unpack_text(out, (enum template_id)i, object, e);
    out->markup = json_bool(json_get(object, "markup"), false);
    json_free(object);
    if (ok) return templates_complete(out, BOOK_NOVEL, e);
    templates_release(out);
    return false;
}

void templates_release(struct templates *t)
{
    for (int i = 0; i < TEMPLATE_COUNT; i++) free(t->text[i]);
    *t = (struct templates){0};
}

bool templates_fill(const struct templates *t, enum template_id id, const char *part, struct buf *out,
                    const struct template_var *vars, size_t vars_count, struct err *e)
{
    const char *name = template_name(id), *text = t->text[id];
    return template_fill(out, name, text, strlen(text), part, vars, vars_count, e);
}
