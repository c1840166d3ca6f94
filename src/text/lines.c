// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A line that was wrapped is full: the first word of the next one would not have found room on it. So the width at which
// a text is wrapped shows in the lines that end in the middle of a sentence, and every other end of a line was meant.
//
//   all lines ─▶ those that end in mid-sentence ─▶ a width that (nearly) all of them fill? ─▶ wrapped at that width
//
//   for each line feed:   the line is full                        JOIN
//                         one of a few short lines, of which half
//                         end in mid-sentence, or of some of any
//                         width that go on with capitals: verse   KEEP
//                         both lines say who speaks ("Anna: Hi")  APART
//                         a letter's first line ("Dear Anna,")    KEEP
//                         a small letter follows, and no list     JOIN
//                         the sentence is over, speech begins     APART
//                         a short line ("12 Mill Road")           KEEP
#include "text/lines.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unictype.h>
#include <uniwidth.h>

#include "base/mem.h"
#include "text/chars.h"
#include "text/words.h"

// Widths in columns: what is set line by line is rarely wider than SHORT, and nobody wraps prose below NARROWEST.
enum { SHORT = 60, NARROWEST = 45 };

enum line_end { END_NONE, END_MAYBE, END_SURE };
enum line_head { HEAD_OTHER, HEAD_SMALL, HEAD_CAPITAL, HEAD_DASH, HEAD_SPEECH, HEAD_SET_IN };

struct line {
    int width, first; // of the whole line, and of its first word
    enum line_end end;
    enum line_head head;
    bool last;   // of its block
    bool verse;  // or a list: the next line belongs to it
    bool spoken; // begins with somebody's name and a colon
    bool greets; // the first of its block, short, with a comma at its end
};

struct page {
    struct line *lines;
    size_t count, cap;
    int least, most; // columns of a line that was wrapped; 0: none was
};

// ---- one line -------------------------------------------------------------------------------------------------------

static bool is_dash(ucs4_t uc)
{
    return uc == '-' || (uc >= 0x2010 && uc <= 0x2015);
}

static bool is_quote(ucs4_t uc)
{
    return uc == '"' || uc == 0x300C || uc == 0x300E ||
           (uc > 0x80 && uc_is_general_category_withtable(uc, UC_CATEGORY_MASK_Pi | UC_CATEGORY_MASK_Pf)) ||
           uc == 0x201E || uc == 0x05F4;
}

static bool is_closer(ucs4_t uc)
{
    return uc == '\'' || is_quote(uc) || uc_is_general_category_withtable(uc, UC_CATEGORY_MASK_Pe);
}

// A dash that somebody speaks behind: a blank, then a capital letter or what has none.
static enum line_head head_behind_dash(const char *s, size_t len)
{
    ucs4_t uc = 0;
    size_t blanks = chars_space_head(s, len);
    bool more = chars_next(s + blanks, len - blanks, &uc) > 0;
    return more && uc_is_general_category_withtable(uc, UC_CATEGORY_MASK_Ll) ? HEAD_DASH : HEAD_SPEECH;
}

static enum line_head head_of(const char *s, size_t len)
{
    ucs4_t uc = 0;
    size_t n = chars_next(s, len, &uc);
    if (uc == 0x3000 || uc == 0x2003) return HEAD_SET_IN;
    if (is_dash(uc)) return head_behind_dash(s + n, len - n);
    if (uc_is_general_category_withtable(uc, UC_CATEGORY_MASK_Ll)) return HEAD_SMALL;
    if (uc_is_general_category_withtable(uc, UC_CATEGORY_MASK_Lu | UC_CATEGORY_MASK_Lt)) return HEAD_CAPITAL;
    return HEAD_OTHER;
}

// "Anna: Hi", "[10:02] anna: hi": in chats and plays.
static bool names_speaker(const char *s, size_t len)
{
    enum { NAME_MOST = 32, WORDS_MOST = 4 };
    size_t n, blanks = 0;
    ucs4_t uc = 0;
    for (size_t at = 0; at < NAME_MOST && (n = chars_next(s + at, len - at, &uc)); at += n) {
        if (uc == 0xFF1A || (uc == ':' && at + n < len && s[at + n] == ' ')) return at > 0;
        if (is_quote(uc) || (chars_is_space(uc) && ++blanks >= WORDS_MOST)) return false;
    }
    return false;
}

// In some languages the letter goes on with a small one: "Lieber Hans,", "ich bin gut angekommen."
static bool is_greeting(const struct line *l, const char *s, size_t len)
{
    enum { GREETING_MOST = 40 };
    ucs4_t uc = 0;
    return len > 0 && chars_prev(s, len, &uc) && (uc == ',' || uc == 0x060C) && l->width <= GREETING_MOST &&
           (l->head == HEAD_CAPITAL || uc == 0x060C);
}

