// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See spec_parts.h.
#include "spec_parts.h"

#include "base/mem.h"
#include "text/typo.h"
#include "model/config.h"

#include "model/language.h"

#include <stdio.h>
#include <string.h>

#define KINDS_EXPECTED "\"novel\", \"story\", \"textbook\", \"report\", or a folder such as \"./my-templates\""

enum { PATH_BYTES = 1000 };

static const char *const kinds[] = {
    [BOOK_NOVEL] = "novel", [BOOK_STORY] = "story", [BOOK_TEXTBOOK] = "textbook", [BOOK_REPORT] = "report"};

const char *book_kind_name(enum book_kind kind)
{
    return kinds[kind];
}

static bool refuse_kind(const char *name, const char *at, struct err *e)
{
    char found[KEY_FOUND_SIZE];
    const char *near = typo_nearest(name, kinds, ARRAY_LEN(kinds));
    keys_found_text(found, name);
    if (near) return err_set(e, ERR_USAGE, "%s: found %s, did you mean \"%s\"?", at, found, near);
    return err_set(e, ERR_USAGE, "%s: found %s, expected " KINDS_EXPECTED, at, found);
}

static bool read_kind_dir(struct spec *s, const struct json *v, const char *at, struct err *e)
{
    if (!keys_text(v, at, KEY_LINE, PATH_BYTES, e) || !path_check(json_str(v, NULL), at, e)) return false;
    s->kind_dir = mem_strdup(json_str(v, NULL));
    return true;
}

// A folder has a slash: "./novel" is one, "novel" is the built-in kind.
bool kind_read(void *spec, const struct json *v, const char *at, struct err *e)
{
    struct spec *s = spec;
    const char *name = json_str(v, NULL);
    if (!name) return keys_refuse(e, at, v, KINDS_EXPECTED);
    if (strchr(name, '/')) return read_kind_dir(s, v, at, e);
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (strcmp(kinds[i], name) != 0) continue;
        s->kind = (enum book_kind)i;
        return true;
    }
    return refuse_kind(name, at, e);
}

void kind_write(const void *spec, struct json *object, const char *name)
{
    const struct spec *s = spec;
    if (s->kind_dir) json_set_str(object, name, s->kind_dir);
    if (!s->kind_dir && s->kind != BOOK_NOVEL) json_set_str(object, name, kinds[s->kind]);
}

bool approve_read(void *spec, const struct json *v, const char *at, struct err *e)
{
    struct spec *s = spec;
    if (json_kind(v) != JSON_KIND_BOOL) return keys_refuse(e, at, v, "true or false");
    s->approve_outline = json_bool(v, false);
    return true;
}

void approve_write(const void *spec, struct json *object, const char *name)
{
    const struct spec *s = spec;
    if (s->approve_outline) json_set_bool(object, name, true);
}

// ---- formats -------------------------------------------------------------------------------------------------------

const char *const spec_formats[] = {"md", "txt", "html", "epub", "docx", "archive", NULL};
enum { FORMATS = ARRAY_LEN(spec_formats) - 1 };
#define FORMATS_EXPECTED "\"md\", \"txt\", \"html\", \"epub\", \"docx\" or \"archive\""

static bool refuse_format(const struct json *v, const char *at, struct err *e)
{
    char found[KEY_FOUND_SIZE];
    const char *name = json_str(v, NULL), *near = name ? typo_nearest(name, spec_formats, FORMATS) : NULL;
    if (near) return err_set(e, ERR_USAGE, "%s: found %s, did you mean \"%s\"?", at, keys_found(found, v), near);
    return keys_refuse(e, at, v, FORMATS_EXPECTED);
}

static bool add_format(struct spec *s, const struct json *v, const char *at, struct err *e)
{
    const char *name = json_str(v, NULL);
    size_t i = 0;
    while (i < FORMATS && !(name && strcmp(name, spec_formats[i]) == 0)) i++;
    if (i == FORMATS) return refuse_format(v, at, e);
    if (s->exports & 1U << i) return err_set(e, ERR_USAGE, "%s: found \"%s\" twice, expected it once", at, name);
    s->exports |= 1U << i;
    return true;
}

bool formats_read(void *spec, const struct json *v, const char *at, struct err *e)
{
    struct spec *s = spec;
    char item[KEY_PATH_SIZE + 24];
    if (json_kind(v) != JSON_KIND_ARRAY) return keys_refuse(e, at, v, "a list such as [\"md\", \"epub\"]");
    s->exports = 0;
    for (size_t i = 0; i < json_count(v); i++) {
        (void)snprintf(item, sizeof item, "%s[%zu]", at, i);
        if (!add_format(s, json_at(v, i), item, e)) return false;
    }
    return true;
}

void formats_write(const void *spec, struct json *object, const char *name)
{
    const struct spec *s = spec;
    if (s->exports == SPEC_EXPORTS_DEFAULT) return;
    struct json *list = json_new_array();
    for (size_t i = 0; i < FORMATS; i++)
        if (s->exports & 1U << i) json_push(list, json_new_str(spec_formats[i]));
    json_set(object, name, list);
}

bool language_check(const char *tag, const char *at, struct err *e)
{
    char found[KEY_FOUND_SIZE];
    size_t letters = strspn(tag, "abcdefghijklmnopqrstuvwxyz");
    const char *meant = language_tag_of(tag);
    if (meant)
        return err_set(e, ERR_USAGE, "%s: found \"%s\", did you mean \"%s\"?", at, language_name(meant), meant);
    if (tag[letters] == '\0' && (letters == 2 || letters == 3)) return true;
    return err_set(e, ERR_USAGE,
                   "%s: found %s, expected a language tag of two or three small letters, such as \"en\"", at,
                   keys_found_text(found, tag));
}

// A spec is passed around between people: a path must not lead out of its folder, on any system.
bool path_check(const char *path, const char *at, struct err *e)
{
    char found[KEY_FOUND_SIZE];
    bool leads_out = *path == '/' || *path == '~' || strpbrk(path, "\\:") || keys_blank(path);
    for (const char *part = path; !leads_out && part; part = strchr(part, '/')) {
        part += *part == '/';
        leads_out = strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0');
    }
    if (!leads_out) return true;
    return err_set(e, ERR_USAGE, "%s: found %s, expected a relative path without \"..\"", at,
                   keys_found_text(found, path));
}

static bool is_backend_name(const char *name)
{
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
    return len >= 1 && len <= 64 && name[len] == '\0' && !strchr("._-", *name);
}

bool backend_name_check(const char *name, const char *at, struct err *e)
{
    char found[KEY_FOUND_SIZE];
    if (is_backend_name(name)) return true;
    return err_set(e, ERR_USAGE, "%s: found %s, expected a name of letters, digits, \".\", \"_\" and \"-\"", at,
                   keys_found_text(found, name));
}

// What may hold a password is not shown.
bool backend_check(const char *name, const char *at, struct err *e)
{
    char found[KEY_FOUND_SIZE];
    if (strstr(name, "://")) return url_check(name, e) || err_prefix(e, "%s", at);
    if (is_backend_name(name)) return true;
    return err_set(e, ERR_USAGE,
                   "%s: found %s, expected \"auto\", \"sim\", a name from the config, or http://HOST[:PORT]", at,
                   strchr(name, '@') ? "a text with \"@\"" : keys_found_text(found, name));
}
