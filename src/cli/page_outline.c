// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The tree of `novelgen outline`. What a model has said passes the terminal filter.
#include "cli/page_outline.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/amount.h"
#include "model/plan.h"
#include "text/utf8.h"

enum { STATE_SIZE = AMOUNT_SIZE + 32 };

struct tree {
    struct buf *out;
    const struct outline *outline;
    const struct page_outline_view *view;
};

static const char *tree_branch(const struct tree *t, bool last)
{
    if (t->view->utf8) return last ? "└─ " : "├─ ";
    return last ? "`- " : "|- ";
}

static const char *tree_stem(const struct tree *t, bool last)
{
    if (last) return "   ";
    return t->view->utf8 ? "│  " : "|  ";
}

// One line: what stands before it as it is, and as much of the text as there is room for.
static void tree_line(const struct tree *t, const char *before, const char *text, size_t len)
{
    struct buf shown;
    size_t taken = utf8_columns(before, strlen(before)),
           room = t->view->columns > taken ? t->view->columns - taken : 0;

    buf_init(&shown, BUF_MAX_PIECE);
    utf8_terminal(&shown, text, len, true);
    bool cut = t->view->columns > 0 && utf8_columns(shown.data, shown.len) > room;
    size_t fits = cut ? utf8_fit(shown.data, shown.len, room > 3 ? room - 3 : 0) : shown.len;
    buf_addf(t->out, "%s%.*s%s\n", before, (int)fits, shown.data, cut ? "..." : "");
    buf_release(&shown);
}

static void tree_text(const struct tree *t, const char *before, const char *text)
{
    tree_line(t, before, text, strlen(text));
}

// ---- the head ---------------------------------------------------------------------------------------------------

// "Mara (engineer)" of "Mara | engineer | wants | …"
static void tree_add_person(struct buf *cast, const char *line, size_t len)
{
    const char *bar = memchr(line, '|', len);
    size_t name = bar != NULL ? (size_t)(bar - line) : len, role = 0;
    const char *from = bar != NULL ? bar + 1 : "";

    while (name > 0 && line[name - 1] == ' ') name--;
    while (*from == ' ') from++;
    if (bar != NULL) role = strcspn(from, "|\n");
    while (role > 0 && from[role - 1] == ' ') role--;
    buf_addf(cast, "%s%.*s", cast->len > 0 ? ", " : "", (int)name, line);
    if (role > 0) buf_addf(cast, " (%.*s)", (int)role, from);
}

static void tree_cast(const struct tree *t)
{
    static const char key[] = "CAST:";
    struct buf cast;

    buf_init(&cast, BUF_MAX_PIECE);
    for (const char *at = t->outline->bible; *at != '\0'; at += strcspn(at, "\n"), at += *at == '\n') {
        size_t len = strcspn(at, "\n"), skip = strlen(key);
        if (strncmp(at, key, skip) != 0) continue;
        while (skip < len && at[skip] == ' ') skip++;
        tree_add_person(&cast, at + skip, len - skip);
    }
    if (cast.len > 0) tree_text(t, "Cast: ", cast.data);
    buf_release(&cast);
}

static void tree_head(const struct tree *t)
{
    char *logline = plan_bible_field(t->outline->bible, "LOGLINE");
    char words[AMOUNT_SIZE], text[80];

    tree_text(t, "", t->outline->title);
    if (logline != NULL && *logline != '\0') tree_text(t, "", logline);
    tree_cast(t);
    (void)snprintf(text, sizeof text, "%s, %d chapter%s", amount_words(words, t->outline->words_target),
                   t->outline->chapters_total, t->outline->chapters_total == 1 ? "" : "s");
    tree_text(t, "", text);
    buf_addc(t->out, '\n');
    free(logline);
}

// ---- chapters ---------------------------------------------------------------------------------------------------

// Words count when their part is accepted: a chapter that has just begun has none, and looks as if nothing came.
static void tree_state(const struct outline_chapter *c, char out[STATE_SIZE])
{
    char words[AMOUNT_SIZE];

    if (c->state == OUTLINE_BEGUN && c->words == 0)
        (void)snprintf(out, STATE_SIZE, "being written");
    else
        (void)snprintf(out, STATE_SIZE, "%s%s", amount_words(words, c->words),
                       c->state == OUTLINE_DONE    ? ", done"
                       : c->state == OUTLINE_BEGUN ? " so far, being written"
                                                   : ", to come");
}

static void tree_chapter(const struct tree *t, const struct outline_chapter *c, const char *stem, bool last)
{
    char state[STATE_SIZE];

    tree_state(c, state);
    char *before = mem_printf("%s%s", stem, tree_branch(t, last)),
         *below = mem_printf("%s%s    ", stem, tree_stem(t, last)),
         *line = mem_printf("%2d. %s (%s)", c->from, c->texts[OUTLINE_TITLE], state);
    const char *event = c->texts[OUTLINE_SUMMARY];

    tree_text(t, before, line);
    tree_line(t, below, event, strcspn(event, ";\n"));
    free(before);
    free(below);
    free(line);
}

static size_t tree_end(const struct outline *o, const struct outline_act *a)
{
    return (size_t)a->to < o->count ? (size_t)a->to : o->count;
}

static void tree_act(const struct tree *t, const struct outline_act *a, bool last)
{
    const struct outline *o = t->outline;
    char chapters[48];

    (void)snprintf(chapters, sizeof chapters, a->from == a->to ? "chapter %d" : "chapters %d to %d", a->from, a->to);
    char *line = mem_printf("Act %d, %s%s%s%s", a->number, chapters, *a->start ? ": " : "", a->start,
                            (size_t)a->from > o->count ? " (planned later)" : "");
    size_t end = tree_end(o, a);

    tree_text(t, tree_branch(t, last), line);
    for (size_t n = (size_t)a->from; n <= end; n++)
        tree_chapter(t, &o->chapters[n - 1], tree_stem(t, last), n == end);
    free(line);
}

void page_outline(const struct outline *o, const struct page_outline_view *v, struct buf *out)
{
    const struct tree t = {.out = out, .outline = o, .view = v};

    tree_head(&t);
    for (size_t i = 0; i < o->acts_count; i++) tree_act(&t, &o->acts[i], i + 1 == o->acts_count);
    for (size_t i = 0; o->acts_count == 0 && i < o->count; i++)
        tree_chapter(&t, &o->chapters[i], "", i + 1 == o->count);
    if (o->acts_count == 0 && o->chapters_total > (int)o->count)
        buf_addf(out, "chapters %zu to %d are planned later\n", o->count + 1, o->chapters_total);
}
