// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Tables of keys: what a JSON document of the user's may hold, and where each value goes. One table drives parsing,
// errors with "did you mean", defaults, release, writing, help and the test that holds the JSON schema to it.
//
// Paths are dotted ("limits.attempts"): every part but the last is an object. The texts that a struct points to
// belong to it and are malloc'ed.
#ifndef MODEL_KEYS_H
#define MODEL_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "io/json.h"

enum key_type {
    KEY_IGNORED, // a string for others ("$schema")
    KEY_LINE,    // char *: text without newline or tab
    KEY_TEXT,    // char *: text of any number of lines
    KEY_INT,     // int
    KEY_INT64,   // int64_t, within the 2^53 that every JSON reader holds exactly
    KEY_REAL,    // double
    KEY_OWN,     // by the functions `read` and `write` of the key
};

struct key {
    const char *path;
    enum key_type type;
    bool required;
    bool project;               // config only: a project's own file may set it
    size_t offset;              // of the value in the struct
    double least, most;         // numbers: the range; texts: `most` bytes
    double otherwise;           // numbers: what stands for "not given"
    const char *otherwise_text; // texts: the default, or NULL
    // KEY_LINE, KEY_TEXT: refuses what the type lets pass. NULL: all is good, and blank counts as not given. `at` is
    // the JSON path for the message.
    bool (*check)(const char *text, const char *at, struct err *e);
    // KEY_OWN: reads into the struct; adds itself to the object as `name` if it is given (NULL: never).
    bool (*read)(void *into, const struct json *v, const char *at, struct err *e);
    void (*write)(const void *from, struct json *object, const char *name);
    const char *help; // one line
};

struct key_table {
    const struct key *keys; // at most 64
    size_t count;
    bool dotted;          // "a.b" may also be written as one key
    const char *who_else; // "the user's config": who may set keys that are not `project`
};

enum { KEY_PATH_SIZE = 256 }; // a JSON path in a message

// The tables themselves, for help and for tests.
extern const struct key_table spec_keys, config_keys;
// Of the objects in their lists.
extern const struct key_table spec_character_keys, spec_chapter_keys, spec_opening_keys, fallback_keys, backend_keys;

void keys_init(const struct key_table *t, void *into); // defaults
// Sets what the object gives. `at` is the object's JSON path ("$"). On false some values may be set already.
bool keys_read(const struct key_table *t, void *into, const struct json *object, const char *at, bool project,
               struct err *e);
// The same; `seen` gets a bit for each key of the table that the object gives.
bool keys_read_seen(const struct key_table *t, void *into, const struct json *object, const char *at, bool project,
                    uint64_t *seen, struct err *e);
void keys_release(const struct key_table *t, void *into); // the texts; KEY_OWN is the caller's
// Adds what is given and differs from its default, in the order of the table.
void keys_write(const struct key_table *t, const void *from, struct json *object);
// The value that a key has, also if it is the default; NULL: it has none. And its default.
struct json *keys_value(const struct key *k, const void *from);
struct json *keys_default(const struct key *k);
// By its dotted path; NULL: there is no such key. What may have been meant instead, or NULL.
const struct key *keys_find(const struct key_table *t, const char *path);
const char *keys_nearest(const struct key_table *t, const char *path);
// A value as somebody types it: a text as it is, all else as JSON. NULL with e set: it is no JSON.
struct json *keys_typed(const struct key *k, const char *text, struct err *e);

// What was found, for a message: a short value itself (`20`, `"abc"`), else its kind ("an object"); masked.
enum { KEY_FOUND_SIZE = 96 };
const char *keys_found(char out[KEY_FOUND_SIZE], const struct json *v);
const char *keys_found_text(char out[KEY_FOUND_SIZE], const char *text);
// Sets "AT: found FOUND, expected EXPECTED" (a NULL value is "nothing"). Always returns false.
bool keys_refuse(struct err *e, const char *at, const struct json *v, const char *expected);
// Whether it is a text of that type and length; the error says what else it is.
bool keys_text(const struct json *v, const char *at, enum key_type type, size_t most, struct err *e);
bool keys_blank(const char *text);

#endif
