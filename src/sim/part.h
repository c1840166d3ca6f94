// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the routes of several kinds of servers are made of.
#ifndef SIM_PART_H
#define SIM_PART_H

#include "sim/dialect.h"

enum { PART_VOCABULARY = 128000 };

struct part_model {
    struct sim *sim;
    char *name;
    bool loaded;
};

// An array with what `describe` says of each model that there is.
json_t *part_models(struct sim *sim, json_t *(*describe)(const struct part_model *m));
// {"object": "list", "data": [...]}
enum MHD_Result part_send_list(const struct exchange *x, json_t *data); // takes it
// The text in a field of the request's body; the caller frees. NULL: there is none.
char *part_field(const struct exchange *x, const char *field);
// Answers with what `reply` makes of the tokens of a field; 400 if there is none.
enum MHD_Result part_count(const struct exchange *x, const char *field,
                           json_t *(*reply)(const struct exchange *x, json_t *tokens));
bool part_busy(const struct exchange *x);
enum MHD_Result part_send_page(const struct exchange *x, unsigned status, const char *type, const char *text);
enum MHD_Result part_send_nothing(const struct exchange *x); // 200, no body
enum MHD_Result part_not_found(const struct exchange *x);    // {"detail": "Not Found"}
int64_t part_now_s(void);

#endif
