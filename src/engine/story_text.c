// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Writing what a chapter's writer must know, at one of the levels. What was shown of a plan that has changed since is
// written as it was shown; see story.h for the order and the reason.
#include "engine/story.h"

#include <string.h>

#include "base/mem.h"
#include "text/utf8.h"
#include "text/words.h"

#define ACTS_HEADING "# Acts\n"

enum { WHOLE = 1 << 20, RECAP_BYTES = 750, SHORT_BYTES = 420, EVENT_BYTES = 600 };

// How much of the acts before is said: outline and recaps, recaps, their first lines, those of the last act alone, nothing.
enum before { BEFORE_ALL, BEFORE_RECAPS, BEFORE_SHORT, BEFORE_LAST, BEFORE_NOTHING };

static const struct level {
    enum before before;
    int past, ahead; // chapters of this act on both sides of the one at hand
    int bible;       // bytes: its first lines weigh most
    int page;        // words of the page before
    int state;       // bytes for people; threads and facts get half of it each
    bool mixed;      // chapters that are written stand by their recap alone, those to come by their outline alone
    bool full;       // recaps of this act with all their lines
    bool skeleton;
} levels[] = {
    {BEFORE_ALL, WHOLE, WHOLE, WHOLE, 170, 400, false, true, true},
    {BEFORE_RECAPS, WHOLE, WHOLE, WHOLE, 170, 500, false, true, true},
    {BEFORE_SHORT, WHOLE, WHOLE, WHOLE, 170, 600, false, true, true},
    {BEFORE_SHORT, WHOLE, WHOLE, 2600, 170, 700, false, false, true},
    {BEFORE_SHORT, WHOLE, WHOLE, 2000, 150, 700, true, false, true},
    {BEFORE_LAST, WHOLE, WHOLE, 1600, 120, 600, true, false, true},
    {BEFORE_LAST, 5, 3, 1600, 100, 600, true, false, true},
    {BEFORE_NOTHING, 3, 2, 1200, 80, 500, true, false, false},
    {BEFORE_NOTHING, 1, 1, 900, 60, 300, true, false, false},
    {BEFORE_NOTHING, 0, 0, 600, 40, 200, true, false, false},
    {BEFORE_NOTHING, 0, 0, 300, 25, 0, true, false, false},
};

int story_levels(void)
{
    return (int)ARRAY_LEN(levels);
}

// NULL: nothing was kept of that place.
static const char *shown_at(const struct story *y, int place)
{
    for (size_t i = 0; i < y->shown_count; i++)
        if (y->shown[i].place == place) return y->shown[i].text;
    return NULL;
}

static void write_acts_now(const struct story *y, struct buf *out)
{
    for (size_t i = 0; i < y->acts_count; i++) {
        const struct story_act *a = &y->acts[i];
        if (!*a->start && !*a->turn && !*a->open) continue;
        if (out->len == 0) buf_adds(out, ACTS_HEADING);
        buf_addf(out, "Act %d, chapters %d to %d: %s | %s | unsolved at its end: %s\n", a->range.number,
                 a->range.from, a->range.to, a->start, a->turn, a->open);
    }
}

static void write_acts(const struct story *y, struct buf *out)
{
    const char *shown = shown_at(y, 0);
    if (shown)
        buf_adds(out, shown);
    else
        write_acts_now(y, out);
}

static void outline_line(const struct story_chapter *c, struct buf *out)
{
    size_t len = strlen(c->event);
    if (len > EVENT_BYTES) len = utf8_whole(c->event, EVENT_BYTES); // one that the spec brings may be long
    buf_addf(out, "%d. %s: %.*s\n", c->number, c->title, (int)len, c->event);
}

// All its lines, or what happened.
static void recap_text(const struct story_chapter *c, bool full, struct buf *out)
{
    if (!c->recap) return;
    size_t line = strcspn(c->recap, "\n"), len = full ? strlen(c->recap) : line;
    if (!full && len > SHORT_BYTES) len = utf8_whole(c->recap, SHORT_BYTES);
    if (full)
        buf_addf(out, "Chapter %d\n%.*s\n", c->number, (int)len, c->recap);
    else
        buf_addf(out, "%d. %s. %.*s\n", c->number, c->title, (int)len, c->recap);
}

