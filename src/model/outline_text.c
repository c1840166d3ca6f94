// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The outline as a text for an editor:
//
//   // a comment
//   # Bible
//   TITLE: The Salt Engine
//   # Act 2
//   ## 7. Low Water            the number says which chapter it was: its place may be another now
//   words: 2,500
//   pov: Olga
//
//   Olga walks the dry bed     what happens; a line that follows belongs to the one before it
//   - she leaves before dawn   its beats
//   ends on: a name is said
//
//   ## + The Pump House        a new one
//
// A line that begins with a backslash is what follows it, whatever that looks like.
#include "model/outline.h"

#include "base/mem.h"
#include "model/outline_parts.h"
#include "text/typo.h"
#include "text/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAULT_MARK "//! "
#define PLAN_MARK  "// plan: " // its numbers are of this one

enum { LABEL_SIZE = 16, NUMBER_MOST = 100000 };

// ---- writing -------------------------------------------------------------------------------------------------------

static void label_of(enum outline_field field, char out[LABEL_SIZE])
{
    (void)snprintf(out, LABEL_SIZE, "%s", outline_field_names[field]);
    for (char *c = out; *c; c++)
        if (*c == '_') *c = ' ';
}

// In lower case, for a comparison; false: it is too long to be a label.
static bool lower_label(const char *s, size_t len, char out[LABEL_SIZE])
{
    if (len >= LABEL_SIZE) return false;
    for (size_t i = 0; i < len; i++) out[i] = (char)(s[i] >= 'A' && s[i] <= 'Z' ? s[i] | 0x20 : s[i]);
    out[len] = '\0';
    return true;
}

static const struct label {
    const char *name;
    enum outline_field field;
    bool words;
} labels[] = {
    {"words", OUTLINE_TITLE, true},  {"pov", OUTLINE_POV, false},       {"purpose", OUTLINE_PURPOSE, false},
    {"opens", OUTLINE_OPENS, false}, {"closes", OUTLINE_CLOSES, false}, {"ends on", OUTLINE_ENDS_ON, false},
};

static const struct label *find_label(const char *line, size_t len, size_t *value)
{
    const char *colon = memchr(line, ':', len);
    char name[LABEL_SIZE];
    if (!colon || !lower_label(line, (size_t)(colon - line), name)) return NULL;
    for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
        if (strcmp(name, labels[i].name) != 0) continue;
        *value = (size_t)(colon - line) + 1;
        return &labels[i];
    }
    return NULL;
}

// One line of it, whatever it holds.
static void add_flat(struct buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) buf_addc(out, text[i] == '\n' ? ' ' : text[i]);
    buf_addc(out, '\n');
}

static bool looks_special(const char *line, size_t len)
{
    size_t value;
    return len > 0 && (strchr("-#/\\", *line) || find_label(line, len, &value));
}

static void write_event(const char *event, struct buf *out)
{
    const char *at = event;
    for (int i = 0; *at; i++) {
        size_t len = strcspn(at, ";");
        const char *next = at + len + (at[len] == ';');
        while (len > 0 && strchr(" \n", *at)) at++, len--;
        while (len > 0 && strchr(" \n", at[len - 1])) len--;
        if (i > 0) buf_adds(out, "- ");
        if (i == 0 && looks_special(at, len)) buf_addc(out, '\\');
        add_flat(out, at, len);
        at = next;
    }
}

static void write_field(const struct outline_chapter *c, enum outline_field field, struct buf *out)
{
    char label[LABEL_SIZE];
    label_of(field, label);
    if (!*c->texts[field]) return;
    buf_addf(out, "%s: ", label);
    add_flat(out, c->texts[field], strlen(c->texts[field]));
}

