// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The bible: what never varies in the book. Planning conversation, first question.
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/steps.h"
#include "model/plan.h"
#include "text/utf8.h"

enum { OPENING_BYTES = 6000 };

// Small models give every book the same names and the same lighthouse; a different corner to begin in helps.
static const char *const trades[] = {
    "a piano tuner",  "a bridge inspector", "a beekeeper",     "a court stenographer", "a well digger",
    "a map engraver", "a ferry mechanic",   "a seed merchant", "a wig maker",          "a lens grinder",
    "a salt dealer",  "a clock winder",     "a rope maker",    "a night porter",       "a river pilot",
    "a glass cutter", "a tax assessor",     "a bell founder",
};

// Four different capital letters, a function of the seed.
static void initials(char out[16], uint64_t seed)
{
    static const char letters[] = "ABDEFGHIJKLNOPRSTUVWZ";
    bool used[sizeof(letters)] = {false};
    size_t at = 0;
    for (int n = 0; n < 4; n++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        size_t i = (size_t)(seed >> 33) % (sizeof(letters) - 1);
        while (used[i]) i = (i + 1) % (sizeof(letters) - 1);
        used[i] = true;
        if (n > 0) {
            out[at++] = ',';
            out[at++] = ' ';
        }
        out[at++] = letters[i];
    }
    out[at] = '\0';
}

static void characters_text(struct buf *out, const struct spec *s)
{
    for (size_t i = 0; i < s->characters_count; i++) {
        const struct spec_character *c = &s->characters[i];
        buf_addf(out, "%s%s%s%s", i > 0 ? "; " : "", c->name, c->note ? ", " : "", c->note ? c->note : "");
    }
    if (s->characters_count == 0) buf_adds(out, "(yours to find)");
}

// The outline that the spec brings, and how the book opens if its opening is given: the bible must agree with both.
static void given_text(struct buf *out, const struct desk *d)
{
    step_given_lines(d, 1, d->job->chapters_total, out);
    if (d->spec->opening_count == 0) return;
    const char *text = d->spec->opening[0].text;
    size_t most = (size_t)d->n_ctx_tokens; // bytes: about a quarter of the context
    if (most > OPENING_BYTES) most = OPENING_BYTES;
    size_t len = strlen(text) < most ? strlen(text) : utf8_whole(text, most);
    buf_adds(out, "The book is begun; its first chapter opens so:\n");
    buf_add(out, text, len);
    buf_addc(out, '\n');
}

static bool turn(struct buf *out, const struct desk *d, const struct step *s, const struct carried *c, struct err *e)
{
    (void)c;
    char words[24], chapters[16], seed_initials[16], line[128];
    (void)snprintf(words, sizeof(words), "%lld", (long long)d->job->words_target);
    (void)snprintf(chapters, sizeof(chapters), "%d", d->job->chapters_total);
    initials(seed_initials, (uint64_t)d->job->seed);
    struct buf characters, given;
    buf_init(&characters, BUF_MAX_PIECE);
    buf_init(&given, BUF_MAX_PROMPT);
    characters_text(&characters, d->spec);
    given_text(&given, d);
    char *premise = step_fit(d, d->spec->premise, 5), *style = step_fit(d, d->spec->style, 16);
    char *notes = step_fit(d, d->spec->notes, 16), *people = step_fit(d, characters.data, 12);
    char *known = step_fit(d, given.data, 8);

    const struct template_var vars[] = {
        {"kind_name", book_kind_name(d->spec->kind)},
        {"title", d->spec->title ? d->spec->title : "(yours to find)"},
        {"premise", premise},
        {"language_name", language_name(d->spec->language)},
        {"words", words},
        {"chapters", chapters},
        {"style", style ? style : "(yours to find)"},
        {"characters", people},
        {"notes", notes ? notes : "(none)"},
        {"given", known},
        {"seed_initials", seed_initials},
        {"seed_detail", trades[(uint64_t)d->job->seed % ARRAY_LEN(trades)]},
        {"language_line", step_language_line(d, line, sizeof(line))},
    };
    bool ok = templates_fill(d->templates, TEMPLATE_BIBLE, step_form(s), out, vars, ARRAY_LEN(vars), e);
    char *const texts[] = {premise, style, notes, people, known};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) free(texts[i]);
    buf_release(&characters);
    buf_release(&given);
    return ok;
}

static int max_tokens(const struct desk *d, const struct step *s, int words)
{
    (void)s;
    (void)words;
    return step_plan_tokens(d, 800);
}

static void schema(struct buf *out, const struct step *s)
{
    (void)s;
    buf_adds(out, plan_schema_bible);
}

// The spec's title stands; else the bible's; else the premise's first words.
static char *title_of(const struct desk *d, const char *bible)
{
    if (d->spec->title) return mem_strdup(d->spec->title);
    char *title = plan_bible_field(bible, "TITLE");
    if (title && *title) return title;
    free(title);
    return mem_strdup(d->job->slug);
}

static bool keep(const struct desk *d, const char *bible, const struct gen_message *turn, struct err *e)
{
    char *title = title_of(d, bible);
    char *logline = plan_bible_field(bible, "LOGLINE"), *text = mem_printf("%s: %s", title, logline ? logline : "");
    bool ok = store_bible_set(d->store, d->job->id, bible, title, e) &&
              store_event_add(d->store, d->job->id, "bible", text, NULL, e) &&
              step_keep_turns(d, 0, turn, bible, strlen(bible), e);
    free(logline);
    free(text);
    free(title);
    return ok;
}

static bool settle(const struct desk *d, const struct step *s, const struct answer *a, struct judgement *j,
                   struct err *e)
{
    (void)s;
    struct buf bible;
    buf_init(&bible, BUF_MAX_PIECE);
    bool ok = true;
    if (plan_read_bible(&bible, a->text, a->len, a->cut))
        ok = keep(d, bible.data, a->turn, e);
    else
        j->rule = "no_plan";
    buf_release(&bible);
    return ok;
}

// A model that cannot plan still gets its book: the spec is the bible.
static bool give_up(const struct desk *d, const struct step *s, const struct gen_message *turn, struct err *e)
{
    (void)s;
    struct buf bible;
    buf_init(&bible, BUF_MAX_PIECE);
    char *premise = step_fit(d, d->spec->premise, 16), *style = step_fit(d, d->spec->style, 16);
    for (char *c = premise; *c; c++) *c = *c == '\n' ? ' ' : *c;
    for (char *c = style; c && *c; c++) *c = *c == '\n' ? ' ' : *c;
    buf_addf(&bible, "TITLE: %s\nLOGLINE: %s\n", d->spec->title ? d->spec->title : d->job->slug, premise);
    if (style) buf_addf(&bible, "STYLE: %s\n", style);
    free(premise);
    free(style);
    for (size_t i = 0; i < d->spec->characters_count; i++) {
        const struct spec_character *c = &d->spec->characters[i];
        buf_addf(&bible, "CAST: %s | %s\n", c->name, c->note ? c->note : "");
    }
    bool ok = keep(d, bible.data, turn, e);
    buf_release(&bible);
    return ok;
}

const struct step_ops step_bible = {
    .name = "bible",
    .turn = turn,
    .max_tokens = max_tokens,
    .schema = schema,
    .settle = settle,
    .give_up = give_up,
};
