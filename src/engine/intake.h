// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// One message being taken in, inside its transaction: what the verbs of the inbox share. A verb is one function in
// inbox_NOUN.c and a row in the table of inbox.c. It changes rows and fills in the answer, or refuses with a line for
// people; false means that the store failed, and all that the message did is undone.
#ifndef ENGINE_INTAKE_H
#define ENGINE_INTAKE_H

#include <stdbool.h>

#include "base/buf.h"
#include "engine/inbox.h"
#include "io/json.h"

struct intake {
    const struct inbox_options *o;
    struct store *store;
    int taken, handled; // handled: also those that were answered before, and whose file was still there
    bool failed;
    struct err err;
    // of the message at hand: whoever is writing that job takes notice
    int64_t changed_job;
    enum job_state changed_state;
};

// The message has no effect; always true.
bool intake_refuse(struct inbox_answer *a, enum err_code code, const char *text);
// The one way by which a message changes a job's state.
bool intake_change(struct intake *in, const struct job *j, enum job_state to, const char *reason, struct err *e);
// Whether a job may be in the queue again: one that is done or cancelled is one more there. False in *room: refused in `a`.
// To be asked before any row changes.
bool intake_room(struct intake *in, const struct job *j, struct inbox_answer *a, bool *room, struct err *e);
// Rows of the job have changed and its state has not: whoever is writing it reads them again.
void intake_touched(struct intake *in, const struct job *j);
// What an owner says in the member `name`, as it may be stored, without blank ends; nothing is added where there is none.
// False, with a refusal in the answer: it is too long. (inbox_note.c)
bool intake_note(struct buf *out, const struct json *m, const char *name, struct inbox_answer *a);
// The member `name` from `least` to `most`, else `least` - 1.
int intake_int(const struct json *m, const char *name, int least, int most);

// The verbs that have files of their own. `m` is the message, `j` the job that it names.
#define INTAKE_VERB(name)                                                                                            \
    bool name(struct intake *in, const struct job *j, const struct json *m, struct inbox_answer *a, struct err *e)
INTAKE_VERB(inbox_take_approve);  // inbox_approve.c
INTAKE_VERB(inbox_take_outline);  // inbox_outline.c
INTAKE_VERB(inbox_take_note);     // inbox_note.c
INTAKE_VERB(inbox_take_redo);     // inbox_redo.c
INTAKE_VERB(inbox_take_extend);   // inbox_extend.c
INTAKE_VERB(inbox_take_sync);     // inbox_sync.c
INTAKE_VERB(inbox_take_remove);   // inbox_remove.c
INTAKE_VERB(inbox_take_priority); // inbox_priority.c
INTAKE_VERB(inbox_take_publish);  // inbox_publish.c: files are made anew from rows
// Names no job: it makes one (inbox_import.c).
bool inbox_take_import(struct intake *in, const struct json *m, struct inbox_answer *a, struct err *e);

#endif
