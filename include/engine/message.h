// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Messages to the engine: JSON files put atomically into home/inbox/. The name is a sortable unique key. The engine
// takes them in by name: one transaction for the effect and its answer (table inbox_seen), then the file goes.
// Whoever sent one finds the answer with store_inbox_get(key).
#ifndef ENGINE_MESSAGE_H
#define ENGINE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "model/config.h"
#include "model/spec.h"

enum { MESSAGE_KEY_SIZE = 64 };

struct message_submit {
    const struct spec *spec;
    const char *backend;             // from the command line, or NULL: the spec's, else the config's
    const struct fallback *fallback; // the config's, for a spec that gives none
    size_t fallback_count;
    const char *out_parent; // absolute path of the directory in which books/ is made
    bool detached;
    int64_t deadline_ms;       // wall clock; 0: none
    const char *templates_dir; // absolute path of the user's own templates, or NULL
    const char *templates;     // and their texts, as templates_pack gives them
    const struct buf *cover;   // the picture that the spec names; NULL or empty: none
};

bool message_post_submit(const char *home, const struct message_submit *m, char key[MESSAGE_KEY_SIZE], struct err *e);

enum message_verb {
    MESSAGE_RESUME,
    MESSAGE_PAUSE,
    MESSAGE_CANCEL,
    MESSAGE_APPROVE,
    MESSAGE_OUTLINE,
    MESSAGE_NOTE,
    MESSAGE_REDO,
    MESSAGE_EXTEND,
    MESSAGE_SYNC,
    MESSAGE_REMOVE,
    MESSAGE_PRIORITY,
    MESSAGE_PUBLISH,
    MESSAGE_IMPORT // `job` is 0
};
struct json;
struct message_change {
    const char *reason;    // shown with the job ("paused by Ctrl-C"); NULL is fine
    const char *backend;   // resume: NULL keeps the job's; another one takes its model away
    const char *model;     // resume: NULL keeps the job's, if the backend stays
    int64_t deadline_ms;   // resume: -1 keeps it, 0 takes it away
    const char *templates; // resume: packed texts to be taken over from now on, or NULL
    // The others: an object whose members the message gets, as the verb's file (inbox_NOUN.c) says; stays the caller's.
    const struct json *more;
};
bool message_post(const char *home, enum message_verb verb, int64_t job, const struct message_change *c,
                  char key[MESSAGE_KEY_SIZE], struct err *e);
// Takes the messages of a home in without running jobs, for a caller that holds the lock (`pause`, `cancel` while
// nobody writes). engine_start does it by itself.
struct store;
bool message_ingest(const char *home, struct store *s, int queue_max, struct err *e);

#endif
