// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// JSON by jansson: the only file that includes it. A `struct json` is a json_t by another name; the tree's root holds
// the one reference that counts. Reading a stream event is the hot path of the program, so it does no more than
// jansson's own parse, and writing goes piece by piece into the caller's buffer, without a string in between.
#include "io/json.h"

#include "base/library.h"
#include "base/log.h"
#include "base/mem.h"
#include "text/utf8.h"

#include <jansson.h>

#include <math.h>
#include <string.h>

// 15 digits give back every decimal that a person writes (0.8 stays 0.8).
enum { REAL_DIGITS = 15 };

// 2^63, the first double that no int64_t holds.
#define INT64_END 9223372036854775808.0

// From here on an allocation of jansson does not fail: a NULL from it is an error in what it was given.
__attribute__((constructor)) static void json_use_mem(void)
{
    json_set_alloc_funcs(mem_alloc, free);
}

static json_t *inner(const struct json *v)
{
    return (json_t *)v;
}

static struct json *outer(json_t *v)
{
    return (struct json *)v;
}

struct json *json_read(const char *data, size_t len, struct err *e)
{
    json_error_t at;
    json_t *v = json_loadb(data, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &at);
    if (!v) {
        char text[sizeof at.text];
        log_mask(text, sizeof text, at.text);
        err_set(e, ERR_USAGE, "line %d, column %d: %s", at.line, at.column, text);
    } else if (memchr(data, '\0', len)) { // jansson passes over one that follows a number or a word
        json_decref(v);
        v = NULL;
        err_set(e, ERR_USAGE, "a NUL byte");
    }
    return outer(v);
}

void json_free(struct json *v)
{
    json_decref(inner(v));
}

enum json_kind json_kind(const struct json *v)
{
    if (!v) return JSON_NONE;
    switch (json_typeof(inner(v))) {
    case JSON_OBJECT:
        return JSON_KIND_OBJECT;
    case JSON_ARRAY:
        return JSON_KIND_ARRAY;
    case JSON_STRING:
        return JSON_KIND_STRING;
    case JSON_INTEGER:
        return JSON_KIND_INT;
    case JSON_REAL:
        return JSON_KIND_REAL;
    case JSON_TRUE:
    case JSON_FALSE:
        return JSON_KIND_BOOL;
    case JSON_NULL:
        return JSON_KIND_NULL;
    }
    return JSON_NONE;
}

const char *json_kind_name(enum json_kind kind)
{
    static const char *const names[] = {
        [JSON_NONE] = "nothing",
        [JSON_KIND_NULL] = "null",
        [JSON_KIND_BOOL] = "true or false",
        [JSON_KIND_INT] = "a whole number",
        [JSON_KIND_REAL] = "a number",
        [JSON_KIND_STRING] = "a string",
        [JSON_KIND_ARRAY] = "an array",
        [JSON_KIND_OBJECT] = "an object",
    };
    return names[kind];
}

const struct json *json_get(const struct json *object, const char *key)
{
    return outer(json_object_get(inner(object), key));
}

size_t json_count(const struct json *array_or_object)
{
    const json_t *v = inner(array_or_object);
    return json_is_object(v) ? json_object_size(v) : json_array_size(v);
}

const struct json *json_at(const struct json *array, size_t index)
{
    return outer(json_array_get(inner(array), index));
}

const char *json_str(const struct json *v, size_t *len)
{
    if (len) *len = json_string_length(inner(v));
    return json_string_value(inner(v));
}

int64_t json_int(const struct json *v, int64_t otherwise)
{
    if (json_is_integer(inner(v))) return json_integer_value(inner(v));
    if (!json_is_real(inner(v))) return otherwise;
    double n = json_real_value(inner(v));
    bool fits = n >= -INT64_END && n < INT64_END;
    if (!fits || floor(n) < n) return otherwise;
    return (int64_t)n;
}

double json_num(const struct json *v, double otherwise)
{
    return json_is_number(inner(v)) ? json_number_value(inner(v)) : otherwise;
}

bool json_bool(const struct json *v, bool otherwise)
{
    return json_is_boolean(inner(v)) ? json_is_true(inner(v)) : otherwise;
}