static void heading_now(const struct story_act *a, struct buf *out)
{
    if (a) buf_addf(out, "# Act %d, chapters %d to %d\n", a->range.number, a->range.from, a->range.to);
}

static const struct story_act *act_at_hand(const struct story *y)
{
    bool row = y->act.number > 0 && (size_t)y->act.number <= y->acts_count;
    return row ? &y->acts[y->act.number - 1] : NULL;
}

static void heading(const struct story *y, int act, const struct story_act *a, struct buf *out)
{
    const char *shown = shown_at(y, -act);
    if (shown)
        buf_adds(out, shown);
    else
        heading_now(a, out);
}

// The outline of an act, as far as there is one.
static void write_lines(const struct story *y, int from, int to, struct buf *out)
{
    int last = to < (int)y->chapters_count ? to : (int)y->chapters_count;
    for (int n = from; n <= last; n++) outline_line(&y->chapters[n - 1], out);
}

static void write_outline(const struct story *y, const struct act_range *act, struct buf *out)
{
    const char *shown = shown_at(y, act->from);
    if (shown)
        buf_adds(out, shown);
    else
        write_lines(y, act->from, act->to, out);
}

static bool is_last_before(const struct story *y, const struct story_act *a)
{
    return a->range.number == y->act.number - 1;
}

static void write_act_before(const struct story *y, const struct story_act *a, const struct level *v, struct buf *out)
{
    if (v->before == BEFORE_NOTHING || (v->before == BEFORE_LAST && !is_last_before(y, a))) return;
    heading(y, a->range.number, a, out);
    if (a->summary) {
        buf_addf(out, "In short:\n%s\n", a->summary);
        return;
    }
    if (v->before == BEFORE_ALL) {
        buf_adds(out, "## Outline\n");
        write_outline(y, &a->range, out);
        buf_adds(out, "\n## Already on the page\n");
    }
    bool full = v->before <= BEFORE_RECAPS;
    for (int n = a->range.from; n <= a->range.to; n++) recap_text(&y->chapters[n - 1], full, out);
}

static bool is_near(const struct story *y, const struct level *v, int n)
{
    return n < y->chapter ? y->chapter - n <= v->past : n - y->chapter <= v->ahead;
}

static void write_act_at_hand(const struct story *y, const struct level *v, struct buf *out)
{
    int last = y->act.to < (int)y->chapters_count ? y->act.to : (int)y->chapters_count;
    heading(y, y->act.number, act_at_hand(y), out);
    if (!v->mixed) {
        buf_adds(out, "## Outline\n");
        write_outline(y, &y->act, out);
    }
    buf_adds(out, v->mixed ? "## Already on the page\n" : "\n## Already on the page\n");
    if (y->chapter == 1) buf_adds(out, "Nothing yet: the book begins here.\n");
    for (int n = y->act.from; n < y->chapter; n++)
        if (is_near(y, v, n)) recap_text(&y->chapters[n - 1], v->full, out);
    if (!v->mixed) return;
    buf_adds(out, "## To come\n");
    for (int n = y->chapter; n <= last; n++)
        if (is_near(y, v, n)) outline_line(&y->chapters[n - 1], out);
}

// Whether what was shown ends with these lines: then nothing has changed that is still to come.
static bool ends_with(const char *shown, const struct buf *lines)
{
    size_t len = strlen(shown);
    if (len < lines->len || memcmp(shown + len - lines->len, lines->data, lines->len) != 0) return false;
    return len == lines->len || shown[len - lines->len - 1] == '\n';
}

static void write_changed_acts(const struct story *y, struct buf *out)
{
    const char *shown = shown_at(y, 0);
    struct buf acts;
    buf_init(&acts, BUF_MAX_PIECE);
    write_acts_now(y, &acts);
    // Without the heading that it has in its own place.
    if (shown && acts.len > 0 && strcmp(shown, acts.data) != 0)
        buf_addf(out, "The acts are now these:\n%s", acts.data + strlen(ACTS_HEADING));
    buf_release(&acts);
}