// Thai and its neighbours set no mark at a sentence's end.
static bool has_no_full_stop(ucs4_t uc)
{
    return uc >= 0x0E00 && uc < 0x1100 && chars_is_unspaced(uc);
}

// A colon before speech, a dash where somebody is cut short, "plan B.", a whole line in quotes: an end, if nothing speaks
// against it.
static bool may_end(const char *s, size_t len)
{
    ucs4_t first = 0, uc = 0;
    bool closed = false;
    (void)chars_next(s, len, &first);
    for (size_t n; (n = chars_prev(s, len, &uc)) && is_closer(uc); len -= n) closed = true;
    return uc == ':' || uc == '.' || uc == 0xFF1A || is_dash(uc) || has_no_full_stop(uc) ||
           (closed && is_quote(first));
}

// The quotation mark of Hebrew is a letter's mark too, and elsewhere taken for that.
#define GERSHAYIM "\u05F4"

static bool ends_in_gershayim(const char *s, size_t len)
{
    size_t mark = strlen(GERSHAYIM);
    return len > mark && memcmp(s + len - mark, GERSHAYIM, mark) == 0;
}

static enum line_end end_kind(const char *s, size_t len)
{
    if (sentence_ends(s, len) || (ends_in_gershayim(s, len) && sentence_ends(s, len - strlen(GERSHAYIM))))
        return END_SURE;
    return may_end(s, len) ? END_MAYBE : END_NONE;
}

static int column(ucs4_t uc)
{
    int width = uc_width(uc, "UTF-8");
    return width > 0 ? width : 0;
}

static void measure(struct line *l, const char *s, size_t len)
{
    ucs4_t uc;
    bool word = true;
    for (size_t at = 0, n; (n = chars_next(s + at, len - at, &uc)); at += n) {
        word = word && !chars_is_space(uc);
        l->width += column(uc);
        if (word) l->first += column(uc);
        word = word && !chars_is_unspaced(uc);
    }
}

static void end_block(struct page *p)
{
    if (p->count) p->lines[p->count - 1].last = true;
}

static void add_line(struct page *p, const char *s, size_t len)
{
    while (len && strchr(" \t\r", s[len - 1])) len--;
    if (!len) {
        end_block(p);
        return;
    }
    mem_grow(&p->lines, &p->cap, p->count + 1, sizeof(*p->lines));
    struct line *l = &p->lines[p->count++];
    *l = (struct line){.end = end_kind(s, len), .head = head_of(s, len), .spoken = names_speaker(s, len)};
    measure(l, s, len);
    l->greets = (p->count == 1 || l[-1].last) && is_greeting(l, s, len);
}

static void read_lines(struct page *p, const char *s, size_t len)
{
    for (const char *end = s + len; s < end;) {
        const char *feed = memchr(s, '\n', (size_t)(end - s)), *stop = feed ? feed : end;
        add_line(p, s, (size_t)(stop - s));
        s = stop + 1;
    }
    end_block(p);
}

// ---- the width ------------------------------------------------------------------------------------------------------

// Whether the line has, with the word that follows it, `least` columns, and is itself no wider than `most`.
static bool fills(const struct line *l, int least, int most)
{
    return l->width + 1 + l[1].first >= least && l->width <= most;
}

static bool is_full(const struct page *p, const struct line *l)
{
    return p->most > 0 && fills(l, p->least, p->most);
}

static bool ends_inside(const struct line *l)
{
    return !l->last && l->end == END_NONE && l[1].head < HEAD_DASH;
}

