// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The steps of a proof. The texts are constants, so that two proofs of one server ask the same. Every question has an
// answer that is short by nature, so that a server without a working token limit costs seconds too.
//
//   step     turns and their limits      proves
//   limit    16                          limit, usage, and where the answer stands
//   seed     12, 12, 12                  seed
//   schema   24                          schema
//   prefill  12                          prefill
//   reuse    32, 4                       reuse
//   render                               reuse, where no count tells it
//   raw      32, 4                       that a raw text is reused where a chat was not
//   leave    64, left at its first text  leave
#include "proof_step.h"

#include "backend/count.h"
#include "backend/idle.h"
#include "backend/render.h"
#include "base/mem.h"
#include "io/json.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define LAST_LINE "\nThis is a test of the server."

enum {
    LIMIT_TOKENS = 16,
    LIMIT_SLACK_TOKENS = 2,
    LIMIT_BROKEN_TOKENS = 24,
    SEED_TOKENS = 12,
    SCHEMA_TOKENS = 24,
    PREFILL_TOKENS = 12,
    RETELL_TOKENS = 32,
    FOLLOW_TOKENS = 4,
    // vLLM reuses whole blocks of 16 tokens, and the last token of an answer is never in the cache.
    REUSE_SLACK_TOKENS = 17,
    REUSE_ANSWER_LEAST = 24,
    LEAVE_LIMIT_MS = 3000,
    LEAVE_TELLING_MS = 1500,
};

static const char limit_text[] =
    "Count from one to one hundred in words, with commas between them. Begin with the word one." LAST_LINE;
static const char seed_text[] =
    "Write down six words that have nothing to do with one another, in one line." LAST_LINE;
static const char schema_text[] = "Which bird is the largest that lives today?" LAST_LINE;
static const char schema_json[] = "{\"type\":\"object\",\"properties\":{\"bird\":{\"type\":\"string\",\"enum\":["
                                  "\"kestrel\"]}},\"required\":[\"bird\"],\"additionalProperties\":false}";
static const char prefill_text[] = "Which city is the capital of France? Answer in one whole sentence." LAST_LINE;
static const char prefill_begun[] = "The capital of France is";
static const char retell_text[] =
    "Read this and tell it again in your own words, in three sentences.\n\n"
    "The ferry left the island at six, before the fog had lifted from the water. On deck stood a woman with a brown "
    "suitcase and a boy who counted the gulls on the railing. Nobody had come to see them off. The captain knew her "
    "from earlier years, when she had brought eggs to the harbour every Friday, and he nodded to her without a word. "
    "Behind them the lighthouse went out, as it did each morning at that hour, and the engine found its slow beat. "
    "By noon they would be in the town, where a cousin had promised them two rooms above a bakery." LAST_LINE;
static const char follow_text[] = "Now say the word done, and nothing else." LAST_LINE;
static const char leave_text[] =
    "Count from one hundred to two hundred in words, with commas between them." LAST_LINE;

// ---- words ---------------------------------------------------------------------------------------------------------

// Only the letters, in small: spaces, marks and case tell nothing about who says the same again.
static char *letters_of(const char *text)
{
    char *out = mem_strdup(text), *to = out;
    for (const char *c = text; *c != '\0'; c++) {
        if (isalpha((unsigned char)*c)) *to++ = (char)tolower((unsigned char)*c);
    }
    *to = '\0';
    return out;
}

static bool letters_begin(const char *letters, const char *with)
{
    return strncmp(letters, with, strlen(with)) == 0;
}

// ---- limit and usage -----------------------------------------------------------------------------------------------

static bool always(const struct proof_scene *s)
{
    (void)s;
    return true;
}

static void limit_ask(const struct proof_scene *s, int turn, struct proof_ask *out)
{
    (void)s, (void)turn;
    out->texts[0] = limit_text;
    out->max_tokens = LIMIT_TOKENS;
}

// It was asked again with the field for reasoning as its answer: does the answer stand there, or thoughts about it?
static bool limit_look_behind(struct proof_scene *s)
{
    char *letters = letters_of(s->answers[0].text.data);
    s->found.hidden_answer = s->reasoning_is_text = letters_begin(letters, "one");
    s->found.thinks = !s->found.hidden_answer;
    free(letters);
    return s->found.hidden_answer;
}

static bool limit_judge(struct proof_scene *s, int turn)
{
    const struct gen_result *r = &s->answers[turn].result;
    if (s->reasoning_is_text && !limit_look_behind(s)) return false;
    s->found.usage = r->prompt_tokens >= 0 && r->output_tokens >= 0 ? PROOF_YES : PROOF_NO;
    if (r->output_tokens > LIMIT_BROKEN_TOKENS) {
        s->found.limit = PROOF_NO;
    } else if (r->cut_by_limit && r->output_tokens <= LIMIT_TOKENS + LIMIT_SLACK_TOKENS) {
        s->found.limit = PROOF_YES;
    }
    return false;
}

