// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// JSON values by jansson, behind a few names of our own. Reading refuses duplicate keys, invalid UTF-8, NUL, and
// nesting beyond jansson's 2048. A value that was read or built is a tree owned by its root: free only the root.
// The accessors accept NULL and a wrong kind, and answer NULL, 0 or the given default, so that a reader of foreign
// JSON can walk down without a test at each step.
#ifndef IO_JSON_H
#define IO_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct json;

enum json_kind {
    JSON_NONE,
    JSON_KIND_NULL,
    JSON_KIND_BOOL,
    JSON_KIND_INT,
    JSON_KIND_REAL,
    JSON_KIND_STRING,
    JSON_KIND_ARRAY,
    JSON_KIND_OBJECT
};

// NULL and e set ("line 4, column 7: …") when the bytes are not exactly one JSON value (white space around is fine).
struct json *json_read(const char *data, size_t len, struct err *e);
void json_free(struct json *v);

enum json_kind json_kind(const struct json *v);
const char *json_kind_name(enum json_kind kind); // "a string", "an object", …
const struct json *json_get(const struct json *object, const char *key);
size_t json_count(const struct json *array_or_object);
const struct json *json_at(const struct json *array, size_t index);
const char *json_str(const struct json *v, size_t *len);   // NULL if it is no string; len may be NULL
int64_t json_int(const struct json *v, int64_t otherwise); // accepts a real without a fraction
double json_num(const struct json *v, double otherwise);
bool json_bool(const struct json *v, bool otherwise);
// Calls `each` for every member, in the order of the text, until it returns false.
void json_each(const struct json *object, bool (*each)(void *arg, const char *key, const struct json *v), void *arg);

// Building. The setters take ownership of `v` and never fail (out of memory ends the process); text that is not
// valid UTF-8 is repaired with U+FFFD.
struct json *json_new_object(void);
struct json *json_new_array(void);
void json_set(struct json *object, const char *key, struct json *v);
void json_set_str(struct json *object, const char *key, const char *s); // NULL sets null
void json_set_strn(struct json *object, const char *key, const char *s, size_t len);
void json_set_int(struct json *object, const char *key, int64_t n);
void json_set_num(struct json *object, const char *key, double n);
void json_set_bool(struct json *object, const char *key, bool b);
void json_push(struct json *array, struct json *v);
struct json *json_new_str(const char *s);
struct json *json_new_int(int64_t n);
struct json *json_clone(const struct json *v); // deep (not json_copy: jansson has that name)

// Appends the value as text, keys in the order they were set. `indent` 0: compact, one line.
bool json_write(const struct json *v, struct buf *out, int indent);
// Appends one string as JSON text, quotes included: what json_write gives for it, at a tenth of the cost. For prompts,
// which are long, valid UTF-8 already, and stand between two requests.
bool json_write_str(struct buf *out, const char *s, size_t len);

struct library;
void json_library(struct library *out); // see base/library.h

#endif
