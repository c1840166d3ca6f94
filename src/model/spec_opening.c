// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Opening chapters that the user has written already: their text in the spec itself, or in files below its folder.
#include "spec_parts.h"

#include "base/file.h"
#include "base/mem.h"
#include "text/utf8.h"
#include "text/words.h"

#include "document.h"

#include <stdio.h>
#include <string.h>

enum {
    OPENING_BYTES = 2 * 1000 * 1000, // of all chapters together
    TITLE_BYTES = 300,
};

#define AT(field) .offset = offsetof(struct spec_opening, field)

static bool text_check(const char *text, const char *at, struct err *e)
{
    return !keys_blank(text) || err_set(e, ERR_USAGE, "%s: found a blank text, expected words", at);
}

static const struct key keys[] = {
    {"title", KEY_LINE, AT(title), .most = TITLE_BYTES,
     .help = "title of the chapter; left out, that of the outline"},
    {"text", KEY_TEXT, AT(text), .most = OPENING_BYTES, .check = text_check,
     .help = "the chapter itself, blank lines between its paragraphs"},
    {"file", KEY_LINE, AT(file), .most = 1000, .check = path_check,
     .help = "instead of text, a file with it: a path below the folder of this file"},
};
const struct key_table spec_opening_keys = {.keys = keys, .count = ARRAY_LEN(keys)};

// ---- reading and writing -----------------------------------------------------------------------------------------

static bool read_chapter(struct spec_opening *o, const struct json *v, const char *at, struct err *e)
{
    if (!keys_read(&spec_opening_keys, o, v, at, false, e)) return false;
    if (o->text && o->file)
        return err_set(e, ERR_USAGE, "%s: found both \"text\" and \"file\", expected one of them", at);
    if (o->text || o->file) return true;
    return err_set(e, ERR_USAGE, "%s: found neither \"text\" nor \"file\", expected one of them", at);
}

bool opening_read(void *spec, const struct json *v, const char *at, struct err *e)
{
    struct spec *s = spec;
    char item[KEY_PATH_SIZE + 24];
    size_t count = json_count(v);
    if (json_kind(v) != JSON_KIND_ARRAY)
        return keys_refuse(e, at, v, "a list of chapters such as {\"file\": \"chapter-1.md\"}");
    if (count > SPEC_CHAPTERS_MAX)
        return err_set(e, ERR_USAGE, "%s: found %zu chapters, expected at most %d", at, count, SPEC_CHAPTERS_MAX);
    s->opening = mem_calloc(count + 1, sizeof *s->opening);
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(item, sizeof item, "%s[%zu]", at, i);
        s->opening_count = i + 1;
        if (!read_chapter(&s->opening[i], json_at(v, i), item, e)) return false;
    }
    return true;
}

void opening_write(const void *spec, struct json *object, const char *name)
{
    const struct spec *s = spec;
    if (s->opening_count == 0) return;
    struct json *list = json_new_array();
    for (size_t i = 0; i < s->opening_count; i++) {
        struct json *item = json_new_object();
        keys_write(&spec_opening_keys, &s->opening[i], item);
        json_push(list, item);
    }
    json_set(object, name, list);
}

void opening_release(struct spec *s)
{
    for (size_t i = 0; i < s->opening_count; i++) keys_release(&spec_opening_keys, &s->opening[i]);
    free(s->opening);
}

// ---- beside the rest of the spec ---------------------------------------------------------------------------------

static bool check_bytes(const struct spec *s, struct err *e)
{
    size_t bytes = 0;
    for (size_t i = 0; i < s->opening_count; i++) bytes += s->opening[i].text ? strlen(s->opening[i].text) : 0;
    if (bytes <= OPENING_BYTES) return true;
    return err_set(e, ERR_USAGE, "$.opening: found %zu bytes in its chapters, expected at most %d", bytes,
                   OPENING_BYTES);
}

static bool check_words(const struct spec *s, struct err *e)
{
    int64_t words = 0, most = s->words - s->words / 10;
    for (size_t i = 0; i < s->opening_count; i++) {
        const char *text = s->opening[i].text;
        if (text) words += (int64_t)words_count(text, strlen(text));
    }
    if (words <= most) return true;
    return err_set(
        e, ERR_USAGE,
        "$.opening: found %lld words in its chapters, expected at most %lld of the %lld in $.words, so that "
        "something is left to write",
        (long long)words, (long long)most, (long long)s->words);
}

