// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Merging: the recaps of an act that is long past become one summary, when all of them no longer fit. One question with
// all that it needs, in no conversation: it is asked between two acts, where the prompt changes anyway, and what it
// merges is no longer in every server's context.
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/steps.h"
#include "model/acts.h"
#include "model/memory.h"
#include "model/plan.h"

enum { MERGE_WORDS = 150, LEAST_NOTES_BYTES = 1200, FACTS_BYTES = 500 };

struct notes {
    struct act_range act;
    struct buf *out;
    size_t most; // bytes of each recap
};

static bool add_recap(void *arg, const struct chapter_row *c)
{
    struct notes *n = arg;
    if (c->number < n->act.from || c->number > n->act.to || !c->recap) return true;
    size_t len = strlen(c->recap), cut = len;
    while (cut > n->most) { // whole lines
        cut--;
        while (cut > 0 && c->recap[cut - 1] != '\n') cut--;
    }
    if (cut == 0) cut = strcspn(c->recap, "\n");
    buf_addf(n->out, "Chapter %d\n%.*s\n", c->number, (int)cut, c->recap);
    return true;
}

static bool turn(struct buf *out, const struct desk *d, const struct step *s, const struct carried *c, struct err *e)
{
    (void)c;
    char from[16], to[16], words[16], line[128];
    struct buf notes;
    buf_init(&notes, BUF_MAX_PROMPT);
    struct notes n = {.act = acts_range(d->book, s->chapter), .out = &notes};
    // Half of the context for all of them, in bytes of about three a token.
    size_t room = (size_t)d->n_ctx_tokens * 3 / 2;
    n.most = (room > LEAST_NOTES_BYTES ? room : LEAST_NOTES_BYTES) / (size_t)(n.act.to - n.act.from + 1);
    bool ok = store_chapters_each(d->store, d->job->id, add_recap, &n, e);
    if (notes.len > 0) buf_cut(&notes, notes.len - 1);
    (void)snprintf(from, sizeof(from), "%d", n.act.from);
    (void)snprintf(to, sizeof(to), "%d", n.act.to);
    (void)snprintf(words, sizeof(words), "%d", MERGE_WORDS);
    char *premise = step_fit(d, d->spec->premise, 16);
    const struct template_var vars[] = {
        {"premise", premise},  {"from", from},         {"to", to},
        {"notes", notes.data}, {"merge_words", words}, {"language_line", step_language_line(d, line, sizeof(line))},
    };
    ok = ok && templates_fill(d->templates, TEMPLATE_MERGE, NULL, out, vars, ARRAY_LEN(vars), e);
    buf_release(&notes);
    free(premise);
    return ok;
}

static int max_tokens(const struct desk *d, const struct step *s, int words)
{
    (void)s;
    (void)words;
    return step_plan_tokens(d, MERGE_WORDS);
}

static bool settle(const struct desk *d, const struct step *s, const struct answer *a, struct judgement *j,
                   struct err *e)
{
    struct buf summary;
    buf_init(&summary, BUF_MAX_PIECE);
    bool ok = true;
    if (plan_read_recap(&summary, a->text, a->len, a->cut))
        ok = store_act_set_summary(d->store, d->job->id, s->chapter, summary.data, e) &&
             step_keep_turns(d, s->conversation, a->turn, a->text, a->len, e);
    else
        j->rule = "no_plan";
    buf_release(&summary);
    return ok;
}

struct first_lines {
    struct act_range act;
    struct buf *out;
    struct memory *memory;
};

static bool add_first_line(void *arg, const struct chapter_row *c)
{
    struct first_lines *f = arg;
    if (c->number < f->act.from || c->number > f->act.to || !c->recap) return true;
    buf_addf(f->out, "%.*s\n", (int)strcspn(c->recap, "\n"), c->recap);
    memory_add(f->memory, c->number, c->recap);
    return true;
}

// What happened, chapter by chapter, and what must stay true.
static bool give_up(const struct desk *d, const struct step *s, const struct gen_message *turn, struct err *e)
{
    (void)turn;
    struct buf summary;
    buf_init(&summary, BUF_MAX_PIECE);
    struct first_lines f = {.act = acts_range(d->book, s->chapter), .out = &summary, .memory = memory_new()};
    bool ok = store_chapters_each(d->store, d->job->id, add_first_line, &f, e);
    memory_facts(f.memory, "", &summary, FACTS_BYTES);
    ok = ok && store_act_set_summary(d->store, d->job->id, s->chapter, summary.data, e);
    memory_free(f.memory);
    buf_release(&summary);
    return ok;
}

const struct step_ops step_merge = {
    .name = "merge",
    .turn = turn,
    .max_tokens = max_tokens,
    .settle = settle,
    .give_up = give_up,
};