static void write_chapter(const struct outline_chapter *c, struct buf *out)
{
    static const enum outline_field before[] = {OUTLINE_POV, OUTLINE_PURPOSE, OUTLINE_OPENS, OUTLINE_CLOSES};
    buf_addf(out, "## %d. ", c->from);
    add_flat(out, c->texts[OUTLINE_TITLE], strlen(c->texts[OUTLINE_TITLE]));
    buf_addf(out, "words: %lld\n", (long long)c->words);
    for (size_t i = 0; i < ARRAY_LEN(before); i++) write_field(c, before[i], out);
    buf_addc(out, '\n');
    write_event(c->texts[OUTLINE_SUMMARY], out);
    write_field(c, OUTLINE_ENDS_ON, out);
    buf_addc(out, '\n');
}

static void write_begun(const struct outline_chapter *c, struct buf *out)
{
    buf_addf(out, "// %d. ", c->from);
    buf_addf(out, "%s: ", c->state == OUTLINE_DONE ? "written" : "being written");
    add_flat(out, c->texts[OUTLINE_TITLE], strlen(c->texts[OUTLINE_TITLE]));
}

static void write_act(const struct outline *o, int number, struct buf *out)
{
    for (size_t i = 0; i < o->acts_count; i++) {
        const struct outline_act *a = &o->acts[i];
        if (a->number != number) continue;
        buf_addf(out, "# Act %d\n", number);
        if (!*a->start && !*a->turn && !*a->open) return;
        buf_adds(out, "// ");
        struct buf line;
        buf_init(&line, BUF_MAX_PIECE);
        buf_addf(&line, "starts: %s | turns on: %s | unsolved at its end: %s", a->start, a->turn, a->open);
        add_flat(out, line.data, line.len);
        buf_release(&line);
    }
}

static void write_head(const struct outline *o, struct buf *out)
{
    char hash[HASH_TEXT_SIZE];
    buf_addf(out, "// The outline of job %lld", (long long)o->job);
    if (*o->title) buf_addf(out, ", %s", o->title);
    buf_adds(out, ".\n//\n"
                  "// Change it, save it, and leave the editor; a text that is not changed changes\n"
                  "// nothing. Lines that begin with // are not read.\n"
                  "//\n"
                  "// A chapter is '## 7. Title' and what stands below it: what happens in a line\n"
                  "// or a few, its beats with '- ' before each, and 'words:', 'pov:', 'purpose:',\n"
                  "// 'opens:', 'closes:', 'ends on:' as you like.\n"
                  "//   new:        ## + Title\n"
                  "//   gone:       delete it\n"
                  "//   elsewhere:  move it; the order counts, the number only says which it was\n"
                  "// Words are shares: the book keeps the length that it was asked for.\n"
                  "//\n");
    outline_hash(o, o->first, (int)o->count, hash);
    buf_addf(out, PLAN_MARK "%s\n\n", hash);
}

static void write_nothing_left(const struct outline *o, struct buf *out)
{
    long long id = (long long)o->job;
    buf_addf(out,
             "//\n// Every chapter is written or begun. The book is made longer with:\n"
             "//   novelgen extend %lld --words N\n"
             "// and a chapter is written anew with:\n"
             "//   novelgen redo %lld --chapter N --note \"...\"\n",
             id, id);
}

void outline_text_write(const struct outline *o, struct buf *out)
{
    int act = 0;
    write_head(o, out);
    if (o->bible_open && o->bible) {
        buf_addf(out, "# Bible\n%s", o->bible);
        buf_adds(out, out->len > 0 && out->data[out->len - 1] == '\n' ? "\n" : "\n\n");
    }
    for (size_t i = 0; i < o->count; i++) {
        const struct outline_chapter *c = &o->chapters[i];
        if (c->from < o->first) {
            write_begun(c, out);
            continue;
        }
        if (i > 0 && o->chapters[i - 1].from < o->first) buf_addc(out, '\n');
        if (c->act != act) write_act(o, c->act, out);
        act = c->act;
        write_chapter(c, out);
    }
    if (o->chapters_total > (int)o->count)
        buf_addf(out, "// Chapters %zu to %d are planned later.\n", o->count + 1, o->chapters_total);
    else if (o->count > 0 && o->first > (int)o->count)
        write_nothing_left(o, out);
}