static void limit_overrun(struct proof_scene *s, int turn)
{
    (void)turn;
    if (!s->reasoning_is_text || limit_look_behind(s)) s->found.limit = PROOF_NO;
}

// ---- seed ----------------------------------------------------------------------------------------------------------

static bool seed_applies(const struct proof_scene *s)
{
    return (gen_params(s->dialect) & ~s->found.refused & PARAM_BIT(PARAM_SEED)) != 0;
}

static void seed_ask(const struct proof_scene *s, int turn, struct proof_ask *out)
{
    static const int64_t seeds[PROOF_TURNS_MOST] = {11, 11, 2027};
    (void)s;
    out->texts[0] = seed_text;
    out->max_tokens = SEED_TOKENS;
    out->temperature = 1;
    out->seed = seeds[turn];
}

static bool seed_judge(struct proof_scene *s, int turn)
{
    if (turn == 0) return true;
    bool same = strcmp(s->answers[0].text.data, s->answers[turn].text.data) == 0;
    if (turn == 1) {
        if (!same) s->found.seed = PROOF_NO;
        return same;
    }
    if (!same) s->found.seed = PROOF_YES; // else it may be a server that always takes the likeliest word
    return false;
}

// ---- schema --------------------------------------------------------------------------------------------------------

static bool schema_applies(const struct proof_scene *s)
{
    return (gen_params(s->dialect) & ~s->found.refused & PARAM_BIT(PARAM_SCHEMA)) != 0;
}

static void schema_ask(const struct proof_scene *s, int turn, struct proof_ask *out)
{
    (void)s, (void)turn;
    out->texts[0] = schema_text;
    out->max_tokens = SCHEMA_TOKENS;
    out->schema = schema_json;
}

static bool schema_judge(struct proof_scene *s, int turn)
{
    const struct buf *text = &s->answers[turn].text;
    struct err e = ERR_INIT;
    struct json *v = json_read(text->data, text->len, &e);
    const char *bird = json_str(json_get(v, "bird"), NULL);
    s->found.schema = bird != NULL && strcmp(bird, "kestrel") == 0 && json_count(v) == 1 ? PROOF_YES : PROOF_NO;
    json_free(v);
    return false;
}

// ---- prefill -------------------------------------------------------------------------------------------------------

static bool prefill_applies(const struct proof_scene *s)
{
    return s->prefill && (s->found.refused & PARAM_BIT(PARAM_PREFILL)) == 0;
}

static void prefill_ask(const struct proof_scene *s, int turn, struct proof_ask *out)
{
    (void)s, (void)turn;
    out->texts[0] = prefill_text;
    out->texts[1] = prefill_begun;
    out->texts_count = 2;
    out->max_tokens = PREFILL_TOKENS;
    out->prefill = true;
}

// "Paris." goes on. "The capital of France is Paris", "Paris is the capital of France" and "Sure! …" are new turns.
static bool prefill_judge(struct proof_scene *s, int turn)
{
    static const char *const openings[] = {"sure",  "certainly", "ofcourse", "hello", "hi",
                                           "great", "okay",      "yes",      "think"};
    char *letters = letters_of(s->answers[turn].text.data);
    bool anew = strstr(letters, "capitaloffrance") != NULL;
    for (size_t i = 0; i < ARRAY_LEN(openings); i++) anew = anew || letters_begin(letters, openings[i]);
    s->found.prefill = anew ? PROOF_NO : PROOF_YES;
    free(letters);
    return false;
}

// ---- reuse ---------------------------------------------------------------------------------------------------------

static bool reuse_applies(const struct proof_scene *s)
{
    return s->tells_cached;
}

static void reuse_ask(const struct proof_scene *s, int turn, struct proof_ask *out)
{
    out->texts[0] = retell_text;
    out->max_tokens = RETELL_TOKENS;
    if (turn == 0) return;
    out->texts[1] = s->answers[0].text.data;
    out->texts[2] = follow_text;
    out->texts_count = 3;
    out->max_tokens = FOLLOW_TOKENS;
}