void story_write_changed(const struct story *y, int level, struct buf *out)
{
    const struct level *v = &levels[level];
    const char *shown = shown_at(y, y->act.from);
    struct buf lines;
    buf_init(&lines, BUF_MAX_PIECE);
    if (v->skeleton) write_changed_acts(y, out);
    write_lines(y, y->chapter, y->act.to, &lines);
    if (shown && !v->mixed && !ends_with(shown, &lines))
        buf_addf(out, "The author has changed the plan. From here on it is:\n%s", lines.data);
    buf_release(&lines);
}

bool story_keep_shown(const struct story *y, struct store *s, int64_t job, struct err *e)
{
    struct buf acts, head, lines;
    buf_init(&acts, BUF_MAX_PIECE);
    buf_init(&head, BUF_MAX_PIECE);
    buf_init(&lines, BUF_MAX_PIECE);
    write_acts_now(y, &acts);
    heading_now(act_at_hand(y), &head);
    write_lines(y, y->act.from, y->act.to, &lines);
    bool ok = store_shown_keep(s, job, 0, acts.data, e) && store_shown_keep(s, job, -y->act.number, head.data, e) &&
              store_shown_keep(s, job, y->act.from, lines.data, e);
    buf_release(&acts);
    buf_release(&head);
    buf_release(&lines);
    return ok;
}

static void write_tail(const struct story *y, int words, struct buf *out)
{
    if (words == 0 || y->page.len == 0) return;
    size_t from = words_tail(y->page.data, y->page.len, (size_t)words);
    buf_adds(out, "# The page before\n");
    buf_add(out, y->page.data + from, y->page.len - from);
    buf_adds(out, "\n\n");
}

// Whole lines of it, at most `most` bytes.
static void add_lines(const struct buf *text, size_t most, struct buf *out)
{
    size_t len = text->len < most ? text->len : most;
    while (len > 0 && len < text->len && text->data[len - 1] != '\n') len--;
    buf_add(out, text->data, len);
}

static void write_state(const struct story *y, const struct level *v, struct story_text *out)
{
    const struct story_chapter *c = story_at_hand(y);
    struct buf about, lines;
    size_t most = (size_t)v->state;
    if (most == 0 || y->chapter == 1) return;
    buf_init(&about, BUF_MAX_PIECE);
    buf_init(&lines, BUF_MAX_PIECE);
    buf_addf(&about, "%s %s %s %s %s", c->title, c->event, c->pov, c->opens, c->closes);
    memory_cast(y->memory, about.data, &lines, most);
    if (lines.len > 0) buf_addf(&out->cast, "How they stand:\n%s", lines.data);
    buf_clear(&lines);
    memory_threads(y->memory, &lines, most / 2);
    if (lines.len > 0) buf_addf(&out->threads, "Open questions:\n%s", lines.data);
    buf_clear(&lines);
    memory_facts(y->memory, about.data, &lines, most / 2);
    if (lines.len > 0) buf_addf(&out->facts, "What must stay true:\n%s", lines.data);
    buf_release(&about);
    buf_release(&lines);
}

void story_write(const struct story *y, int level, struct story_text *out)
{
    const struct level *v = &levels[level];
    struct buf *const all[] = {&out->bible, &out->acts,    &out->story, &out->tail,
                               &out->cast,  &out->threads, &out->facts};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) buf_init(all[i], BUF_MAX_PROMPT);
    add_lines(&y->bible, (size_t)v->bible, &out->bible);
    if (v->skeleton) write_acts(y, &out->acts);
    for (size_t i = 0; i < y->acts_count && y->acts[i].range.number < y->act.number; i++)
        write_act_before(y, &y->acts[i], v, &out->story);
    write_act_at_hand(y, v, &out->story);
    write_tail(y, v->page, &out->tail);
    write_state(y, v, out);
}

void story_text_release(struct story_text *t)
{
    struct buf *const all[] = {&t->bible, &t->acts, &t->story, &t->tail, &t->cast, &t->threads, &t->facts};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) buf_release(all[i]);
}

size_t story_growth(const struct story *y, int level)
{
    const struct level *v = &levels[level];
    int to_come = y->act.to - y->chapter;
    if (to_come <= 0 || v->past < WHOLE) return 0;
    return (size_t)to_come * (v->full ? RECAP_BYTES : SHORT_BYTES / 2);
}
