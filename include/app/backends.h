// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Which servers there are, and what each can do for a book: the backends of the configuration and whatever listens on
// the well-known local ports, all asked at once. Nothing is started, nothing generated, nothing stored.
#ifndef APP_BACKENDS_H
#define APP_BACKENDS_H

#include <stdbool.h>
#include <stddef.h>

#include "app/home.h"
#include "backend/probe.h"
#include "base/buf.h"
#include "base/err.h"
#include "io/json.h"

enum backends_state {
    BACKENDS_READY,
    BACKENDS_LOADING,
    BACKENDS_FAILED, // it does not answer, or not as it should: `facts` say why
    BACKENDS_MANAGED // not running now: it is started when a book needs it
};

struct backends_item {
    const struct backend_conf *conf; // NULL: found on a port, or given as a URL
    const char *url;                 // NULL: a managed one that gets its port when it starts
    enum backends_state state;
    struct backend_facts facts;
};

struct backends {
    struct backends_item *items;
    size_t count;
    struct buf tried; // the addresses that were asked, for a message
};

// `only`: a name, a URL, or NULL for all. The configuration of `h` must live as long as the result. False: `only` is no
// backend. Release in either case.
bool backends_look(struct backends *b, const struct home *h, const char *only, struct err *e);
void backends_release(struct backends *b);

// Whether a book could be begun on any of them.
bool backends_any(const struct backends *b);

const char *backends_state_name(enum backends_state s);   // "ready", …: for programs too
const char *backends_name(const struct backends_item *i); // NULL: it has only a URL
// The model that a book would get here, and whether the server says that it is loaded. "" if that is not known.
const char *backends_model(const struct backends_item *i);
// One line of why it is not ready, or "".
const char *backends_reason(const struct backends_item *i);
// What it does not have and a book can feel, in words.
enum { BACKENDS_MISSING_MOST = 8 };
size_t backends_missing(const struct backends_item *i, const struct config *c,
                        const char *missing[BACKENDS_MISSING_MOST]);

// An array with an object for each.
struct json *backends_json(const struct backends *b, const struct config *c);

#endif
