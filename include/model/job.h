// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A job: one submitted spec, one book. The row, the states, and which states may follow which.
//
//                      redo, sync, extend
//          ┌─────────────────────────────────────────────────────────┐
//   submit ▼                                       all chunks stand  │
//   ────▶ queued ──begin──▶ planning ──outline──▶ writing ────────▶ done
//          ▲ ▲               │  │ ▲                │ ▲
//          │ └─approve─ approval│ │back      outage│ │back
//   resume │             outage ▼ │                ▼ │
//          ├──────────────────── waiting (reason) ───┘
//          │                        │ pause
//          ├─────────── paused ◀────┘
//          └────── cancelled
//
// `paused` and `cancelled` can be entered from every state that is not ended; `resume` leads from paused, cancelled
// and waiting back to queued, and a job whose outline is complete goes from there straight to writing. A job whose
// outline its owner wants to see first goes from planning to `approval` when all of it is planned, and by `approve`
// to queued. A done job goes back to queued when a part of it is to be written anew, or more of it; `redo` leads there
// from every state in which nobody works on the job. What is true: planning, writing and waiting jobs have begun, and
// the engine that holds the home's lock works on at most one of them per backend slot. After a crash the row still
// says planning, writing or waiting; the next engine simply goes on with it. docs/ARCHITECTURE.md names for each arrow
// who takes it.
#ifndef MODEL_JOB_H
#define MODEL_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum job_state {
    JOB_QUEUED,
    JOB_PLANNING,
    JOB_WRITING,
    JOB_WAITING,
    JOB_PAUSED,
    JOB_DONE,
    JOB_CANCELLED,
    JOB_APPROVAL
};

// Whether the outline is to be shown to its owner before anything is written.
enum job_approve { JOB_APPROVE_NO, JOB_APPROVE_WANTED, JOB_APPROVE_GIVEN };

const char *job_state_name(enum job_state s); // stored and printed; never renamed
// For people: "waits for your approval" where the name alone says little; and as it stands behind "it is".
const char *job_state_words(enum job_state s);
const char *job_state_is(enum job_state s);
bool job_state_from_name(const char *name, enum job_state *out);
bool job_state_may_follow(enum job_state from, enum job_state to);
bool job_state_runnable(enum job_state s); // queued, planning, writing, waiting
bool job_state_ended(enum job_state s);    // done, cancelled

// A job that was paused because no inference server was found at all has a reason that begins so (exit code 3).
#define JOB_NO_BACKEND "no backend: "

struct job {
    int64_t id;
    char *uuid, *slug; // never change
    char *title;       // from the spec, else the bible; "" until known
    enum job_state state;
    char *reason;  // why it waits, is paused, was cancelled; "" otherwise
    char *spec;    // canonical JSON
    char *backend; // "auto", "sim", a configured name or a URL, as submitted
    char *fallback; // where it goes when that one is down: [{"backend":…,"model":…}, …], pinned at submit; "": none
    char *began_on;      // the backend that it prefers, because it began there; "" until then
    char *model;         // pinned at the first answer; "" until then
    char *templates;     // hash of the template set it began with; "" until it begins
    char *templates_dir; // absolute path of the user's own folder of templates; "": the built-in ones
    char *out_dir;       // absolute path of the book's folder; "" until it is made
    char *out_parent;    // absolute path of the folder it is made in
    bool detached;
    int priority; // of those that wait for a slot the highest is next; default 0
    enum job_approve approve;
    int64_t seed;
    int64_t words_target;
    int chapters_total;
    // Counters, kept in the same transaction as the rows they sum up.
    int64_t words_done;
    int chapters_done; // complete: all chunks stand and the recap is made
    int gaps;
    int64_t requests, retries;
    int64_t prompt_tokens, cached_tokens, output_tokens; // as the server reported them
    int64_t generating_ms;                               // first token to end, summed
    int64_t busy_ms;                                     // request to end, summed
    int64_t prompt_bytes,
        common_bytes;      // our own account: of all requests, and what each shared with the one before it
    int64_t prefix_breaks; // requests that did not extend the one before although they should have
    int64_t words_planned; // what the deadline leaves of words_target; 0: all of it
    int64_t deadline_ms;   // wall clock; 0: none
    int64_t created_ms, begun_ms, ended_ms, touched_ms; // wall clock; 0: not yet
};
void job_release(struct job *j);
struct job job_copy(const struct job *j); // deep

struct json;
void job_add_figures(struct json *o, const struct job *j); // gaps, requests, tokens: as each document has them

// The list in `fallback`: written from what a spec or the config gives (nothing where that is empty), and read back.
// False: the text is no such list, and there is nothing to free.
struct fallback;
void job_fallback_write(const struct fallback *list, size_t count, struct buf *out);
bool job_fallback_read(const char *text, struct fallback **list, size_t *count, struct err *e);
void job_fallback_free(struct fallback *list, size_t count);

#endif
