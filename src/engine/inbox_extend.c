// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The message "extend": {"words": how many more, "note": what is to happen, or absent}. A finished book goes on behind its
// end. What stands is not touched; that the old end is none any more is said where the new chapters are planned and
// written, as a direction.
#include "engine/intake.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "engine/inbox_settings.h"
#include "text/amount.h"

enum { WORDS_LEAST = 100, WORDS_MOST = 5000000, CHAPTERS_MOST = 2000 };

struct longer {
    int64_t words; // of the whole book
    int chapters, old_chapters;
};

// As many chapters as the book's own length of a chapter suggests.
static struct longer plan(const struct job *j, int64_t more)
{
    int64_t aimed = j->words_planned > 0 ? j->words_planned : j->words_target;
    int64_t one = aimed / (j->chapters_total > 0 ? j->chapters_total : 1);
    int64_t chapters = one > 0 ? (more + one / 2) / one : 1;
    return (struct longer){.words = aimed + more,
                           .old_chapters = j->chapters_total,
                           .chapters = j->chapters_total + (int)(chapters > 1 ? chapters : 1)};
}

static bool tell(struct store *s, int64_t job, const struct longer *l, int64_t more, struct err *e)
{
    char text[160], data[120], chapters[48], words[AMOUNT_SIZE];
    bool one = l->chapters == l->old_chapters + 1;
    (void)snprintf(chapters, sizeof(chapters), one ? "chapter %d" : "chapters %d to %d", l->old_chapters + 1,
                   l->chapters);
    (void)snprintf(text, sizeof(text), "the book goes on: %s more word%s, %s", amount_text(words, more),
                   more == 1 ? "" : "s", chapters);
    (void)snprintf(data, sizeof(data), "{\"words\":%" PRId64 ",\"words_target\":%" PRId64 ",\"chapters_total\":%d}",
                   more, l->words, l->chapters);
    return store_event_add(s, job, "extend", text, data, e);
}

static bool direct(struct store *s, int64_t job, const struct longer *l, const char *note, struct err *e)
{
    char *text =
        mem_printf("The book was to end with chapter %d. It does not end there any more: the story goes on from "
                   "what has happened, and ends with chapter %d.%s%s",
                   l->old_chapters, l->chapters, *note ? " " : "", note);
    bool ok = store_direction_add(s, job, l->old_chapters + 1, 0, text, e);
    free(text);
    return ok;
}

static bool refuse_state(const struct job *j, struct inbox_answer *a)
{
    char text[300];
    long long id = (long long)j->id;
    if (j->state == JOB_CANCELLED || j->state == JOB_PAUSED)
        (void)snprintf(
            text, sizeof(text),
            "the book is not done, it is %s: let it be written to its end first, with: novelgen resume %lld",
            job_state_name(j->state), id);
    else
        (void)snprintf(text, sizeof(text),
                       "the book is not done, it is %s: only a book that is done can go on behind its end; what is "
                       "still to come is changed with: novelgen outline %lld --edit",
                       job_state_is(j->state), id);
    return intake_refuse(a, ERR_USAGE, text);
}

static bool refuse_size(const struct longer *l, struct inbox_answer *a)
{
    char text[200];
    (void)snprintf(text, sizeof(text),
                   "the book would have %" PRId64 " words in %d chapters, expected at most %d words and %d chapters",
                   l->words, l->chapters, WORDS_MOST, CHAPTERS_MOST);
    return intake_refuse(a, ERR_USAGE, text);
}

static bool take(struct intake *in, const struct job *j, int64_t more, const char *note, struct inbox_answer *a,
                 struct err *e)
{
    struct longer l = plan(j, more);
    bool room;
    if (!intake_room(in, j, a, &room, e)) return false;
    if (!room) return true;
    if (l.words > WORDS_MOST || l.chapters > CHAPTERS_MOST) return refuse_size(&l, a);
    return store_job_extend(in->store, j->id, l.words, l.chapters, e) && direct(in->store, j->id, &l, note, e) &&
           tell(in->store, j->id, &l, more, e) && inbox_end_deadline(in->store, j, e) &&
           intake_change(in, j, JOB_QUEUED, "", e);
}

INTAKE_VERB(inbox_take_extend)
{
    int64_t more = json_int(json_get(m, "words"), 0);
    struct buf note;
    if (j->state != JOB_DONE) return refuse_state(j, a);
    if (more < WORDS_LEAST || more > WORDS_MOST)
        return intake_refuse(a, ERR_USAGE, "the message asks for fewer than 100 words more, or for too many");
    buf_init(&note, BUF_MAX_MESSAGE);
    bool ok = !intake_note(&note, m, "note", a) || take(in, j, more, note.data, a, e);
    buf_release(&note);
    return ok;
}