void json_each(const struct json *object, bool (*each)(void *arg, const char *key, const struct json *v), void *arg)
{
    const char *key;
    json_t *v;
    json_object_foreach(inner(object), key, v) if (!each(arg, key, outer(v))) return;
}

struct json *json_new_object(void)
{
    return outer(json_object());
}

struct json *json_new_array(void)
{
    return outer(json_array());
}

// The length of the character at the start of `s`, 0 if it is broken. NUL counts as broken, since reading refuses it.
static size_t character(const char *s, size_t len)
{
    if (*s == '\0') return 0;
    for (size_t n = 1; n <= 4 && n <= len; n++)
        if (utf8_valid(s, n)) return n;
    return 0;
}

static json_t *repaired(const char *s, size_t len)
{
    struct buf whole;
    buf_init(&whole, len * 3 + 1); // a broken byte becomes the three of U+FFFD
    for (size_t i = 0; i < len;) {
        size_t n = character(s + i, len - i);
        buf_add(&whole, n ? s + i : "\xEF\xBF\xBD", n ? n : 3);
        i += n ? n : 1;
    }
    json_t *v = json_stringn_nocheck(whole.data, whole.len);
    buf_release(&whole);
    return v;
}

static json_t *string(const char *s, size_t len)
{
    json_t *v = memchr(s, '\0', len) ? NULL : json_stringn(s, len);
    return v ? v : repaired(s, len);
}

struct json *json_new_str(const char *s)
{
    return outer(s ? string(s, strlen(s)) : json_null());
}

struct json *json_new_int(int64_t n)
{
    return outer(json_integer(n));
}

void json_set(struct json *object, const char *key, struct json *v)
{
    json_object_set_new_nocheck(inner(object), key, inner(v));
}

void json_set_str(struct json *object, const char *key, const char *s)
{
    json_set(object, key, json_new_str(s));
}

void json_set_strn(struct json *object, const char *key, const char *s, size_t len)
{
    json_set(object, key, outer(string(s, len)));
}

void json_set_int(struct json *object, const char *key, int64_t n)
{
    json_set(object, key, json_new_int(n));
}

void json_set_num(struct json *object, const char *key, double n)
{
    json_set(object, key, outer(isfinite(n) ? json_real(n) : json_null()));
}

void json_set_bool(struct json *object, const char *key, bool b)
{
    json_set(object, key, outer(json_boolean(b)));
}

void json_push(struct json *array, struct json *v)
{
    json_array_append_new(inner(array), inner(v));
}

struct json *json_clone(const struct json *v)
{
    return outer(json_deep_copy(inner(v)));
}

static int add_piece(const char *piece, size_t len, void *out)
{
    return buf_add(out, piece, len) ? 0 : -1;
}

bool json_write(const struct json *v, struct buf *out, int indent)
{
    size_t flags = JSON_ENCODE_ANY | JSON_REAL_PRECISION(REAL_DIGITS);
    flags |= indent > 0 ? JSON_INDENT((size_t)indent) : JSON_COMPACT;
    return json_dump_callback(inner(v), add_piece, out, flags) == 0;
}

// RFC 8259, section 7: quotation mark, reverse solidus and control characters must be escaped, nothing else.
static void add_escaped(struct buf *out, unsigned char c)
{
    static const char letters[] = "\b\t\n\f\r", names[] = "btnfr";
    const char *at = c != 0 ? strchr(letters, c) : NULL;
    if (c == '"' || c == '\\')
        buf_addf(out, "\\%c", c);
    else if (at != NULL)
        buf_addf(out, "\\%c", names[at - letters]);
    else
        buf_addf(out, "\\u%04X", c);
}

bool json_write_str(struct buf *out, const char *s, size_t len)
{
    size_t from = 0;
    buf_addc(out, '"');
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        buf_add(out, s + from, i - from);
        add_escaped(out, c);
        from = i + 1;
    }
    buf_add(out, s + from, len - from);
    return buf_addc(out, '"') && !out->full;
}

void json_library(struct library *out)
{
    library_set(out, "jansson", JANSSON_VERSION, jansson_version_str());
}
