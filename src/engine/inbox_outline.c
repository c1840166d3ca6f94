// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The message "outline": another plan for what has not begun. All in one transaction:
//
//   chapters  1 … first-1 | first … last    | last+1 … count     | … total
//             begun         the edit's own    outlined meanwhile   planned later
//             stay          are replaced      stay, renumbered     stay to be planned
//
// The book keeps its length: what has begun keeps its share of it, and those to come divide the rest by their weights.
#include "engine/intake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/outline.h"
#include "engine/story.h"
#include "model/acts.h"
#include "model/plan.h"
#include "model/spec.h"

struct replanning {
    struct intake *in;
    const struct job *job;
    struct inbox_answer *answer;
    struct outline now;
    struct outline_wish wish;
    struct act {
        struct act_row row;
        char *texts[4]; // start, turn, open, summary
    } * acts;
    size_t acts_count, acts_cap;
};

// ---- is it to be taken? --------------------------------------------------------------------------------------------

// Whatever begun between the look at the plan and now must be as it was.
static bool check_begun(struct replanning *r, char *text, size_t size)
{
    struct outline *edit = &r->wish.edit;
    int begun = r->now.first - r->wish.first;
    if (begun < 0) begun = 0;
    for (int i = 0; i < begun; i++) {
        int number = r->wish.first + i;
        const struct outline_chapter *was = outline_find(&r->now, number);
        const struct outline_chapter *c = (size_t)i < edit->count ? &edit->chapters[i] : NULL;
        if (c && was && c->from == number && outline_same_texts(c, was) && c->act == was->act) continue;
        (void)snprintf(text, size, "chapter %d has begun in the meantime and cannot be changed any more", number);
        return false;
    }
    for (int i = 0; i < begun; i++)
        for (int k = 0; k < OUTLINE_FIELDS; k++) free(edit->chapters[i].texts[k]);
    edit->count -= (size_t)begun;
    memmove(edit->chapters, edit->chapters + begun, edit->count * sizeof(*edit->chapters));
    return true;
}

// Chapters that were outlined since stand behind it as they are.
static void add_newer(struct replanning *r)
{
    for (int n = r->wish.last + 1; n <= (int)r->now.count; n++) {
        const struct outline_chapter *was = outline_find(&r->now, n);
        struct outline_chapter *c = outline_add(&r->wish.edit);
        c->from = n;
        c->act = was->act;
        c->weight = was->weight;
        for (int k = 0; k < OUTLINE_FIELDS; k++)
            outline_set(c, (enum outline_field)k, was->texts[k], strlen(was->texts[k]));
    }
}

static bool check_faults(struct replanning *r, char *text, size_t size)
{
    struct outline_faults faults = {0};
    struct buf line;
    buf_init(&line, BUF_MAX_LINE);
    bool ok = outline_check(&r->wish.edit, &r->now, &faults);
    if (!ok) outline_fault_text(&faults.items[0], 0, &line);
    (void)snprintf(text, size, "%s", line.data);
    buf_release(&line);
    outline_faults_release(&faults);
    return ok;
}

// True with a refusal in the answer: it is not.
static bool is_refused(struct replanning *r)
{
    char text[400], hash[HASH_TEXT_SIZE];
    outline_hash(&r->now, r->wish.first, r->wish.last, hash);
    if (!r->now.bible)
        (void)snprintf(text, sizeof(text), "there is no outline yet");
    else if (r->wish.last > (int)r->now.count || strcmp(hash, r->wish.hash) != 0)
        (void)snprintf(text, sizeof(text), "the outline has changed since you have seen it; look at it again");
    else if (check_begun(r, text, sizeof(text))) {
        add_newer(r);
        if (check_faults(r, text, sizeof(text))) return false;
    }
    return intake_refuse(r->answer, ERR_USAGE, text);
}

// ---- acts ----------------------------------------------------------------------------------------------------------

static bool add_act(void *arg, const struct act_row *a)
{
    struct replanning *r = arg;
    mem_grow(&r->acts, &r->acts_cap, r->acts_count + 1, sizeof(*r->acts));
    struct act *own = &r->acts[r->acts_count++];
    *own = (struct act){
        .row = *a,
        .texts = {mem_strdup(a->start), mem_strdup(a->turn), mem_strdup(a->open), mem_strdup_opt(a->summary)}};
    return true;
}

static int overlap(int from, int to, int first, int last)
{
    if (first > from) from = first;
    if (last < to) to = last;
    return to >= from ? to - from + 1 : 0;
}