void outline_text_mark(const char *text, size_t len, const struct outline_faults *f, struct buf *out)
{
    int gone = 0, before = (int)f->count + 1;
    struct buf rest;
    buf_init(&rest, BUF_MAX_PROMPT);
    for (size_t at = 0, n; at < len; at += n) {
        const char *end = memchr(text + at, '\n', len - at);
        n = end ? (size_t)(end - (text + at)) + 1 : len - at;
        bool mark = n >= strlen(FAULT_MARK) && memcmp(text + at, FAULT_MARK, strlen(FAULT_MARK)) == 0;
        gone += mark;
        if (!mark) buf_add(&rest, text + at, n);
    }
    buf_addf(out, FAULT_MARK "This could not be taken:\n");
    for (size_t i = 0; i < f->count; i++) {
        buf_adds(out, FAULT_MARK);
        outline_fault_text(&f->items[i], before - gone, out);
        buf_addc(out, '\n');
    }
    buf_add(out, rest.data, rest.len);
    buf_release(&rest);
}

// ---- reading -------------------------------------------------------------------------------------------------------

enum where {
    AT_START,
    AT_BIBLE,
    AT_CHAPTER,
    AT_FAULT // below a heading that was refused: its lines are no mistakes of their own
};

struct reader {
    struct outline *edit;
    const char *hash; // of the plan as it stands; NULL: not looked at
    struct outline_faults *f;
    enum where where;
    int line, act;
    struct buf bible, field; // field: of the chapter at hand, where lines may follow
    bool has_bible, has_field;
    enum outline_field into;
};

static struct outline_chapter *at_hand(const struct reader *r)
{
    return &r->edit->chapters[r->edit->count - 1];
}

// What was gathered goes into its field; a summary is gathered beat by beat.
static void end_field(struct reader *r)
{
    if (!r->has_field) return;
    r->has_field = false;
    struct outline_chapter *c = at_hand(r);
    if (r->into == OUTLINE_SUMMARY && *c->texts[OUTLINE_SUMMARY]) {
        struct buf all;
        buf_init(&all, BUF_MAX_PIECE);
        buf_addf(&all, "%s; %s", c->texts[OUTLINE_SUMMARY], r->field.data);
        outline_set(c, OUTLINE_SUMMARY, all.data, all.len);
        buf_release(&all);
    } else
        outline_set(c, r->into, r->field.data, r->field.len);
    buf_clear(&r->field);
}

static void begin_field(struct reader *r, enum outline_field into, const char *text, size_t len)
{
    end_field(r);
    while (len > 0 && strchr(" \t", *text)) text++, len--;
    buf_add(&r->field, text, len);
    r->into = into;
    r->has_field = true;
}

// "2,500" and "2500"; 0 with a fault: something else.
static int64_t read_words(struct reader *r, const char *text, size_t len)
{
    int64_t words = 0;
    bool ok = len > 0;
    for (size_t i = 0; i < len && ok; i++) {
        if (text[i] == ',') continue;
        ok = text[i] >= '0' && text[i] <= '9' && words < INT64_C(1000000000);
        if (ok) words = words * 10 + (text[i] - '0');
    }
    if (ok && words > 0) return words;
    outline_fault_add(r->f, r->line, "words: found '%.*s', expected a whole number from %d to %d",
                      (int)(len < 60 ? len : 60), text, OUTLINE_WORDS_LEAST, OUTLINE_WORDS_MOST);
    return 0;
}

static void take_label(struct reader *r, const struct label *l, const char *text, size_t len)
{
    while (len > 0 && strchr(" \t", *text)) text++, len--;
    if (l->words) {
        end_field(r);
        at_hand(r)->words = read_words(r, text, len);
    } else
        begin_field(r, l->field, text, len);
}

