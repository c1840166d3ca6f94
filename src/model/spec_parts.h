// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The values of a spec that are more than a number or a text: readers and writers for the tables of keys.
#ifndef MODEL_SPEC_PARTS_H
#define MODEL_SPEC_PARTS_H

#include "model/keys.h"
#include "model/spec.h"

bool kind_read(void *spec, const struct json *v, const char *at, struct err *e);
void kind_write(const void *spec, struct json *object, const char *name);
bool export_read(void *spec, const struct json *v, const char *at, struct err *e);
void export_write(const void *spec, struct json *object, const char *name);
bool characters_read(void *spec, const struct json *v, const char *at, struct err *e);
void characters_write(const void *spec, struct json *object, const char *name);
void characters_release(struct spec *s);

bool language_check(const char *tag, const char *at, struct err *e);
bool cover_check(const char *path, const char *at, struct err *e);
// "auto", "sim", the name of a configured backend, or a plain URL. The config uses it too.
bool backend_check(const char *name, const char *at, struct err *e);
bool backend_name_check(const char *name, const char *at, struct err *e); // no URL

#endif
