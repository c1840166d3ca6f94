// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Reading along: see include/app/reading.h.
#include "app/reading.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "app/current.h"
#include "base/mem.h"
#include "engine/pages.h"
#include "text/join.h"
#include "text/words.h"

enum { ALIGN_BYTES = 40, RESTATED_BYTES = 2000, TOKEN_BYTES = 4, SENTENCE_TOKENS = 60 };

void reading_init(struct reading *r, int64_t job)
{
    *r = (struct reading){.job = job};
    buf_init(&r->ahead, BUF_MAX_PROMPT);
    buf_init(&r->before, BUF_MAX_PROMPT);
    buf_init(&r->out, BUF_MAX_BOOK);
}

void reading_release(struct reading *r)
{
    buf_release(&r->ahead);
    buf_release(&r->before);
    buf_release(&r->out);
    free(r->marks);
}

void reading_start_at(struct reading *r, int chapter, int seq)
{
    r->chapter = r->from_chapter = chapter;
    r->seq = seq - 1;
    r->from_seq = seq;
    r->fresh = true;
}

// ---- handing out ------------------------------------------------------------------------------------------------

struct reading_titles {
    char **items; // by chapter number - 1
    size_t count, cap;
    int at_hand; // the first chapter that is not whole; behind the last: all are
};

static bool reading_add_title(void *arg, const struct chapter_row *c)
{
    struct reading_titles *t = arg;

    mem_grow(&t->items, &t->cap, t->count + 1, sizeof *t->items);
    t->items[t->count++] = mem_strdup(c->title);
    if (c->recap != NULL && t->at_hand == c->number) t->at_hand++;
    return true;
}

static void reading_titles_release(struct reading_titles *t)
{
    for (size_t i = 0; i < t->count; i++) free(t->items[i]);
    free(t->items);
}

static size_t reading_lead(const char *text, size_t len)
{
    size_t n = 0;
    while (n < len && isspace((unsigned char)text[n])) n++;
    return n;
}

static void reading_mark(struct reading *r, enum reading_news news, int chapter, int seq)
{
    mem_grow(&r->marks, &r->marks_cap, r->marks_count + 1, sizeof *r->marks);
    r->marks[r->marks_count++] =
        (struct reading_mark){.at = r->out.len, .news = news, .chapter = chapter, .seq = seq};
    r->fresh = true;
}

// What was added behind `from` begins a line if a mark stands there: glue would be an indent, or a blank line too many.
static void reading_unglue(struct reading *r, size_t from)
{
    size_t lead = reading_lead(r->out.data + from, r->out.len - from);

    if (!r->fresh || r->out.len == from) return;
    memmove(r->out.data + from, r->out.data + from + lead, r->out.len - from - lead);
    buf_cut(&r->out, r->out.len - lead);
    r->fresh = r->out.len == from;
}

static void reading_add(struct reading *r, const char *text, size_t len)
{
    size_t from = r->out.len;

    buf_add(&r->out, text, len);
    reading_unglue(r, from);
}

static bool reading_is_passed(const struct reading *r, int chapter, int seq)
{
    return chapter < r->chapter || (chapter == r->chapter && seq <= r->seq);
}

// Passed, and not only because the reading began behind it: it was handed out.
static bool reading_is_behind(const struct reading *r, int chapter, int seq)
{
    bool before = chapter < r->from_chapter || (chapter == r->from_chapter && seq < r->from_seq);

    return !before && reading_is_passed(r, chapter, seq);
}

// The first that is handed out of a chunk comes next.
static void reading_open(struct reading *r, const struct reading_titles *t, int chapter, int seq)
{
    bool behind = reading_is_behind(r, chapter, seq);
    bool follows = r->behind && chapter == r->at_chapter && seq == r->at_seq + 1;

    if (behind && !follows)
        reading_mark(r, READING_AGAIN, chapter, seq);
    else if (!behind && r->behind && !follows)
        reading_mark(r, READING_ONWARD, chapter, seq);
    r->behind = behind;
    if (seq != 1) return;
    bool first = r->fresh || (!r->any && r->out.len == 0);
    prose_heading(&r->out, 1, chapter >= 1 && (size_t)chapter <= t->count ? t->items[chapter - 1] : "", first);
    r->fresh = false;
}

// ---- what was accepted ------------------------------------------------------------------------------------------

static size_t reading_same(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t n = 0;

    while (n < a_len && n < b_len && a[n] == b[n]) n++;
    while (n > 0 && n < a_len && ((unsigned char)a[n] & 0xc0) == 0x80) n--; // whole characters
    return n;
}

// Another text than the one handed out, the first `same` bytes apart: on from the last sentence of those.
static void reading_rewrite(struct reading *r, int chapter, int seq, const char *text, size_t len, size_t same)
{
    size_t from = sentence_whole(text, same);

    reading_mark(r, READING_REWRITTEN, chapter, seq);
    reading_add(r, text + from, len - from);
}