// "word:" at a line's start is most likely meant as "words:".
static bool refuse_typo(struct reader *r, const char *line, size_t len)
{
    const char *names[ARRAY_LEN(labels)], *colon = memchr(line, ':', len);
    char word[LABEL_SIZE];
    if (!colon || !lower_label(line, (size_t)(colon - line), word)) return false;
    for (size_t i = 0; i < ARRAY_LEN(labels); i++) names[i] = labels[i].name;
    const char *near = typo_nearest(word, names, ARRAY_LEN(labels));
    if (near)
        outline_fault_add(r->f, r->line, "found '%s:', did you mean '%s:'? (a backslash before it makes it text)",
                          word, near);
    return near;
}

// Returns where the number ends, 0: there is none.
static size_t read_number(const char *s, size_t len, int *number)
{
    size_t n = 0;
    *number = 0;
    while (n < len && s[n] >= '0' && s[n] <= '9' && *number < NUMBER_MOST) *number = *number * 10 + (s[n++] - '0');
    return n;
}

static void take_heading(struct reader *r, const char *s, size_t len)
{
    int number;
    end_field(r);
    while (len > 0 && strchr(" \t", *s)) s++, len--;
    size_t digits = read_number(s, len, &number);
    bool numbered = digits > 0 && digits < len && s[digits] == '.';
    size_t skip = numbered ? digits + 1 : len > 0 && *s == '+' ? 1 : 0;
    s += skip, len -= skip;
    while (len > 0 && strchr(" \t", *s)) s++, len--;
    struct outline_chapter *c = outline_add(r->edit);
    c->from = numbered ? number : 0;
    c->place = r->line;
    c->act = r->act;
    outline_set(c, OUTLINE_TITLE, s, len);
    if (numbered && number == 0) outline_fault_add(r->f, r->line, "there is no chapter 0; a new one is '## + Title'");
    r->where = AT_CHAPTER;
}

// "# Bible", "# Act 2"
static void take_part(struct reader *r, const char *s, size_t len)
{
    char name[LABEL_SIZE];
    int number;
    while (len > 0 && strchr(" \t", *s)) s++, len--;
    if (r->edit->count > 0) end_field(r);
    if (lower_label(s, len, name) && strcmp(name, "bible") == 0) {
        r->where = AT_BIBLE;
        r->has_bible = true;
        return;
    }
    bool act = lower_label(s, len, name) && strncmp(name, "act ", 4) == 0;
    if (act && read_number(name + 4, strlen(name + 4), &number) == strlen(name + 4) && number > 0) {
        r->act = number;
        r->where = AT_START;
        return;
    }
    outline_fault_add(r->f, r->line, "found '# %.*s', expected '## 7. Title', '## + Title', '# Act 2' or '# Bible'",
                      (int)(len < 60 ? len : 60), s);
    r->where = AT_FAULT;
}

static void take_plain(struct reader *r, const char *line, size_t len)
{
    if (r->has_field) {
        if (r->field.len > 0) buf_addc(&r->field, ' ');
        buf_add(&r->field, line, len);
    } else
        begin_field(r, OUTLINE_SUMMARY, line, len);
}

static void take_chapter_line(struct reader *r, const char *line, size_t len)
{
    size_t value;
    const struct label *label = find_label(line, len, &value);
    if (label)
        take_label(r, label, line + value, len - value);
    else if (*line == '\\')
        take_plain(r, line + 1, len - 1);
    else if (*line == '-' && len > 1 && strchr(" \t", line[1]))
        begin_field(r, OUTLINE_SUMMARY, line + 2, len - 2);
    else if (!refuse_typo(r, line, len))
        take_plain(r, line, len);
}

static void take_text(struct reader *r, const char *line, size_t len)
{
    switch (r->where) {
    case AT_CHAPTER:
        take_chapter_line(r, line, len);
        break;
    case AT_BIBLE:
        outline_bible_line(line, len, r->line, r->f);
        buf_add(&r->bible, line, len);
        buf_addc(&r->bible, '\n');
        break;
    case AT_START:
        outline_fault_add(r->f, r->line,
                          "found '%.*s', expected a chapter: '## 7. Title', or '## + Title' for a new one",
                          (int)utf8_whole(line, len < 60 ? len : 60), line);
        r->where = AT_FAULT;
        break;
    case AT_FAULT:
        break;
    }
}

