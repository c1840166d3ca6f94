// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Chapters from lines:
//
//   12 | title | point of view | what happens | what for | ends on | +question it opens -question it closes | weight
//
// Also read: rows that lack fields, "Chapter 12: title | …", and, where no line has pipes, "12. title: what happens" and
// "Chapter 12: title" with a paragraph or "Summary: …" below it. Other lines without a number are talk, a table's head,
// or its rule.
#include "model/plan_chapters.h"

#include "base/mem.h"
#include "model/plan_talk.h"
#include "text/words.h"

#include <stdlib.h>
#include <string.h>

enum { FIELDS_MOST = 10, TITLE_WORDS = 10, EVENT_WORDS = 3 };

static const struct plan_span nothing = {"", 0};

struct row {
    int number;
    size_t count; // fields: title, then what follows it
    struct plan_span fields[FIELDS_MOST];
    struct buf opens, closes;
    double weight; // 0: none
};

static bool read_row(struct row *r, struct plan_span line, bool piped)
{
    struct plan_span field, rest = line;
    bool sign = false;
    r->count = 0;
    if ((piped && !memchr(line.s, '|', line.len)) || plan_is_member(line)) return false;
    plan_field(&rest, &field);
    if (!plan_read_number(&field, &r->number, &sign) || (!piped && !sign)) return false;
    if (field.len) r->fields[r->count++] = field; // the title stands behind the number, without a pipe
    while (r->count < FIELDS_MOST && plan_field(&rest, &field)) r->fields[r->count++] = field;
    if (r->count) r->fields[0] = plan_unquote(r->fields[0]);
    return r->count && r->fields[0].len;
}

// A field that is a number and nothing else, "1.2" or "1,2"; 0 if it is not.
static double read_weight(struct plan_span s)
{
    double value = 0, scale = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.s[i] >= '0' && s.s[i] <= '9') {
            value = value * 10 + (s.s[i] - '0');
            scale *= 10;
        } else if ((s.s[i] == '.' || s.s[i] == ',') && scale == 0) {
            scale = 1;
        } else {
            return 0;
        }
    }
    return scale > 0 ? value / scale : value;
}

// ---- threads: "+who has the key? -who chained the sluice?" ------------------------------------------------------

