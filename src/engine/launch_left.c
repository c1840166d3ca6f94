// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What earlier attempts of a task left: see launch.h.
#include "engine/launch.h"

#include <string.h>

#include "engine/gate.h"
#include "engine/gate_join.h"
#include "engine/steps.h"
#include "engine/unfinished.h"
#include "text/join.h"

enum { LEAST_WORDS = 60, COPIES_BEFORE_FLAT = 2 };

bool launch_carry(struct worker *w, const struct attempt *a, struct buf *text, int *words, bool prefill,
                  struct err *e)
{
    buf_clear(text);
    *words = 0;
    if (w->step.kind != STEP_CHUNK || !unfinished_is_usable(a)) return true;
    struct desk d = worker_desk(w);
    gate_join(text, &a->prefix, &a->text, w->language, w->templates.markup);
    size_t keep = prefill ? join_clean_word(text->data, text->len) : join_clean_sentence(text->data, text->len);
    buf_cut(text, keep);
    if (!step_chunk_piece(&d, &w->step, text, words, e)) return false;
    if (*words >= WORTH_CARRYING_WORDS) return true;
    buf_clear(text);
    *words = 0;
    return true;
}

void launch_shrink(struct worker *w, const struct attempt *a, int have)
{
    if (w->step.kind != STEP_CHUNK || a->words_asked <= 0) return;
    int total = a->words_asked;
    if (a->verdict && strcmp(a->verdict, "smaller") == 0) {
        int left = (total - have) / 2;
        total = have + (left > LEAST_WORDS ? left : LEAST_WORDS);
    }
    if (total >= w->step.ask.ask_words) return;
    w->step.ask.need_words = w->step.ask.need_words * total / w->step.ask.ask_words;
    w->step.ask.ask_words = total;
    w->step.ask.last_of_chapter = w->step.ask.last_of_book = false;
}

struct first_pair {
    size_t turns, bytes;
};

static bool measure_first_pair(void *arg, enum turn_role role, const char *text, size_t len)
{
    struct first_pair *p = arg;
    (void)role;
    (void)text;
    if (p->turns++ < 2) p->bytes += len;
    return p->turns < 2;
}

// The chapter was opened for a larger context than there is now: its opening alone, which is never left out, leaves no
// room for an ordinary answer.
static bool outgrows_context(struct worker *w, bool *outgrows, struct err *e)
{
    enum { QUESTION_BYTES = 900 };
    struct first_pair p = {0};
    struct desk d = worker_desk(w);
    int answer = length_prose_tokens(&w->book, d.chunk_words, language_tokens(w->language));
    bool ok = store_turns_each(w->store, w->job.id, w->step.conversation, measure_first_pair, &p, e) || !e->code;
    *outgrows = p.turns > 0 && prompt_tokens(&d, p.bytes + QUESTION_BYTES) > prompt_room(&d, answer);
    return ok;
}

bool launch_look_at_refused(struct worker *w, bool tried, int *copies, struct err *e)
{
    static const char *const thinking[] = {"reasoning", NULL};
    struct task_key key = launch_task(w);
    *copies = w->thoughts = 0;
    if (w->step.kind == STEP_CHUNK && !w->step.again && !outgrows_context(w, &w->step.flat, e)) return false;
    if (!tried) return true;
    if (!store_attempts_refused(w->store, &key, thinking, &w->thoughts, e)) return false;
    if (w->step.kind != STEP_CHUNK) return true;
    if (!store_attempts_refused(w->store, &key, gate_copying_rules(), copies, e)) return false;
    w->step.flat = w->step.flat || *copies >= COPIES_BEFORE_FLAT;
    return true;
}
