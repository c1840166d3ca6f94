// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The outline that comes back from an editor, in the form of outline_text.c. It is read to its end whatever it holds: each
// mistake is a fault with its line, and none stops the reading.
#include "model/outline_text.h"

#include "base/mem.h"
#include "model/outline_parts.h"
#include "text/typo.h"
#include "text/utf8.h"

#include <stdlib.h>
#include <string.h>

enum { NUMBER_MOST = 100000 };

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

static void take_label(struct reader *r, const struct outline_label *l, const char *text, size_t len)
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
    const char *names[OUTLINE_LABELS], *colon = memchr(line, ':', len);
    char word[OUTLINE_LABEL_SIZE];
    if (!colon || !outline_label_lower(line, (size_t)(colon - line), word)) return false;
    for (size_t i = 0; i < OUTLINE_LABELS; i++) names[i] = outline_labels[i].name;
    const char *near = typo_nearest(word, names, OUTLINE_LABELS);
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
    char name[OUTLINE_LABEL_SIZE];
    int number;
    while (len > 0 && strchr(" \t", *s)) s++, len--;
    if (r->edit->count > 0) end_field(r);
    if (outline_label_lower(s, len, name) && strcmp(name, "bible") == 0) {
        r->where = AT_BIBLE;
        r->has_bible = true;
        return;
    }
    bool act = outline_label_lower(s, len, name) && strncmp(name, "act ", 4) == 0;
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
    const struct outline_label *label = outline_label_find(line, len, &value);
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
    size_t mark = strlen(OUTLINE_PLAN_MARK);
    if (!r->hash || len < mark || memcmp(line, OUTLINE_PLAN_MARK, mark) != 0) return;
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