static int compare_ints(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

// The widths of the lines that end in mid-sentence, the smallest first. None if the ends of lines do not look as if a
// machine had chosen them: there are too few of these, or, as in verse, capital letters follow them.
static size_t inside_widths(const struct page *p, int *widths)
{
    size_t inside = 0, capitals = 0, breaks = 0;
    for (const struct line *l = p->lines; l < p->lines + p->count; l++) {
        breaks += !l->last;
        if (!ends_inside(l)) continue;
        capitals += l[1].head == HEAD_CAPITAL;
        widths[inside++] = l->width;
    }
    if (inside < 2 || inside * 4 < breaks || capitals * 10 >= inside * 7) return 0;
    qsort(widths, inside, sizeof(*widths), compare_ints);
    return inside;
}

// Takes the two for what wraps the text if `percent` of the lines that end in mid-sentence are as they say.
static bool try_width(struct page *p, int least, int most, size_t inside, size_t percent)
{
    size_t full = 0;
    for (const struct line *l = p->lines; l < p->lines + p->count; l++)
        full += ends_inside(l) && fills(l, least, most);
    if (full * 100 < inside * percent) return false;
    p->least = least;
    p->most = most;
    return true;
}

// A program wraps exactly; who only meant to ("about seventy") is given a fifth.
static void find_width(struct page *p)
{
    int *widths = mem_calloc(p->count + 1, sizeof(*widths));
    size_t inside = inside_widths(p, widths);
    int widest = inside ? widths[inside - 1] : 0, usual = inside ? widths[(inside - 1) * 9 / 10] : 0;
    free(widths);
    if (usual < NARROWEST) return;
    if (!try_width(p, widest + 1, widest, inside, 95)) (void)try_width(p, usual * 4 / 5, usual * 6 / 5, inside, 80);
}

// ---- verse ----------------------------------------------------------------------------------------------------------

static bool is_short(const struct line *l)
{
    return l->width <= SHORT;
}

// Where the short lines that begin with `l` end: behind their last one.
static struct line *short_end(const struct page *p, struct line *l)
{
    while (is_short(l) && !l->last && !is_full(p, l)) l++;
    return is_short(l) ? l + 1 : l;
}

static void mark_verse(struct line *from, const struct line *end)
{
    size_t inside = 0, breaks = (size_t)(end - from) - 1;
    for (const struct line *l = from; l + 1 < end; l++) inside += ends_inside(l);
    if (breaks < 2 || inside * 2 < breaks) return;
    for (struct line *l = from; l + 1 < end; l++) l->verse = true;
}

// Lines of any width, each of which begins with a capital letter although a sentence goes on: so are long verses set.
static void mark_long_verse(const struct page *p, struct line *from)
{
    enum { CAPITALS_LEAST = 4 };
    size_t breaks = 0, capitals = 0;
    for (const struct line *l = from; !l->last; l++, breaks++)
        capitals += ends_inside(l) && l[1].head == HEAD_CAPITAL && !is_full(p, l);
    if (capitals < CAPITALS_LEAST || capitals * 10 < breaks * 7) return;
    for (struct line *l = from; !l->last; l++) l->verse = true;
}

static void find_verse(struct page *p)
{
    for (struct line *l = p->lines, *end; l < p->lines + p->count; l = end) {
        if (l == p->lines || l[-1].last) mark_long_verse(p, l);
        end = short_end(p, l);
        if (end > l) mark_verse(l, end);
        if (end == l) end = l + 1;
    }
}

// ---- the judgement --------------------------------------------------------------------------------------------------

// "There was nothing left in the whole house that anybody could have eaten:", and what there was, line by line.
static bool leads_to_list(const struct line *l)
{
    return l->end != END_NONE && l[1].verse;
}

static enum lines_break judge(const struct page *p, const struct line *l)
{
    enum line_head next = l[1].head;
    if (next == HEAD_SET_IN || (next == HEAD_SPEECH && l->end == END_SURE)) return LINES_APART;
    if (is_full(p, l)) return LINES_JOIN;
    if (l->verse) return LINES_KEEP;
    if (l->spoken && l[1].spoken) return LINES_APART;
    if (l->greets) return LINES_KEEP;
    if (next == HEAD_SMALL && !leads_to_list(l)) return LINES_JOIN;
    if (l->end != END_NONE || next == HEAD_SPEECH) return LINES_APART;
    return p->most == 0 && is_short(l) ? LINES_KEEP : LINES_JOIN;
}

size_t lines_judge(enum lines_break *out, size_t most, const char *s, size_t len)
{
    struct page p = {0};
    size_t n = 0;
    read_lines(&p, s, len);
    find_width(&p);
    find_verse(&p);
    for (const struct line *l = p.lines; n < most && l < p.lines + p.count; l++)
        if (!l->last) out[n++] = judge(&p, l);
    free(p.lines);
    return n;
}

// ---- tables ---------------------------------------------------------------------------------------------------------

static bool is_rule(const char *s, size_t len)
{
    bool dash = false;
    for (size_t i = 0; i < len; i++) {
        if (!strchr("|:- \t", s[i])) return false;
        dash = dash || s[i] == '-';
    }
    return dash;
}

bool lines_are_table(const char *s, size_t len)
{
    size_t lines = 0;
    for (const char *end = s + len; s < end; lines++) {
        const char *feed = memchr(s, '\n', (size_t)(end - s)), *stop = feed ? feed : end;
        while (s < stop && (*s == ' ' || *s == '\t')) s++;
        if (s == stop || *s != '|') return false;
        if (lines == 1 && !is_rule(s, (size_t)(stop - s))) return false;
        s = stop + 1;
    }
    return lines >= 2;
}
