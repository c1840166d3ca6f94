// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Chapters from JSON, under the keys that were asked for and those that models like better.
#include "model/plan_chapters.h"

#include "base/mem.h"
#include "model/plan_json.h"

#include <stdlib.h>

static const char *const lists[] = {"chapters", "chapterlist", "outline", "plan", "items", "list", NULL};
static const char *const numbers[] = {"number", "chapternumber", "chapter", "no", "num", "index", "id", NULL};
static const char *const titles[] = {"title", "chaptertitle", "name", "heading", "chapter", NULL};
static const char *const povs[] = {"pov", "pointofview", "viewpoint", "povcharacter", "narrator", NULL};
static const char *const summaries[] = {"summary", "event",  "description", "synopsis", "whathappens",
                                        "plot",    "events", "content",     NULL};
static const char *const beats[] = {"beats", "scenes", "keyevents", "events", NULL};
static const char *const purposes[] = {"purpose", "goal", "function", NULL};
static const char *const endings[] = {"endson", "ending", "endswith", "end", "hook", NULL};
static const char *const openings[] = {"opens", "opensthreads", "threadsopened", NULL};
static const char *const closings[] = {"closes", "closesthreads", "threadsclosed", NULL};
static const char *const weights[] = {"weight", NULL};

static char *text_of(const struct json *item, const char *const *names, size_t most)
{
    struct buf b;
    buf_init(&b, BUF_MAX_PIECE);
    plan_json_add(&b, plan_json_get(item, names), "; ");
    char *text = plan_dup((struct plan_span){b.data, b.len}, most);
    buf_release(&b);
    return text;
}

// "none" in a list of threads is no thread.
static char *threads_of(const struct json *item, const char *const *names)
{
    char *text = text_of(item, names, CHAPTER_FIELD_BYTES);
    if (plan_is_none((struct plan_span){text, strlen(text)})) *text = '\0';
    return text;
}

// The summary and, behind it, the beats.
static char *event_of(const struct json *item)
{
    struct buf b;
    const struct json *summary = plan_json_get(item, summaries), *more = plan_json_get(item, beats);
    buf_init(&b, BUF_MAX_PIECE);
    bool some = plan_json_add(&b, summary, "; ");
    size_t before = b.len;
    if (some) buf_adds(&b, "; ");
    if (more == summary || !plan_json_add(&b, more, "; ")) buf_cut(&b, before);
    char *text = plan_dup((struct plan_span){b.data, b.len}, CHAPTER_EVENT_BYTES);
    buf_release(&b);
    return text;
}

// Without the number that stands in it once more: "Chapter 4: Low Water".
static char *title_of(const struct json *item, int number)
{
    char *whole = text_of(item, titles, CHAPTER_TITLE_BYTES);
    struct plan_span rest = {whole, strlen(whole)};
    int again;
    bool sign = false;
    bool repeats = plan_read_number(&rest, &again, &sign) && sign && (again == number || !number) && rest.len;
    char *title = repeats ? plan_dup(plan_unquote(rest), CHAPTER_TITLE_BYTES) : NULL;
    if (!title) return whole;
    free(whole);
    return title;
}

static double weight_of(const struct json *item)
{
    const struct json *v = plan_json_get(item, weights);
    const char *s = json_str(v, NULL);
    return plan_chapter_weight(s ? strtod(s, NULL) : json_num(v, 0));
}

static int number_of(const struct plan_chapter_list *l, const struct json *item)
{
    int number;
    if (plan_json_number(plan_json_get(item, numbers), &number)) return number;
    return l->all.count ? l->all.items[l->all.count - 1].number + 1 : l->from;
}

static void fill(struct plan_chapter *c, const struct json *item, int number)
{
    c->number = number;
    c->title = title_of(item, number);
    c->event = event_of(item);
    c->pov = text_of(item, povs, CHAPTER_FIELD_BYTES);
    c->purpose = text_of(item, purposes, CHAPTER_FIELD_BYTES);
    c->ends_on = text_of(item, endings, CHAPTER_FIELD_BYTES);
    c->opens = threads_of(item, openings);
    c->closes = threads_of(item, closings);
    c->weight = weight_of(item);
    if (!*c->title) {
        free(c->title);
        c->title = mem_printf("%d", number);
    }
    if (!*c->event) {
        free(c->event);
        c->event = mem_strdup(c->title);
    }
}

static bool take(void *arg, const struct json *item, bool sure)
{
    struct plan_chapter_list *l = arg;
    int number;
    bool numbered = plan_json_number(plan_json_get(item, numbers), &number);
    bool titled = plan_json_get(item, titles), told = plan_json_get(item, summaries) || plan_json_get(item, beats);
    bool is_chapter = sure ? titled || told : (numbered && (titled || told)) || (titled && told);
    if (!is_chapter) return false;
    number = number_of(l, item);
    struct plan_chapter *c = plan_chapters_add(l);
    if (c) fill(c, item, number);
    return true;
}

void plan_chapters_from_json(struct plan_chapter_list *l, const char *text, size_t len)
{
    const struct plan_json_want want = {.lists = lists, .take = take, .arg = l};
    plan_json_items(text, len, &want);
}