// The gate may have dropped something at the head: where in what was handed out the accepted text begins.
static size_t reading_align(const struct reading *r, const char *text, size_t len)
{
    size_t need = len < ALIGN_BYTES ? len : ALIGN_BYTES;
    const char *found = need > 0 && r->ahead.len >= need ? memmem(r->ahead.data, r->ahead.len, text, need) : NULL;

    return found != NULL ? (size_t)(found - r->ahead.data) : 0;
}

static void reading_go_on(struct reading *r, const struct chunk_row *c)
{
    const char *text = c->text + c->skip;
    size_t len = c->len - c->skip, lead = reading_lead(text, len);

    text += lead;
    len -= lead;
    size_t from = reading_align(r, text, len), shown = r->ahead.len - from;
    size_t same = reading_same(text, len, r->ahead.data + from, shown);
    if (same == shown)
        reading_add(r, text + same, len - same);
    else
        reading_rewrite(r, c->chapter, c->seq, text, len, same);
}

static void reading_whole(struct reading *r, const struct chunk_row *c)
{
    const struct prose_chunk chunk = pages_prose(c);
    size_t from = r->out.len;

    prose_add(&r->out, &chunk);
    reading_unglue(r, from);
}

static void reading_accept(struct reading *r, const struct reading_titles *t, const struct chunk_row *c)
{
    bool begun = r->ahead_chapter == c->chapter && r->ahead_seq == c->seq;

    if (!begun) reading_open(r, t, c->chapter, c->seq);
    if (begun && c->gap) reading_mark(r, READING_REWRITTEN, c->chapter, c->seq);
    if (begun && !c->gap)
        reading_go_on(r, c);
    else
        reading_whole(r, c);
    r->at_chapter = c->chapter;
    r->at_seq = c->seq;
    r->ahead_chapter = r->ahead_seq = 0;
    buf_clear(&r->ahead);
    buf_clear(&r->before);
    buf_add(&r->before, c->text + c->skip, c->len - c->skip);
}

struct reading_pass {
    struct reading *r;
    const struct reading_titles *titles;
    int seq; // the only one that is wanted; 0: those before the front
};

static bool reading_on_chunk(void *arg, const struct chunk_row *c)
{
    struct reading_pass *p = arg;
    struct reading *r = p->r;

    if (p->seq > 0 ? c->seq != p->seq : reading_is_passed(r, c->chapter, c->seq)) return true;
    reading_accept(r, p->titles, c);
    if (p->seq > 0) return true;
    r->chapter = c->chapter;
    r->seq = c->seq;
    return true;
}

// The furthest chapter that is read now. Where one is written anew while others stand behind it, these wait for it, as
// their reader does; of a job that rests they are all there will be.
static int reading_furthest(const struct reading *r, const struct reading_titles *t, bool streaming)
{
    int last = (int)t->count;

    if (!streaming || t->at_hand > last) return last;
    return t->at_hand > r->chapter ? t->at_hand : r->chapter;
}

// Chapters that were read are not read again: only the one at the front and those behind it.
static bool reading_onward(struct reading *r, struct store *s, const struct reading_titles *t, bool streaming,
                           struct err *e)
{
    struct reading_pass p = {.r = r, .titles = t};
    int last = reading_furthest(r, t, streaming);
    bool ok = true;

    for (int chapter = r->chapter > 0 ? r->chapter : 1; ok && chapter <= last; chapter++)
        ok = store_chunks_each(s, r->job, chapter, STORE_BY_PLACE, reading_on_chunk, &p, e);
    return ok;
}

// ---- what was written anew --------------------------------------------------------------------------------------

struct reading_places {
    struct chunk_place *items;
    size_t count, cap;
};

static bool reading_add_place(void *arg, const struct chunk_place *p)
{
    struct reading_places *places = arg;

    mem_grow(&places->items, &places->cap, places->count + 1, sizeof *places->items);
    places->items[places->count++] = *p;
    return true;
}

// Of the chunks that came since the last look, those behind the front.
static bool reading_anew(struct reading *r, struct store *s, const struct reading_titles *t, struct err *e)
{
    struct reading_places p = {0};
    bool ok = store_chunks_newer(s, r->job, r->newest, reading_add_place, &p, e);

    for (size_t i = 0; ok && i < p.count; i++) {
        const struct chunk_place *at = &p.items[i];
        struct reading_pass pass = {.r = r, .titles = t, .seq = at->seq};
        if (r->looked && reading_is_behind(r, at->chapter, at->seq))
            ok = store_chunks_each(s, r->job, at->chapter, STORE_BY_PLACE, reading_on_chunk, &pass, e);
        if (ok) r->newest = at->id;
    }
    if (ok) r->looked = true;
    free(p.items);
    return ok;
}

