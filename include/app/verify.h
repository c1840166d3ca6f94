// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Whether a book is whole: its rows, its prose and its files looked at, and what was found. Nothing is changed.
//
// The kinds of findings are stable words, for programs:
//
//   rows    damaged  sequence  words  counters  turns
//   book    unfinished  chapter_missing  gap  title_missing
//   prose   truncated  doubled  glued  repeated  placeholder  heading  word_count, and what the gate's rules are called
//           (engine/gate_rule.h): chat  meta  refusal  reasoning  thinking  control  wrong_language  loop  repeats  …
//   files   folder_missing  file_missing  file_differs  file_outdated  file_stale  file_unreadable
#ifndef APP_VERIFY_H
#define APP_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "io/json.h"
#include "model/job.h"
#include "store/store.h"

enum { VERIFY_MOST = 10000 }; // findings that are kept of a job

struct verify_finding {
    const char *kind;  // static
    int chapter, part; // 0: of the book, of the chapter as a whole
    char *file;        // within the book's folder; NULL: none
    char *text;        // for people
    char *advice;      // what to do; "": nothing
};

struct verify {
    int64_t job;
    struct verify_finding *items;
    size_t count, cap;
    size_t more;                // that were found and not kept
    int chapters, parts, files; // that were looked at
    int64_t words;
};

// In one reading transaction. `written`: an engine may be writing the job now, and its files follow its rows a moment
// later. `home_hint`: what a command that is proposed needs (" --home X"), or "". False: the store could not be read.
bool verify_job(struct verify *v, struct store *s, const struct job *j, bool written, const char *home_hint,
                struct err *e);
void verify_release(struct verify *v);

struct json *verify_json(const struct verify *v);

#endif