bool opening_check(const struct spec *s, struct err *e)
{
    int most = spec_chapters(s) - 1;
    if (s->opening_count <= (size_t)most) return check_bytes(s, e) && check_words(s, e);
    return err_set(e, ERR_USAGE,
                   "$.opening: found %zu chapter%s, expected at most %d in a book of %d; give more in $.chapters",
                   s->opening_count, s->opening_count == 1 ? "" : "s", most, most + 1);
}

// ---- files -------------------------------------------------------------------------------------------------------

// 0: all of it is UTF-8.
static size_t broken_line(const char *text, size_t len)
{
    for (size_t at = 0, line = 1; at < len; line++) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t bytes = end ? (size_t)(end - text) - at : len - at;
        if (!utf8_valid(text + at, bytes)) return line;
        at += bytes + 1;
    }
    return 0;
}

// The byte order mark and the carriage returns of another system's editor go.
static char *as_text(const struct buf *file)
{
    bool marked = file->len >= 3 && memcmp(file->data, "\xEF\xBB\xBF", 3) == 0;
    char *text = mem_strdup(file->data + (marked ? 3 : 0)), *to = text;
    for (const char *from = text; *from; from++)
        if (*from != '\r' || from[1] != '\n') *to++ = *from;
    *to = '\0';
    return text;
}

// What a text in the spec itself would have been refused for. Takes `text`.
static bool accept_text(struct spec_opening *o, char *text, const char *at, struct err *e)
{
    struct json *v = json_new_str(text);
    bool ok = keys_text(v, at, KEY_TEXT, OPENING_BYTES, e) && text_check(text, at, e);
    json_free(v);
    if (!ok) {
        free(text);
        return false;
    }
    free(o->file);
    o->file = NULL;
    o->text = text;
    return true;
}

// A heading at the head of a file is its title, not its prose.
static void take_heading(struct spec_opening *o, char *text)
{
    size_t marks = strspn(text, "#"), line = strcspn(text, "\n");
    if (marks == 0 || marks > 3 || text[marks] != ' ') return;
    size_t from = marks + strspn(text + marks, " ");
    if (!o->title && line > from)
        o->title =
            mem_strndup(text + from, line - from < TITLE_BYTES ? line - from : utf8_whole(text + from, TITLE_BYTES));
    line += strspn(text + line, "\n");
    memmove(text, text + line, strlen(text + line) + 1);
}

static bool take_file(struct spec_opening *o, const struct buf *file, const char *path, const char *at, struct err *e)
{
    size_t line = broken_line(file->data, file->len);
    if (line > 0)
        return err_set(e, ERR_USAGE, "%s: '%s', line %zu: found bytes that are not UTF-8 text", at, path, line);
    if (strlen(file->data) < file->len)
        return err_set(e, ERR_USAGE, "%s: '%s': found a NUL byte, expected text", at, path);
    char *text = as_text(file);
    take_heading(o, text);
    return accept_text(o, text, at, e);
}

static bool read_file(struct spec_opening *o, const char *path, const char *at, struct err *e)
{
    struct buf file;
    struct err why = ERR_INIT;
    bool ok = false;
    buf_init(&file, OPENING_BYTES);
    switch (file_read(path, &file, &why)) {
    case FILE_READ_OK:
        ok = take_file(o, &file, path, at, e);
        break;
    case FILE_READ_MISSING:
        err_set(e, ERR_USAGE, "%s: there is no file '%s'", at, path);
        break;
    case FILE_READ_ERROR:
        err_set(e, ERR_USAGE, "%s: %s", at, why.text);
        break;
    }
    buf_release(&file);
    return ok;
}

static bool read_below(struct spec_opening *o, const char *dir, const char *at, struct err *e)
{
    char *path = spec_file_path(dir, o->file, at, e);
    bool ok = path && read_file(o, path, at, e);
    free(path);
    return ok;
}

bool spec_read_files(struct spec *s, const char *dir, const char *name, struct err *e)
{
    char at[KEY_PATH_SIZE], label[DOCUMENT_LABEL_SIZE];
    bool ok = true;
    for (size_t i = 0; ok && i < s->opening_count; i++) {
        if (!s->opening[i].file) continue;
        (void)snprintf(at, sizeof at, "$.opening[%zu].file", i);
        ok = read_below(&s->opening[i], dir, at, e) && check_bytes(s, e);
    }
    ok = ok && opening_check(s, e);
    return ok || err_prefix(e, "%s", document_label(label, "spec", name));
}

bool spec_has_texts(const struct spec *s)
{
    for (size_t i = 0; i < s->opening_count; i++)
        if (!s->opening[i].text) return false;
    return true;
}
