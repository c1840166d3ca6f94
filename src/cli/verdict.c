// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The last line about a job.
#include "cli/verdict.h"

#include <string.h>

#include "app/book_folder.h"
#include "base/clock.h"
#include "base/log.h"
#include "cli/amount.h"
#include "cli/settings.h"

static void verdict_done(const struct job *j, struct buf *out)
{
    char words[AMOUNT_SIZE], time[CLOCK_TEXT_SIZE];

    // Not from its first beginning to its last end: in between it rested, for a night or until a redo.
    clock_duration(time, j->busy_ms);
    buf_addf(out, "done: %s in %d chapter%s, %s of writing: %s/book.md", amount_words(words, j->words_done),
             j->chapters_total, j->chapters_total == 1 ? "" : "s", time, j->out_dir);
    if (j->gaps > 0)
        buf_addf(out,
                 " (%d part%s could not be written and %s marked there as missing; try again with: "
                 "novelgen redo %lld --gaps%s)",
                 j->gaps, j->gaps == 1 ? "" : "s", j->gaps == 1 ? "is" : "are", (long long)j->id,
                 settings_home_hint());
}

void verdict_text(const struct job *j, struct buf *out)
{
    const char *home = settings_home_hint();
    long long id = (long long)j->id;
    bool plain = j->reason[0] == '\0' || strcmp(j->reason, "interrupted") == 0; // no news to who pressed Ctrl-C

    switch (j->state) {
    case JOB_DONE:
        verdict_done(j, out);
        return;
    case JOB_PAUSED:
        buf_addf(out, "paused job %lld%s%s; go on with: novelgen resume %lld%s", id, plain ? "" : ": ",
                 plain ? "" : j->reason, id, home);
        return;
    case JOB_CANCELLED:
        buf_addf(out, "cancelled job %lld; what was written is kept, go on with: novelgen resume %lld%s", id, id,
                 home);
        return;
    case JOB_APPROVAL:
        buf_addf(
            out,
            "job %lld: the outline is ready; look at it with: novelgen outline %lld%s, then: novelgen approve %lld%s",
            id, id, home, id, home);
        return;
    case JOB_QUEUED:
    case JOB_PLANNING:
    case JOB_WRITING:
    case JOB_WAITING:
        break;
    }
    buf_addf(out, "job %lld is %s; see: novelgen status %lld%s", id, job_state_name(j->state), id, home);
}

void verdict_say(const struct job *j)
{
    struct buf text;

    buf_init(&text, BUF_MAX_LINE);
    verdict_text(j, &text);
    log_line(LOG_INFO, "%s", text.data);
    buf_release(&text);
}

void verdict_say_folder(const struct job *j)
{
    struct buf text;

    buf_init(&text, BUF_MAX_LINE);
    book_folder_text(j, settings_home_hint(), &text);
    if (text.len > 0) log_line(LOG_WARN, "%s", text.data);
    buf_release(&text);
}
