// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the end of a generation means for the step that asked for it: answered, asked again in another way, left
// unanswered, or the server has gone.
#include "proof_step.h"

#include "base/mem.h"

#include <string.h>

enum { TIMED_TOKENS_LEAST = 8 };

// What goes when a request was refused without a word about why: first what serves only us, then all that is optional.
static const param_set proof_rungs[] = {PARAM_BIT(PARAM_PINGS) | PARAM_BIT(PARAM_CACHE) | PARAM_BIT(PARAM_THINKING) |
                                            PARAM_BIT(PARAM_USAGE),
                                        PARAM_BIT(PARAM_COUNT) - 1};

static enum proof_fate proof_drop_more(struct proof_scene *s)
{
    if (s->answered) return FATE_UNANSWERED; // all of it was taken before
    if (s->dropped == 0) s->refused_before = s->found.refused;
    param_set had = gen_params(s->dialect) & ~s->found.refused;
    while (s->dropped < (int)ARRAY_LEN(proof_rungs)) {
        param_set rung = proof_rungs[s->dropped++];
        if ((had & rung) == 0) continue;
        s->found.refused |= had & rung;
        return FATE_AGAIN;
    }
    s->found.refused = s->refused_before;
    return FATE_GONE; // it refuses the simplest request there is
}

static enum proof_fate proof_answer_no(struct proof_scene *s, const struct proof_step *step)
{
    enum proof_verdict no = PROOF_NO;
    memcpy((char *)&s->found + step->verdict, &no, sizeof(no));
    return FATE_UNANSWERED;
}

static enum proof_fate proof_refused(struct proof_scene *s, const struct proof_step *step, const struct gen_result *r)
{
    param_set news = r->failure == FAIL_PARAM ? r->refused & ~s->found.refused : 0;
    bool unnamed = news == 0 && s->answered; // what is new in this request is its subject
    s->found.refused |= news;
    if (step->subject != 0 && (unnamed || (news & step->subject) != 0)) return proof_answer_no(s, step);
    return news != 0 ? FATE_AGAIN : proof_drop_more(s);
}

// A model that thinks although it was told not to, or an answer in the wrong field: asked once more to tell them apart.
static enum proof_fate proof_only_reasoning(struct proof_scene *s, const struct proof_step *step)
{
    if (!step->knows_answer || s->reasoning_is_text) return FATE_UNANSWERED;
    s->reasoning_is_text = true;
    return FATE_AGAIN;
}

enum proof_fate proof_fate(struct proof_scene *s, const struct proof_step *step, const struct gen_result *r)
{
    switch (r->failure) {
    case FAIL_NONE:
        return FATE_ANSWERED;
    case FAIL_PARAM:
    case FAIL_REQUEST:
        return proof_refused(s, step, r);
    case FAIL_PREFILL:
        return step->subject == PARAM_BIT(PARAM_PREFILL) ? proof_answer_no(s, step) : FATE_UNANSWERED;
    case FAIL_REASONING:
        return proof_only_reasoning(s, step);
    case FAIL_EMPTY:
    case FAIL_GARBAGE:
    case FAIL_CONTEXT:
    case FAIL_PROMPT_CUT:
    case FAIL_TOO_BIG:
    case FAIL_TOO_LARGE:
        return FATE_UNANSWERED;
    case FAIL_NOT_FOUND: // the route of raw texts, where chats were answered
    case FAIL_SERVER:
    case FAIL_ERROR_FRAME: // a schema that its grammar compiler cannot take, and the like
        return s->answered ? FATE_UNANSWERED : FATE_GONE;
    default:
        return FATE_GONE;
    }
}

void proof_note(struct proof_scene *s, int turn)
{
    const struct gen_result *r = &s->answers[turn].result;
    const char *text = s->answers[turn].text.data;
    if (r->cached_tokens >= 0) s->tells_cached = true;
    bool thought = r->reasoning_bytes > 0 && !s->reasoning_is_text;
    if (thought || strncmp(text, "<think>", strlen("<think>")) == 0) s->found.thinks = true;
    if (r->failure != FAIL_NONE || r->output_tokens < TIMED_TOKENS_LEAST) return;
    s->tokens_timed += r->output_tokens;
    s->output_ms += r->output_ms >= 0 ? r->output_ms : r->total_ms - r->first_token_ms;
}

// A reply with a bad status was no generation.
bool proof_broke(const struct gen_result *r)
{
    bool whole = r->failure == FAIL_NONE || r->failure == FAIL_EMPTY || r->failure == FAIL_REASONING;
    return !whole && r->http_status < 400;
}
