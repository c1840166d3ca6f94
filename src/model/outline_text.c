// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The outline as a text for an editor, which outline_text_read.c reads back:
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
#include "model/outline_text.h"

#include "base/mem.h"
#include "model/outline_parts.h"

#include <stdio.h>
#include <string.h>

#define FAULT_MARK "//! "

// ---- labels --------------------------------------------------------------------------------------------------------

static void label_of(enum outline_field field, char out[OUTLINE_LABEL_SIZE])
{
    (void)snprintf(out, OUTLINE_LABEL_SIZE, "%s", outline_field_names[field]);
    for (char *c = out; *c; c++)
        if (*c == '_') *c = ' ';
}

bool outline_label_lower(const char *s, size_t len, char out[OUTLINE_LABEL_SIZE])
{
    if (len >= OUTLINE_LABEL_SIZE) return false;
    for (size_t i = 0; i < len; i++) out[i] = (char)(s[i] >= 'A' && s[i] <= 'Z' ? s[i] | 0x20 : s[i]);
    out[len] = '\0';
    return true;
}

const struct outline_label outline_labels[OUTLINE_LABELS] = {
    {"words", OUTLINE_TITLE, true},  {"pov", OUTLINE_POV, false},       {"purpose", OUTLINE_PURPOSE, false},
    {"opens", OUTLINE_OPENS, false}, {"closes", OUTLINE_CLOSES, false}, {"ends on", OUTLINE_ENDS_ON, false},
};

const struct outline_label *outline_label_find(const char *line, size_t len, size_t *value)
{
    const char *colon = memchr(line, ':', len);
    char name[OUTLINE_LABEL_SIZE];
    if (!colon || !outline_label_lower(line, (size_t)(colon - line), name)) return NULL;
    for (size_t i = 0; i < OUTLINE_LABELS; i++) {
        if (strcmp(name, outline_labels[i].name) != 0) continue;
        *value = (size_t)(colon - line) + 1;
        return &outline_labels[i];
    }
    return NULL;
}

// ---- writing -------------------------------------------------------------------------------------------------------

// One line of it, whatever it holds.
static void add_flat(struct buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) buf_addc(out, text[i] == '\n' ? ' ' : text[i]);
    buf_addc(out, '\n');
}

static bool looks_special(const char *line, size_t len)
{
    size_t value;
    return len > 0 && (strchr("-#/\\", *line) || outline_label_find(line, len, &value));
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
    char label[OUTLINE_LABEL_SIZE];
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
    buf_addf(out, OUTLINE_PLAN_MARK "%s\n\n", hash);
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