// How many chapters the act has now: begun ones, those of the edit, those to be planned.
static int act_size(const struct replanning *r, const struct act_row *a)
{
    const struct outline *edit = &r->wish.edit;
    int size = overlap(a->from, a->to, 1, r->now.first - 1) + overlap(a->from, a->to, (int)r->now.count + 1, a->to);
    for (size_t i = 0; i < edit->count; i++) size += edit->chapters[i].act == a->number;
    return size;
}

// An act that has lost all its chapters goes.
static bool put_acts(struct replanning *r, int total, struct err *e)
{
    struct store *s = r->in->store;
    int number = 0, end = 0;
    for (size_t i = 0; i < r->acts_count; i++) {
        const struct act *own = &r->acts[i];
        int size = act_size(r, &own->row);
        if (size == 0) continue;
        number++;
        const struct act_row row = {.number = number,
                                    .from = end + 1,
                                    .to = end + size,
                                    .start = own->texts[0],
                                    .turn = own->texts[1],
                                    .open = own->texts[2],
                                    .summary = own->texts[3]};
        end += size;
        if (!store_act_add(s, r->job->id, &row, e)) return false;
    }
    // A book of one act that has outgrown it stays one: acts are not planned behind chapters that stand.
    const struct act_row whole = {.number = 1, .from = 1, .to = total, .start = "", .turn = "", .open = ""};
    return r->acts_count > 0 || total <= ACT_CHAPTERS || store_act_add(s, r->job->id, &whole, e);
}

// ---- rows ----------------------------------------------------------------------------------------------------------

static double weights_to_come(const struct replanning *r, const struct outline *o, int first)
{
    double sum = (double)(r->now.chapters_total - (int)r->now.count);
    for (size_t i = 0; i < o->count; i++)
        if (o != &r->now || o->chapters[i].from >= first) sum += o->chapters[i].weight;
    return sum;
}

static bool put_chapters(struct replanning *r, struct err *e)
{
    const struct outline *edit = &r->wish.edit;
    for (size_t i = 0; i < edit->count; i++) {
        char *const *t = edit->chapters[i].texts;
        const struct chapter_row row = {
            .number = r->now.first + (int)i,
            .title = t[OUTLINE_TITLE],
            .pov = t[OUTLINE_POV],
            .event = t[OUTLINE_SUMMARY],
            .purpose = t[OUTLINE_PURPOSE],
            .opens = t[OUTLINE_OPENS],
            .closes = t[OUTLINE_CLOSES],
            .ends_on = t[OUTLINE_ENDS_ON],
            .weight = edit->chapters[i].weight,
        };
        if (!store_chapter_add(r->in->store, r->job->id, &row, e)) return false;
    }
    return true;
}

// The book's title goes with the bible's, if it came from there.
static bool put_bible(struct replanning *r, struct err *e)
{
    struct store *s = r->in->store;
    const char *bible = r->wish.edit.bible;
    if (!bible) return true;
    char *was = plan_bible_field(r->now.bible, "TITLE"), *is = plan_bible_field(bible, "TITLE");
    bool retitle = was && is && *is && strcmp(was, r->job->title) == 0;
    bool ok = store_bible_set(s, r->job->id, bible, NULL, e) && (!retitle || store_job_retitle(s, r->job->id, is, e));
    free(was);
    free(is);
    return ok;
}

// What the spec says of chapters that are planned later goes with their numbers. Those that are planned are rows: where
// they are fewer now, what it said of the last of them would bear the numbers of others.
static bool shift_outline(const struct replanning *r, struct spec *spec, int by)
{
    struct spec_chapter *kept = spec->outline;
    bool moved = false;
    size_t n = 0;
    int count = (int)r->now.count;
    for (size_t i = 0; i < spec->outline_count; i++) {
        struct spec_chapter c = kept[i];
        bool later = c.number > count, gone = !later && c.number > count + by;
        moved = moved || later || gone;
        if (later) c.number += by;
        if (later && spec->chapters > 0 && c.number > spec->chapters) spec->chapters = c.number;
        if (!gone) kept[n++] = c;
    }
    spec->outline_count = n;
    return moved;
}

// The job must be able to read it.
static bool put_spec(const struct replanning *r, const struct spec *spec, struct err *e)
{
    struct spec again;
    struct buf text;
    buf_init(&text, BUF_MAX_SPEC);
    spec_write(spec, &text);
    bool ok = !text.full || err_set(e, ERR_CEILING, "the spec is larger than %d bytes", BUF_MAX_SPEC);
    ok = ok && spec_parse(&again, text.data, text.len, "job", e);
    if (ok) spec_release(&again);
    ok = ok && store_job_set_spec(r->in->store, r->job->id, text.data, e);
    buf_release(&text);
    return ok;
}