// A template that renders a past answer anew costs that answer each time, while the turns before it stay in the cache:
// so what counts is whether the cache held the answer. A short answer is lost in the noise of block sizes and of words
// that are cut into other tokens at a border.
static enum proof_verdict reuse_verdict(const struct gen_result *one, const struct gen_result *two)
{
    int64_t whole = one->prompt_tokens + one->output_tokens, cached = two->cached_tokens;
    if (one->prompt_tokens < 0 || one->output_tokens < 0 || cached < 0) return PROOF_UNKNOWN;
    if (cached < whole / 2) return PROOF_NO;
    if (one->output_tokens < REUSE_ANSWER_LEAST) return PROOF_UNKNOWN;
    if (cached >= whole - REUSE_SLACK_TOKENS) return PROOF_YES;
    return cached < one->prompt_tokens ? PROOF_NO : PROOF_UNKNOWN;
}

static bool reuse_judge(struct proof_scene *s, int turn)
{
    if (turn == 0) return true;
    s->found.reuse = reuse_verdict(&s->answers[0].result, &s->answers[1].result);
    return false;
}

// Where no count tells what was reused, the template does.
static bool render_applies(const struct proof_scene *s)
{
    return (s->found.reuse == PROOF_NO || !s->tells_cached) && s->answered && gen_has_raw(s->dialect);
}

void proof_judge_template(struct proof_scene *s, struct gen_template *t)
{
    if (t != NULL && !s->tells_cached && t->reopens) s->found.reuse = PROOF_NO;
    if (s->found.reuse == PROOF_NO)
        s->found.raw = t;
    else
        gen_template_free(t);
}

static bool raw_applies(const struct proof_scene *s)
{
    return s->found.raw != NULL;
}

static void raw_ask(const struct proof_scene *s, int turn, struct proof_ask *out)
{
    reuse_ask(s, turn, out);
    out->raw = true;
}

static bool raw_judge(struct proof_scene *s, int turn)
{
    if (turn == 0) return true;
    s->raw_holds = !s->tells_cached || reuse_verdict(&s->answers[0].result, &s->answers[1].result) == PROOF_YES;
    return false;
}

// ---- leave ---------------------------------------------------------------------------------------------------------

static bool leave_applies(const struct proof_scene *s)
{
    return s->idle_route && idle_has_route(s->dialect);
}

static void leave_ask(const struct proof_scene *s, int turn, struct proof_ask *out)
{
    (void)s, (void)turn;
    out->texts[0] = leave_text;
    out->max_tokens = PROOF_TOKENS_MOST;
    out->leave = true;
}

int64_t proof_rest_ms(const struct proof_scene *s)
{
    return s->tokens_timed > 0 ? s->output_ms * PROOF_TOKENS_MOST / s->tokens_timed : 0;
}

// A server that is so fast that its whole answer is over before it could be seen to stop proves nothing.
enum proof_verdict proof_judge_leave(int64_t idle_after_ms, int64_t rest_ms)
{
    if (idle_after_ms <= LEAVE_LIMIT_MS && idle_after_ms < rest_ms / 2) return PROOF_YES;
    if (rest_ms >= LEAVE_TELLING_MS && idle_after_ms >= rest_ms * 2 / 3) return PROOF_NO;
    return PROOF_UNKNOWN;
}

// ---- tokens --------------------------------------------------------------------------------------------------------

static bool tokens_applies(const struct proof_scene *s)
{
    return s->sample && s->tokens_route && count_has_route(s->dialect);
}

// ---- the table -----------------------------------------------------------------------------------------------------

#define VERDICT(field) offsetof(struct proofs, field)

const struct proof_step proof_steps[PROOF_STEPS] = {
    {.kind = PROOF_COUNTS, .applies = tokens_applies},
    {.verdict = VERDICT(limit),
     .applies = always,
     .ask = limit_ask,
     .judge = limit_judge,
     .overrun = limit_overrun,
     .knows_answer = true},
    {.subject = PARAM_BIT(PARAM_SEED),
     .verdict = VERDICT(seed),
     .applies = seed_applies,
     .ask = seed_ask,
     .judge = seed_judge},
    {.subject = PARAM_BIT(PARAM_SCHEMA),
     .verdict = VERDICT(schema),
     .applies = schema_applies,
     .ask = schema_ask,
     .judge = schema_judge},
    {.subject = PARAM_BIT(PARAM_PREFILL),
     .verdict = VERDICT(prefill),
     .applies = prefill_applies,
     .ask = prefill_ask,
     .judge = prefill_judge},
    {.verdict = VERDICT(reuse), .applies = reuse_applies, .ask = reuse_ask, .judge = reuse_judge},
    {.kind = PROOF_RENDERS, .applies = render_applies},
    {.verdict = VERDICT(reuse), .applies = raw_applies, .ask = raw_ask, .judge = raw_judge},
    {.verdict = VERDICT(leave), .applies = leave_applies, .ask = leave_ask},
};
