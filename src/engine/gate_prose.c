// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the accepted range must be: long enough, text, in the book's language, and new.
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "engine/gate_rules.h"

enum {
    SHORT_SHARE = 20, // less than 1 / of the need is too short
    BROKEN_MOST = 3,  // characters that were broken on the way
    REPEATS_LEAST_WORDS = 100,
    REPEATS_PERCENT = 5,
    REPEATS_PERCENT_MARKUP = 8, // tables, definitions and exercises repeat themselves
};

static size_t count(const char *s, size_t len, const char *what)
{
    size_t n = 0, at = 0;
    for (const char *found; (found = memmem(s + at, len - at, what, strlen(what))); n++)
        at = (size_t)(found - s) + strlen(what);
    return n;
}

static bool is_text(struct gate_work *w, const char *s, size_t len)
{
    size_t control = gate_control_count(s, len), broken = count(s, len, "\xEF\xBF\xBD");
    if (control == 0 && broken <= BROKEN_MOST) return true;
    return gate_refuse_detail(w, GATE_CONTROL, "%zu characters are no text", control + broken);
}

static const char *placeholder(const struct gate_in *in, const char *s, size_t len)
{
    static const char *const notes[] = {"[insert", "[continue", "[your ", "[placeholder", "[to be written", "[todo"};
    for (size_t at = 0; at < len; at++) {
        if (s[at] != '[') continue;
        for (size_t i = 0; i < ARRAY_LEN(notes); i++)
            if (strlen(notes[i]) <= len - at && strncasecmp(s + at, notes[i], strlen(notes[i])) == 0) return s + at;
    }
    const char *latin = memmem(s, len, "orem ipsum", 10);
    return latin || in->markup ? latin : memmem(s, len, "TODO:", 5);
}

// Code is in English whatever the book's language is: the text without what stands between fences.
static void add_unfenced(struct buf *out, const char *s, size_t len)
{
    bool code = false;
    for (size_t at = 0, line; at < len; at += line) {
        line = gate_line(s + at, len - at);
        if (line < len - at) line++;
        bool fence = line >= 3 && strncmp(s + at, "```", 3) == 0;
        if (!fence && !code) buf_add(out, s + at, line);
        if (fence) code = !code;
    }
}

static bool is_in_language(struct gate_work *w, const char *s, size_t len)
{
    char why[sizeof(w->out->detail)] = "";
    struct buf text;
    if (!w->in->language) return true;
    buf_init(&text, BUF_MAX_PIECE);
    if (w->in->markup)
        add_unfenced(&text, s, len);
    else
        buf_add(&text, s, len);
    bool fits = language_fits(w->in->language, text.data, text.len, why, sizeof(why));
    buf_release(&text);
    return fits || gate_refuse_detail(w, GATE_WRONG_LANGUAGE, "%s", why);
}

static bool is_new(struct gate_work *w, const char *s, size_t len)
{
    struct shingle_report r;
    size_t most = w->in->markup ? REPEATS_PERCENT_MARKUP : REPEATS_PERCENT;
    shingles_compare(w->in->book, s, len, &r);
    if (r.words < REPEATS_LEAST_WORDS) return true;
    size_t all = r.words - SHINGLE_WORDS + 1;
    bool inside = r.repeated * 100 >= all * most;
    if (!inside && r.seen * 100 < all * most) return true;
    return gate_refuse_detail(w, GATE_REPEATS, "%zu of 100 runs of eight words stand %s already",
                              (inside ? r.repeated : r.seen) * 100 / all, inside ? "in it" : "in the book");
}

bool gate_judge_prose(struct gate_work *w)
{
    const char *s = w->in->text + w->out->skip;
    size_t len = w->out->end - w->out->skip;
    if (w->out->words == 0) return gate_refuse(w, GATE_NO_SENTENCE);
    if (w->out->words * SHORT_SHARE < w->in->need_words)
        return gate_refuse_detail(w, GATE_TOO_SHORT, "%d words of %d", w->out->words, w->in->need_words);
    const char *hole = placeholder(w->in, s, len);
    if (hole) return gate_refuse_quote(w, GATE_PLACEHOLDER, hole, len - (size_t)(hole - s));
    return is_text(w, s, len) && is_in_language(w, s, len) && is_new(w, s, len);
}
