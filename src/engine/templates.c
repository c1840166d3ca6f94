// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Template sets. The packed form is a JSON object, name to text.
#include "engine/templates.h"

#include <string.h>

#include "base/mem.h"
#include "io/json.h"
#include "text/embedded.h"

static const char *const names[TEMPLATE_COUNT] = {
    [TEMPLATE_RULES] = "rules",     [TEMPLATE_BIBLE] = "bible", [TEMPLATE_OUTLINE] = "outline",
    [TEMPLATE_OPENING] = "opening", [TEMPLATE_CHUNK] = "chunk", [TEMPLATE_RECAP] = "recap",
};

const char *template_name(enum template_id id)
{
    return names[id];
}

static void hash_set(struct templates *t)
{
    uint64_t hash = HASH_START;
    for (int i = 0; i < TEMPLATE_COUNT; i++) {
        hash = hash_add(hash, names[i], strlen(names[i]) + 1);
        hash = hash_add(hash, t->text[i], strlen(t->text[i]) + 1);
    }
    hash_text(t->hash, hash);
}

static const struct embedded_file *embedded_find(const char *path)
{
    for (const struct embedded_file *f = embedded_templates; f->name; f++)
        if (strcmp(f->name, path) == 0) return f;
    return NULL;
}

// A story is a short novel; the others have folders of their own.
static const char *folder_of(enum book_kind kind)
{
    return book_kind_name(kind == BOOK_STORY ? BOOK_NOVEL : kind);
}

bool templates_embedded(struct templates *out, enum book_kind kind, struct err *e)
{
    memset(out, 0, sizeof(*out));
    for (int i = 0; i < TEMPLATE_COUNT; i++) {
        char *path = mem_printf("%s/%s.txt", folder_of(kind), names[i]);
        const struct embedded_file *f = embedded_find(path);
        if (f)
            out->text[i] = mem_strndup(f->data, f->len);
        else
            err_set(e, ERR_INTERNAL, "this binary has no template '%s'", path);
        free(path);
        if (!f) {
            templates_release(out);
            return false;
        }
    }
    hash_set(out);
    return true;
}

void templates_pack(const struct templates *t, struct buf *out)
{
    struct json *object = json_new_object();
    for (int i = 0; i < TEMPLATE_COUNT; i++) json_set_str(object, names[i], t->text[i]);
    json_write(object, out, 0);
    json_free(object);
}

bool templates_unpack(struct templates *out, const char *packed, size_t len, struct err *e)
{
    memset(out, 0, sizeof(*out));
    struct json *object = json_read(packed, len, e);
    if (!object) return err_prefix(e, "cannot read the job's templates");
    bool ok = true;
    for (int i = 0; i < TEMPLATE_COUNT && ok; i++) {
        const char *text = json_str(json_get(object, names[i]), NULL);
        if (text)
            out->text[i] = mem_strdup(text);
        else
            ok = err_set(e, ERR_STORE, "the job's templates lack '%s'", names[i]);
    }
    json_free(object);
    if (ok)
        hash_set(out);
    else
        templates_release(out);
    return ok;
}

void templates_release(struct templates *t)
{
    for (int i = 0; i < TEMPLATE_COUNT; i++) free(t->text[i]);
    memset(t, 0, sizeof(*t));
}

bool templates_fill(const struct templates *t, enum template_id id, struct buf *out, const struct template_var *vars,
                    size_t vars_count, struct err *e)
{
    return template_fill(out, names[id], t->text[id], strlen(t->text[id]), vars, vars_count, e);
}
