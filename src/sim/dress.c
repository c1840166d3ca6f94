// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The wordings are lists of the grammars: b and e chat before and after, g morals, h thought. A '#' in them is the
// number of words asked, for models that claim to have counted.
#include "sim/dress.h"

#include "sim/content.h"

#include <string.h>

enum { PASSAGE_WORDS = 12, THOUGHTS = 4, THOUGHTS_PER_UNCLOSED = 4 };

static void put(const struct task *t, struct rng *r, const char *rule, struct buf *out)
{
    grammar_expand(t->grammar, r, &t->cast, rule, out);
}

void dress_thought(const struct task *t, struct buf *out)
{
    if (!t->habits->think) return;
    struct rng r = habits_rng(t, "think");
    bool closed = rng_below(&r, THOUGHTS_PER_UNCLOSED) > 0;
    buf_adds(out, "<think>\n");
    for (int i = 0; i < THOUGHTS; i++) put(t, &r, i ? " $h" : "$h", out);
    buf_adds(out, closed ? "\n</think>\n\n" : "\n\n");
}

size_t dress_reason(const struct task *t, struct buf *out)
{
    if (!t->habits->reason || t->ask->thinking_off) return 0;
    struct rng r = habits_rng(t, "reason");
    size_t start = out->len;
    for (int i = 0; i < THOUGHTS; i++) put(t, &r, i ? " $h" : "$h", out);
    return out->len - start;
}

// Models that number chapters do not always do it alike.
static void put_heading(const struct task *t, struct buf *out)
{
    long chapter = t->ask->numbers[0], part = t->ask->numbers[1];
    bool polish = t->ask->polish;
    if (part % 2 == 0) {
        buf_addf(out, "**%s %ld**\n\n", polish ? "Część" : "Part", part);
        return;
    }
    buf_addf(out, "## %s %ld: ", polish ? "Rozdział" : "Chapter", chapter);
    content_title(t->grammar, t->book_seed, chapter, out);
    buf_adds(out, "\n\n");
}

bool dress_prose_head(const struct task *t, struct buf *out)
{
    if (t->habits->chat) {
        struct rng r = habits_rng(t, "chat");
        put(t, &r, "$b\n\n", out);
    }
    if (t->habits->heading) put_heading(t, out);
    return t->habits->chat || t->habits->heading;
}

static void put_chat_end(const struct task *t, struct buf *out)
{
    struct rng r = habits_rng(t, "chat end");
    struct buf text;
    buf_init(&text, BUF_MAX_LINE);
    put(t, &r, "\n\n$e", &text);
    for (const char *s = text.data; *s; s++) {
        if (*s == '#')
            buf_addf(out, "%ld", t->ask->words);
        else
            buf_addc(out, *s);
    }
    buf_release(&text);
}

// The passage stands between these in the request.
static void put_passage(const struct task *t, struct buf *out)
{
    static const char OPEN[] = "the story goes on: «", CLOSE[] = "…»";
    const char *from = strstr(t->ask->last_user, OPEN), *to = from ? strstr(from, CLOSE) : NULL;
    if (!to) return;
    from += sizeof OPEN - 1;
    buf_addc(out, ' ');
    for (int words = 0; from < to && words < PASSAGE_WORDS; from++) {
        buf_addc(out, *from);
        words += *from == ' ';
    }
    buf_adds(out, "and so on. Then it was late.");
}

void dress_prose_end(const struct task *t, struct buf *out)
{
    if (t->habits->run_on && t->ask->between) put_passage(t, out);
    struct rng r = habits_rng(t, "close");
    if (t->habits->close_early && !t->ask->last_of_book) put(t, &r, "\n\n$g", out);
    if (t->habits->chat) put_chat_end(t, out);
}

void dress_control(const struct task *t, struct buf *out)
{
    if (t->habits->control) buf_adds(out, "<|im_end|>");
}
