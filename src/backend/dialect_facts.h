// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Filling what a server says about itself, from JSON of any kind: what makes no sense is not said.
#ifndef BACKEND_DIALECT_FACTS_H
#define BACKEND_DIALECT_FACTS_H

#include "dialect.h"

// It is a server of this kind, and can what those can. Of one of which no more is known nothing is assumed.
void facts_assume(struct backend_facts *f, enum dialect_kind kind);
void facts_set_version(struct backend_facts *f, const struct json *v);
// A question's reader: {"version": …}
bool facts_read_version(struct backend_facts *f, const struct dialect_reply *r);
// Sizes of contexts and numbers of slots: positive, and not absurd. Else `*n` stays.
void facts_set_size(int *n, const struct json *v);
// Adds a model, or says of a known one that it is loaded. More than the list holds: the list is not whole.
void facts_add_model(struct backend_facts *f, const char *name, bool loaded);
// The model that answers if none is named: the first that is loaded, else the only one.
void facts_choose(struct backend_facts *f);
// Whether `name` is the model that was asked about (`wanted`, or if NULL the one that would answer). "llama3" is
// "llama3:latest".
bool facts_is_asked(const struct backend_facts *f, const char *name, const char *wanted);

// The list of GET /v1/models, {"data":[{"id", "owned_by", …}]}; NULL: `v` is none.
const struct json *facts_list(const struct json *v);
// Whether its models are owned by `owner` (the first says it).
bool facts_owned_by(const struct json *list, const char *owner);
// The entry of the model that was asked about, else the first one.
const struct json *facts_entry(const struct backend_facts *f, const struct json *list, const char *wanted);
// Takes the whole list; `loaded`: a server that lists just what it has loaded.
void facts_add_list(struct backend_facts *f, const struct json *list, bool loaded);

#endif
