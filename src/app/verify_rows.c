// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The rows of a book against each other; and its prose, gathered on the way.
#include "app/verify_work.h"

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "text/words.h"

// ---- chapters ----------------------------------------------------------------------------------------------------

static bool verify_on_chapter(void *arg, const struct chapter_row *c)
{
    struct verify_work *w = arg;
    int expected = (int)w->chapters_count + 1;

    mem_grow(&w->chapters, &w->chapters_cap, w->chapters_count + 1, sizeof *w->chapters);
    if (w->chapters_count > 0) expected = w->chapters[w->chapters_count - 1].number + 1;
    if (c->number != expected)
        verify_note(w, "sequence", expected, 0, NULL, VERIFY_NOTHING,
                    "the outline goes from chapter %d to chapter %d", expected - 1, c->number);
    if (c->title[0] == '\0')
        verify_note(w, "title_missing", c->number, 0, NULL, VERIFY_NOTHING, "the chapter has no title");
    w->chapters[w->chapters_count++] =
        (struct verify_chapter){.number = c->number, .given = c->given, .complete = c->recap != NULL};
    return true;
}

// ---- chunks ------------------------------------------------------------------------------------------------------

static struct verify_chapter *verify_own_chapter(struct verify_work *w, int number)
{
    for (size_t i = 0; i < w->chapters_count; i++)
        if (w->chapters[i].number == number) return &w->chapters[i];
    return NULL;
}

static void verify_count_chunk(struct verify_work *w, const struct chunk_row *c)
{
    struct verify_chapter *chapter = verify_own_chapter(w, c->chapter);

    if (chapter == NULL) {
        verify_note(w, "sequence", c->chapter, c->seq, NULL, VERIFY_NOTHING,
                    "the part belongs to a chapter that the outline does not have");
        return;
    }
    if (c->seq != chapter->chunks + 1)
        verify_note(w, "sequence", c->chapter, chapter->chunks + 1, NULL, VERIFY_REDO,
                    "part %d is not there, part %d is", chapter->chunks + 1, c->seq);
    chapter->chunks = c->seq;
}

static void verify_count_words(struct verify_work *w, const struct chunk_row *c)
{
    int words = (int)words_count(c->text + c->skip, c->len - c->skip);

    if (words != c->words)
        verify_note(w, "words", c->chapter, c->seq, NULL, VERIFY_REPAIR, "the row says %d words, its text has %d",
                    c->words, words);
    w->out->words += words;
}

static void verify_keep_piece(struct verify_work *w, const struct chunk_row *c, bool damaged)
{
    if (w->text.len > 0) buf_adds(&w->text, "\n\n");
    mem_grow(&w->pieces, &w->pieces_cap, w->pieces_count + 1, sizeof *w->pieces);
    struct verify_piece *p = &w->pieces[w->pieces_count++];
    *p = (struct verify_piece){.chapter = c->chapter,
                               .seq = c->seq,
                               .from = w->text.len,
                               .glue = mem_strdup(c->glue),
                               .gap = c->gap,
                               .damaged = damaged};
    if (!damaged && buf_add(&w->text, c->text + c->skip, c->len - c->skip)) p->len = c->len - c->skip;
}

static bool verify_on_chunk(void *arg, const struct chunk_row *c, bool damaged)
{
    struct verify_work *w = arg;

    w->out->parts++;
    verify_count_chunk(w, c);
    if (damaged)
        verify_note(w, "damaged", c->chapter, c->seq, NULL, VERIFY_REDO,
                    "its text is not what was accepted: its hash does not fit");
    else
        verify_count_words(w, c);
    if (c->gap) verify_note(w, "gap", c->chapter, c->seq, NULL, VERIFY_GAPS, "no attempt could write this part");
    w->damaged = w->damaged || damaged;
    verify_keep_piece(w, c, damaged);
    return true;
}

// ---- sums --------------------------------------------------------------------------------------------------------

static void verify_sum(struct verify_work *w, const char *what, int64_t says, int64_t is)
{
    if (says != is)
        verify_note(w, "counters", 0, 0, NULL, VERIFY_REPAIR,
                    "the job's row counts %" PRId64 " %s, its parts make %" PRId64, says, what, is);
}

static bool verify_sums(struct verify_work *w, struct err *e)
{
    struct store_sums n;

    if (!store_sums_get(w->store, w->job->id, &n, e)) return false;
    verify_sum(w, "words", n.words_done, n.words);
    verify_sum(w, "complete chapters", n.chapters_done, n.recaps);
    verify_sum(w, "gaps", n.gaps_done, n.gaps);
    if (n.stray_turns > 0)
        verify_note(w, "turns", 0, 0, NULL, VERIFY_NOTHING,
                    "%" PRId64 " turns of its conversations stand for parts of other chapters, or for none",
                    n.stray_turns);
    return true;
}

// ---- the book ----------------------------------------------------------------------------------------------------

static void verify_whole(struct verify_work *w)
{
    const struct job *j = w->job;

    if (!w->finished) {
        verify_note(w, "unfinished", 0, 0, NULL, job_state_runnable(j->state) ? VERIFY_NOTHING : VERIFY_RESUME,
                    "the book is not finished: it is %s, with %d of %d chapters", job_state_is(j->state),
                    j->chapters_done, j->chapters_total);
        return;
    }
    if (j->title[0] == '\0') verify_note(w, "title_missing", 0, 0, NULL, VERIFY_NOTHING, "the book has no title");
    for (int number = 1; number <= j->chapters_total; number++) {
        const struct verify_chapter *c = verify_chapter_of(w, number);
        if (c == NULL || c->chunks == 0)
            verify_note(w, "chapter_missing", number, 0, NULL, c != NULL ? VERIFY_REDO : VERIFY_NOTHING,
                        "the book is done, and this chapter %s", c != NULL ? "has no text" : "is not in it");
    }
}

bool verify_rows(struct verify_work *w, struct err *e)
{
    bool ok = store_chapters_each(w->store, w->job->id, verify_on_chapter, w, e) &&
              store_chunks_audit(w->store, w->job->id, verify_on_chunk, w, e) && verify_sums(w, e);
    if (ok) verify_whole(w);
    w->out->chapters = (int)w->chapters_count;
    if (ok && w->text.full) return err_set(e, ERR_CEILING, "the book is larger than can be looked at");
    return ok;
}
