// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// An error is a value: a code for the few cases a caller tells apart, and the text, set where it happened.
// The first error wins: setting one that is already set changes nothing, so that a clean-up that fails too does
// not hide the cause. Only cli/ prints errors and turns codes into exit codes.
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>
#include <stdbool.h>

enum err_code { // the store keeps these numbers: a new one goes to the end
    ERR_NONE = 0,
    ERR_USAGE,      // bad arguments, bad spec, bad config
    ERR_BACKEND,    // no usable inference server
    ERR_STORE,      // database, disk or file system; may pass by itself (a full disk)
    ERR_DAMAGED,    // the database is broken: waiting will not mend it
    ERR_QUEUE_FULL, // the queue holds as many unfinished jobs as it may
    ERR_NO_JOB,     // no such job
    ERR_BUSY,       // somebody else holds the lock
    ERR_CEILING,    // something outgrew its named ceiling
    ERR_INTERNAL,   // a broken invariant: a bug
    ERR_APPROVAL,   // the job waits for its owner's word
};

enum { ERR_TEXT_MAX = 1024 };

struct err {
    enum err_code code;
    char text[ERR_TEXT_MAX]; // one line, lowercase, no full stop; bytes from outside are masked
};

#define ERR_INIT                                                                                                     \
    {                                                                                                                \
        .code = ERR_NONE, .text = ""                                                                                 \
    }

// Always returns false, so that a failing function may end with `return err_set(…)`.
bool err_set(struct err *e, enum err_code code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
// The same, followed by ": " and the text of errno as it was on entry.
bool err_set_errno(struct err *e, enum err_code code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
// Puts "context: " before the text of an error that is set. Always returns false.
bool err_prefix(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void err_clear(struct err *e);

#endif