static bool shift_spec(const struct replanning *r, int by, struct err *e)
{
    struct spec spec;
    if (by == 0) return true;
    if (!spec_parse(&spec, r->job->spec, strlen(r->job->spec), "job", e)) return false;
    struct spec_chapter *all = mem_calloc(spec.outline_count + 1, sizeof(*all)), *const own = spec.outline;
    size_t count = spec.outline_count;
    if (count > 0) memcpy(all, own, count * sizeof(*all));
    spec.outline = all;
    bool ok = !shift_outline(r, &spec, by) || put_spec(r, &spec, e);
    spec.outline = own;
    spec.outline_count = count;
    spec_release(&spec);
    free(all);
    return ok;
}

// The prompts of the act at hand go on showing what they have shown.
static bool keep_shown(struct replanning *r, struct err *e)
{
    struct book book = {0};
    struct story story = {0};
    if (r->now.bible_open) return true;
    if (!store_book_load(r->in->store, r->job->id, &book, e)) return false;
    const struct desk desk = {.store = r->in->store, .job = r->job, .book = &book};
    bool ok = story_load(&story, &desk, r->now.first - 1, e) && story_keep_shown(&story, r->in->store, r->job->id, e);
    story_release(&story);
    book_release(&book);
    return ok;
}

static bool replace(struct replanning *r, int total, struct err *e)
{
    const struct outline *edit = &r->wish.edit;
    double was = weights_to_come(r, &r->now, r->now.first), is = weights_to_come(r, edit, 0);
    double factor = was > 0 ? is / was : 1;
    return store_acts_each(r->in->store, r->job->id, add_act, r, e) && keep_shown(r, e) &&
           store_plan_cut(r->in->store, r->job->id, r->now.first, total, factor, e) && put_acts(r, total, e) &&
           put_chapters(r, e) && put_bible(r, e) && shift_spec(r, total - r->now.chapters_total, e);
}

// ---- what is said of it ----------------------------------------------------------------------------------------------

static void add_count(struct buf *out, int n, const char *what)
{
    if (n == 0) return;
    if (out->len == 0)
        buf_addf(out, "%d chapter%s %s", n, n == 1 ? "" : "s", what);
    else
        buf_addf(out, ", %d %s", n, what);
}

static void add_grouped(struct buf *out, int64_t n)
{
    if (n >= 1000) {
        add_grouped(out, n / 1000);
        buf_addf(out, ",%03d", (int)(n % 1000));
    } else
        buf_addf(out, "%d", (int)n);
}

static void write_answer(struct replanning *r, const struct outline_change *c, int total)
{
    struct buf text;
    buf_init(&text, BUF_MAX_LINE);
    add_count(&text, c->changed, "changed");
    add_count(&text, c->added, "added");
    add_count(&text, c->removed, "removed");
    add_count(&text, c->moved, "moved");
    if (c->bible) buf_adds(&text, text.len > 0 ? ", and the bible changed" : "the bible is changed");
    buf_addf(&text, "; %d chapter%s, ", total, total == 1 ? "" : "s");
    add_grouped(&text, r->now.words_target);
    buf_adds(&text, " words");
    (void)snprintf(r->answer->text, sizeof(r->answer->text), "%s", text.data);
    buf_release(&text);
}

static bool take(struct replanning *r, struct err *e)
{
    struct outline_change change;
    if (is_refused(r)) return true;
    change = outline_compare(&r->wish.edit, &r->now);
    if (!outline_is_changed(&change)) {
        (void)snprintf(r->answer->text, sizeof(r->answer->text), "nothing is changed");
        return true;
    }
    int planned_later = r->now.chapters_total - (int)r->now.count;
    int total = r->now.first - 1 + (int)r->wish.edit.count + planned_later;
    write_answer(r, &change, total);
    intake_touched(r->in, r->job);
    return replace(r, total, e) && store_event_add(r->in->store, r->job->id, "outline", r->answer->text, NULL, e);
}

static void release(struct replanning *r)
{
    for (size_t i = 0; i < r->acts_count; i++)
        for (size_t k = 0; k < ARRAY_LEN(r->acts[i].texts); k++) free(r->acts[i].texts[k]);
    free(r->acts);
    outline_release(&r->now);
    outline_wish_release(&r->wish);
}

INTAKE_VERB(inbox_take_outline)
{
    struct replanning r = {.in = in, .job = j, .answer = a};
    struct err bad = ERR_INIT;
    if (j->state == JOB_DONE) return intake_refuse(a, ERR_USAGE, "the book is done: there is nothing left to plan");
    bool ok = true;
    if (!outline_wish_read(&r.wish, m, &bad))
        intake_refuse(a, ERR_USAGE, bad.text);
    else
        ok = outline_load(&r.now, in->store, j, e) && take(&r, e);
    release(&r);
    return ok;
}
