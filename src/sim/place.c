// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// An obedient model's words stand in the chapter as they are quoted. A model with habits has added words of its own,
// which the client may have kept; then the place is the furthest that any longer stretch of what it sent reaches.
#include "sim/place.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum {
    STRETCH_WORDS = 10,     // so many in a row do not stand in a chapter twice by chance
    MISLED_BYTES = 100 * 6, // a quote so far behind what was written is that of a copy
};

static const char BLANKS[] = " \t\r\n";

static size_t words_len(const char *s, size_t words)
{
    size_t at = 0;
    for (; words; words--) {
        at += strspn(s + at, BLANKS);
        if (!s[at]) return 0;
        at += strcspn(s + at, BLANKS);
    }
    return at;
}

// Where the text and the chapter part in the middle of a word, that word does not count, nor the blanks before it.
static size_t whole_words(const struct chapter *c, size_t at)
{
    while (at > 0 && !strchr(BLANKS, c->text.data[at])) at--;
    while (at > 0 && strchr(BLANKS, c->text.data[at - 1])) at--;
    return at;
}

// The furthest position that a stretch of the text reaches; 0 if there is none.
static size_t reach(struct chapter *c, const char *text)
{
    size_t most = 0, len, at;
    while ((len = words_len(text, STRETCH_WORDS)) > 0) {
        char *stretch = mem_strndup(text, len);
        bool found = chapter_after_passage(c, stretch, &at);
        free(stretch);
        text += len;
        if (!found) continue;
        at = chapter_follow(c, at, &text);
        if (*text) at = whole_words(c, at);
        if (at > most) most = at;
        text += strcspn(text, BLANKS);
    }
    return most;
}

// How far the prose goes that the request holds: earlier answers, or the page before in a request without any.
static size_t reach_of_request(struct chapter *c, const struct task *t, const char *tail)
{
    size_t most = reach(c, tail), at;
    const char *prose, *page = strstr(t->ask->last_user, "# The page before\n");
    for (size_t i = 0; (prose = ask_prose(t->ask, i)); i++)
        if ((at = reach(c, prose)) > most) most = at;
    if (page && (at = reach(c, page)) > most) most = at;
    return most;
}

// The words between `right after "…` and the last quotation mark of that line, or NULL. The caller frees.
static char *quoted_tail(const char *turn)
{
    static const char KEY[] = "right after \"";
    static const char ELLIPSIS[] = "\xe2\x80\xa6";
    const char *tail = NULL;
    for (const char *s = strstr(turn, KEY); s; s = strstr(s + 1, KEY)) tail = s + sizeof KEY - 1;
    if (!tail) return NULL;
    if (strncmp(tail, ELLIPSIS, sizeof ELLIPSIS - 1) == 0) tail += sizeof ELLIPSIS - 1;
    size_t len = strcspn(tail, "\n");
    while (len && tail[len - 1] != '"') len--;
    return len ? mem_strndup(tail, len - 1) : NULL;
}

bool place_start(struct chapter *c, const struct task *t, size_t *start)
{
    char *tail = quoted_tail(t->ask->last_user);
    *start = 0;
    bool found = !tail || chapter_after_passage(c, tail, start);
    if (tail && ((!found && habits_add_text(t->habits)) || t->habits->copy)) {
        size_t most = reach_of_request(c, t, tail);
        if (most > (found ? *start + MISLED_BYTES : 0)) {
            *start = most;
            found = true;
        }
    }
    free(tail);
    return found;
}

bool place_here(struct chapter *c, const struct task *t, size_t start, size_t *here)
{
    const char *answer = t->ask->prefill;
    *here = start;
    if (!answer || t->habits->no_prefill || chapter_after_answer(c, start, answer, here)) return true;
    if (!habits_add_text(t->habits)) return false;
    // Perhaps there is a heading or chat above it.
    for (const char *s = strstr(answer, "\n\n"); s; s = strstr(s + 2, "\n\n"))
        if (chapter_after_answer(c, start, s, here)) return true;
    size_t most = reach(c, answer);
    if (most > start) *here = most;
    return true;
}
