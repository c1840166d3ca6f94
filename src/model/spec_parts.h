// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The values of a spec that are more than a number or a text: readers and writers for the tables of keys.
#ifndef MODEL_SPEC_PARTS_H
#define MODEL_SPEC_PARTS_H

#include "model/config.h"
#include "model/keys.h"
#include "model/spec.h"

bool kind_read(void *spec, const struct json *v, const char *at, struct err *e);
void kind_write(const void *spec, struct json *object, const char *name);
bool formats_read(void *spec, const struct json *v, const char *at, struct err *e);
void formats_write(const void *spec, struct json *object, const char *name);
bool approve_read(void *spec, const struct json *v, const char *at, struct err *e);
void approve_write(const void *spec, struct json *object, const char *name);
bool characters_read(void *spec, const struct json *v, const char *at, struct err *e);
void characters_write(const void *spec, struct json *object, const char *name);
void characters_release(struct spec *s);

// The checks look at what a key has to do with others; the numbers of chapters must be known to be good before.
enum { SPEC_CHAPTERS_MAX = 2000, FALLBACKS_MAX = 16 };
bool spec_outline_read(void *spec, const struct json *v, const char *at, struct err *e);
void spec_outline_write(const void *spec, struct json *object, const char *name);
void spec_outline_release(struct spec *s);
int outline_last(const struct spec *s); // greatest number, 0: there is none
bool spec_outline_check(const struct spec *s, struct err *e);
bool opening_read(void *spec, const struct json *v, const char *at, struct err *e);
void opening_write(const void *spec, struct json *object, const char *name);
void opening_release(struct spec *s);
bool opening_check(const struct spec *s, struct err *e);

// Replaces the list; the config uses it too. On false the first of them may stand in it.
bool fallback_list_read(struct fallback **list, size_t *count, const struct json *v, const char *at, struct err *e);
void fallback_list_release(struct fallback *list, size_t count);
// Adds it to the object as `name`, if it is not empty.
void fallback_list_write(const struct fallback *list, size_t count, struct json *object, const char *name);
bool fallback_of_spec_read(void *spec, const struct json *v, const char *at, struct err *e);
void fallback_of_spec_write(const void *spec, struct json *object, const char *name);

bool language_check(const char *tag, const char *at, struct err *e);
// Where a file that the spec names is, malloc'ed; NULL: a link leads out of the folder.
char *spec_file_path(const char *dir, const char *file, const char *at, struct err *e);
// A relative path that stays below the folder of the spec.
bool path_check(const char *path, const char *at, struct err *e);
// "auto", "sim", the name of a configured backend, or a plain URL. The config uses it too.
bool backend_check(const char *name, const char *at, struct err *e);
bool backend_name_check(const char *name, const char *at, struct err *e); // no URL

#endif