static bool is_mark(struct plan_span s)
{
    if (s.len < 2 || (s.s[0] != '+' && s.s[0] != '-')) return false;
    unsigned char c = (unsigned char)s.s[1];
    return c >= 0x80 || c == '"' || c == '\'' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// The thread at the start of s, up to the next mark that a blank or another sign stands in front of.
static struct plan_span take_thread(struct plan_span *s)
{
    size_t len = 1;
    while (len < s->len) {
        bool border = strchr(" \t,;", s->s[len - 1]) != NULL;
        if (border && is_mark((struct plan_span){s->s + len, s->len - len})) break;
        len++;
    }
    struct plan_span thread = plan_trim((struct plan_span){s->s + 1, len - 1});
    while (thread.len && strchr(",; ", thread.s[thread.len - 1])) thread.len--;
    *s = (struct plan_span){s->s + len, s->len - len};
    return plan_unquote(thread);
}

static void read_threads(struct row *r, struct plan_span field)
{
    while (is_mark(field)) {
        struct buf *list = *field.s == '+' ? &r->opens : &r->closes;
        struct plan_span thread = take_thread(&field);
        if (plan_is_none(thread)) continue;
        if (list->len) buf_adds(list, "; ");
        buf_add(list, thread.s, thread.len);
    }
}

// Takes out of the row what is known by its looks, wherever it stands: threads, and a weight at the end.
static void take_marked(struct row *r)
{
    size_t had, kept = 1;
    while (r->count > 1 && !r->fields[r->count - 1].len) r->count--;
    had = r->count;
    for (size_t i = 1; i < r->count; i++) {
        if (is_mark(r->fields[i]))
            read_threads(r, r->fields[i]);
        else
            r->fields[kept++] = r->fields[i];
    }
    r->count = kept;
    r->weight = had > 2 && kept > 1 ? read_weight(r->fields[kept - 1]) : 0;
    if (r->weight > 0) r->count--;
    while (r->count > 1 && !r->fields[r->count - 1].len) r->count--;
}

// ---- a row becomes a chapter ------------------------------------------------------------------------------------

static char *field_text(struct plan_span s, size_t most)
{
    return plan_dup(plan_is_none(s) ? nothing : s, most);
}

// Behind the title stand: the event; point of view and event; these and what it ends on; all four.
static void add_row(struct plan_chapter_list *l, struct row *r)
{
    static const size_t places[][4] = {// point of view, event, purpose, ends on; 0: not there
                                       {0, 0, 0, 0},
                                       {0, 1, 0, 0},
                                       {1, 2, 0, 0},
                                       {1, 2, 0, 3},
                                       {1, 2, 3, 4}};
    struct plan_span f[FIELDS_MOST];
    struct plan_chapter *c = plan_chapters_add(l);
    if (!c) return;
    const size_t *at = places[r->count - 1 < ARRAY_LEN(places) ? r->count - 1 : ARRAY_LEN(places) - 1];
    memcpy(f, r->fields, sizeof(f));
    f[0] = nothing;
    struct plan_span event = plan_is_none(f[at[1]]) ? r->fields[0] : f[at[1]];
    c->number = r->number;
    c->title = plan_dup(r->fields[0], CHAPTER_TITLE_BYTES);
    c->pov = field_text(f[at[0]], CHAPTER_FIELD_BYTES);
    c->event = plan_dup(event, CHAPTER_FIELD_BYTES);
    c->purpose = field_text(f[at[2]], CHAPTER_FIELD_BYTES);
    c->ends_on = field_text(f[at[3]], CHAPTER_FIELD_BYTES);
    c->opens = plan_dup((struct plan_span){r->opens.data, r->opens.len}, CHAPTER_FIELD_BYTES);
    c->closes = plan_dup((struct plan_span){r->closes.data, r->closes.len}, CHAPTER_FIELD_BYTES);
    c->weight = plan_chapter_weight(r->weight);
}

// ---- answers without pipes --------------------------------------------------------------------------------------

// "title: what happens", with a colon, a dash or a full stop; what is short behind it belongs to the title.
static void split_title(struct row *r)
{
    static const char *const marks[] = {": ", " - ", " – ", " — ", "：", ". "};
    struct plan_span s = r->fields[0];
    for (size_t i = 0; r->count == 1 && i < ARRAY_LEN(marks); i++) {
        size_t n = strlen(marks[i]);
        const char *at = memmem(s.s, s.len, marks[i], n);
        if (!at || at == s.s) continue;
        struct plan_span title = {s.s, (size_t)(at - s.s)}, event = {at + n, s.len - title.len - n};
        size_t words = words_count(title.s, title.len);
        if (words > TITLE_WORDS || words_count(event.s, event.len) < EVENT_WORDS) continue;
        if (words < 2 && marks[i][0] == '.') continue; // "Dr. Reuss crosses the river"
        r->fields[0] = plan_unquote(title);
        r->fields[r->count++] = plan_trim(event);
    }
}

static void set(char **text, struct plan_span s)
{
    free(*text);
    *text = plan_dup(s, CHAPTER_FIELD_BYTES);
}

// A line below a chapter's title.
static void add_below(struct plan_chapter *c, struct plan_span line)
{
    static const char *const told[] = {"Summary", "Event", "Events", "What happens", "Plot"};
    for (size_t i = 0; i < ARRAY_LEN(told); i++) {
        if (!plan_label(&line, told[i])) continue;
        set(&c->event, line);
        return;
    }
    if (plan_label(&line, "POV") || plan_label(&line, "Point of view")) {
        set(&c->pov, line);
    } else if (plan_label(&line, "Purpose")) {
        set(&c->purpose, line);
    } else if (plan_label(&line, "Ends on") || plan_label(&line, "Ends with")) {
        set(&c->ends_on, line);
    } else if (!strcmp(c->event, c->title) && !plan_is_chat(line) && words_count(line.s, line.len) > EVENT_WORDS) {
        set(&c->event, line);
    }
}

static void read_lines(struct plan_chapter_list *l, struct plan_lines *lines, bool piped)
{
    struct row r = {.count = 0};
    buf_init(&r.opens, BUF_MAX_PIECE);
    buf_init(&r.closes, BUF_MAX_PIECE);
    while (plan_lines_next(lines)) {
        buf_clear(&r.opens);
        buf_clear(&r.closes);
        if (read_row(&r, lines->line, piped)) {
            if (!piped) split_title(&r);
            take_marked(&r);
            add_row(l, &r);
        } else if (!piped && l->all.count && !plan_is_member(lines->line)) {
            add_below(&l->all.items[l->all.count - 1], lines->line);
        }
    }
    buf_release(&r.opens);
    buf_release(&r.closes);
}

void plan_chapters_from_lines(struct plan_chapter_list *l, const char *text, size_t len, bool cut)
{
    struct plan_lines lines;
    for (int piped = 1; piped >= 0 && !l->all.count; piped--) {
        if (!piped && plan_is_refusal(text, len)) break;
        plan_lines_init(&lines, text, len, cut);
        read_lines(l, &lines, piped);
        plan_lines_release(&lines);
    }
}