// ---- what is streaming ------------------------------------------------------------------------------------------

// Whether `next` has so far only said again what `before` ends with, from some word of it on: it may be said to its end,
// and then it is none of the text, or go on otherwise.
static bool reading_may_restate(const char *before, size_t before_len, const char *next, size_t next_len)
{
    size_t from = before_len > RESTATED_BYTES ? before_len - RESTATED_BYTES : 0, lead = reading_lead(next, next_len);
    const char *at = before + from, *end = before + before_len;

    next += lead;
    next_len -= lead;
    if (next_len == 0) return true;
    while ((at = memmem(at, (size_t)(end - at), next, next_len)) != NULL) {
        if (at == before || isspace((unsigned char)at[-1])) return true;
        at++;
    }
    return false;
}

// What of the text in flight may be shown, as the gate would leave its head: [*from, return) of it.
static size_t reading_stretch(const struct reading *r, const struct current *c, size_t *from)
{
    const char *text = c->text.data;
    size_t len = c->text.len;
    bool follows = r->at_chapter == c->chapter && r->at_seq + 1 == c->seq;

    if (c->carried > 0 && len > c->carried &&
        reading_may_restate(text, c->carried, text + c->carried, len - c->carried))
        len = c->carried;
    *from = 0;
    if (!follows || len == 0) return len;
    if (reading_may_restate(r->before.data, r->before.len, text, len)) return 0;
    size_t lead = reading_lead(text, len);
    size_t again = join_overlap(r->before.data, r->before.len, text + lead, len - lead);
    if (again > 0) *from = lead + again;
    return len;
}

// An answer that comes near its limit is about to be cut off in the middle of a sentence, which is then dropped.
static bool reading_ends_soon(const struct current *c)
{
    return c->max_tokens > 0 && (int64_t)(c->bytes / TOKEN_BYTES) + SENTENCE_TOKENS > c->max_tokens;
}

// The last word may go on. A heading, or thoughts, at the head are none of the book's: such an answer is shown when it is
// accepted.
static size_t reading_sure(const struct current *c, const char *text, size_t len)
{
    if (len == 0 || text[0] == '#' || text[0] == '<') return 0;
    return reading_ends_soon(c) ? sentence_whole(text, len) : join_clean_word(text, len);
}

static bool reading_is_next(const struct reading *r, const struct reading_titles *t, const struct current *c)
{
    if (!c->in_flight || strcmp(c->kind, "chunk") != 0) return false;
    if (reading_is_behind(r, c->chapter, c->seq)) return true;
    if (c->chapter == r->chapter) return c->seq == r->seq + 1;
    return c->chapter > r->chapter && c->chapter <= t->at_hand && c->seq == 1;
}

static void reading_begin(struct reading *r, const struct reading_titles *t, const struct current *c,
                          const char *text, size_t len)
{
    reading_open(r, t, c->chapter, c->seq);
    size_t at = r->out.len;
    prose_add_partial(&r->out, text, len, c->seq == 1);
    reading_unglue(r, at);
    r->ahead_chapter = c->chapter;
    r->ahead_seq = c->seq;
}

static void reading_stream(struct reading *r, const struct reading_titles *t, const struct current *c)
{
    size_t from, to = reading_stretch(r, c, &from), lead = reading_lead(c->text.data + from, to - from);
    const char *text = c->text.data + from + lead;
    size_t sure = reading_sure(c, text, to - from - lead);
    bool begun = r->ahead_chapter == c->chapter && r->ahead_seq == c->seq;
    size_t same = begun ? reading_same(text, sure, r->ahead.data, r->ahead.len) : 0;

    if (sure == 0 || (begun && same == sure)) return; // an answer that is continued comes to where it was
    if (!begun)
        reading_begin(r, t, c, text - lead, lead + sure);
    else if (same == r->ahead.len)
        reading_add(r, text + same, sure - same);
    else
        reading_rewrite(r, c->chapter, c->seq, text, sure, same);
    buf_clear(&r->ahead);
    buf_add(&r->ahead, text, sure);
}

bool reading_next(struct reading *r, struct store *s, bool streaming, struct err *e)
{
    struct reading_titles t = {.at_hand = 1};
    struct current c;

    buf_clear(&r->out);
    r->marks_count = 0;
    current_init(&c);
    bool ok = store_chapters_each(s, r->job, reading_add_title, &t, e) && reading_anew(r, s, &t, e) &&
              reading_onward(r, s, &t, streaming, e);
    if (ok && streaming) ok = current_read(&c, s, r->job, e);
    if (ok && streaming && reading_is_next(r, &t, &c)) reading_stream(r, &t, &c);
    if (r->out.len > 0) r->any = true;
    current_release(&c);
    reading_titles_release(&t);
    return ok;
}