static void take_comment(struct reader *r, const char *line, size_t len)
{
    size_t mark = strlen(PLAN_MARK);
    if (!r->hash || len < mark || memcmp(line, PLAN_MARK, mark) != 0) return;
    if (len - mark != strlen(r->hash) || memcmp(line + mark, r->hash, len - mark) != 0)
        outline_fault_add(r->f, r->line,
                          "the plan has changed since this text was made of it; without this line the "
                          "text is read by the numbers of now");
}

static void take_line(struct reader *r, const char *line, size_t len)
{
    while (len > 0 && strchr(" \t\r", line[len - 1])) len--;
    while (len > 0 && strchr(" \t", *line)) line++, len--;
    if (!utf8_valid(line, len) || memchr(line, '\0', len))
        outline_fault_add(r->f, r->line, "this line is no UTF-8 text");
    else if (len == 0) {
        if (r->where == AT_CHAPTER) end_field(r);
    } else if (len >= 2 && memcmp(line, "//", 2) == 0)
        take_comment(r, line, len);
    else if (len >= 2 && memcmp(line, "##", 2) == 0)
        take_heading(r, line + 2, len - 2);
    else if (*line == '#')
        take_part(r, line + 1, len - 1);
    else
        take_text(r, line, len);
}

static void read_lines(struct reader *r, const char *text, size_t len)
{
    for (size_t at = 0, n; at < len; at += n + 1) {
        const char *end = memchr(text + at, '\n', len - at);
        n = end ? (size_t)(end - (text + at)) : len - at;
        r->line++;
        take_line(r, text + at, n);
    }
    if (r->edit->count > 0) end_field(r);
}

static void read_form(struct outline *edit, const char *hash, const char *text, size_t len, struct outline_faults *f)
{
    struct reader r = {.edit = edit, .hash = hash, .f = f};
    buf_init(&r.bible, BUF_MAX_PIECE);
    buf_init(&r.field, BUF_MAX_PIECE);
    read_lines(&r, text, len);
    if (r.has_bible) edit->bible = mem_strdup(r.bible.data);
    buf_release(&r.bible);
    buf_release(&r.field);
}

// The form shows a text's line feeds as blanks, and trims: a chapter that reads as the plan's own is as it was.
static void keep_unchanged(struct outline *edit, const struct outline *now)
{
    struct buf text;
    struct outline form;
    struct outline_faults ignored = {0};
    outline_init(&form);
    buf_init(&text, BUF_MAX_PROMPT);
    outline_text_write(now, &text);
    read_form(&form, NULL, text.data, text.len, &ignored);
    for (size_t i = 0; i < edit->count; i++) {
        struct outline_chapter *c = &edit->chapters[i];
        const struct outline_chapter *was = outline_find(now, c->from);
        size_t at = (size_t)(c->from - now->first);
        if (!was || c->from < now->first || at >= form.count) continue;
        for (int k = 0; k < OUTLINE_FIELDS; k++)
            if (strcmp(c->texts[k], form.chapters[at].texts[k]) == 0)
                outline_set(c, (enum outline_field)k, was->texts[k], strlen(was->texts[k]));
    }
    if (edit->bible && form.bible && strcmp(edit->bible, form.bible) == 0) {
        free(edit->bible);
        edit->bible = NULL;
    }
    outline_release(&form);
    outline_faults_release(&ignored);
    buf_release(&text);
}

bool outline_text_read(struct outline *edit, const struct outline *now, const char *text, size_t len,
                       struct outline_faults *f)
{
    char hash[HASH_TEXT_SIZE];
    outline_init(edit);
    outline_hash(now, now->first, (int)now->count, hash);
    read_form(edit, hash, text, len, f);
    keep_unchanged(edit, now);
    if (!outline_check(edit, now, f)) return false;
    outline_weigh(edit, now);
    return true;
}
