// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Reading a request body.
#include "sim/ask.h"

#include "sim/chatml.h"

#include "base/hash.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

const char *const ask_kind_names[ASK_KINDS] = {"bible", "outline", "beats", "chunk", "recap",
                                               "other", "acts",    "merge", "proof"};

// '#' stands for a number.
#define CHUNK_SENTENCE "Chapter #, part # of #."
#define PROOF_LINE     "This is a test of the server."
static const struct {
    enum ask_kind kind;
    const char *pattern;
} SENTENCES[] = {
    {ASK_BIBLE, "Write the book's bible."},
    {ASK_ACTS, "Plan acts # to # of #."},
    {ASK_OUTLINE, "List chapters # to # of #."},
    {ASK_BEATS, "Plan chapter # as # cards."},
    {ASK_CHUNK, CHUNK_SENTENCE},
    {ASK_RECAP, "Recap of chapter #."},
    {ASK_MERGE, "Merge the notes of chapters # to #"},
};

static bool matches(const char *text, const char *pattern, long *numbers)
{
    for (; *pattern; pattern++) {
        if (*pattern != '#') {
            if (*text++ != *pattern) return false;
            continue;
        }
        if (*text < '0' || *text > '9') return false;
        char *end;
        *numbers++ = strtol(text, &end, 10);
        text = end;
    }
    return true;
}

// The last place where the pattern stands: an old task's sentence may be quoted above the new one's.
static const char *find_last(const char *text, const char *pattern, long *numbers)
{
    const char *found = NULL;
    long got[3] = {0};
    for (const char *s = strchr(text, *pattern); s; s = strchr(s + 1, *pattern)) {
        if (!matches(s, pattern, got)) continue;
        found = s;
        memcpy(numbers, got, sizeof got);
    }
    return found;
}

static void read_kind(struct ask *ask)
{
    const char *last = NULL;
    ask->kind = strstr(ask->last_user, PROOF_LINE) ? ASK_PROOF : ASK_OTHER;
    if (ask->kind == ASK_PROOF) return;
    for (size_t i = 0; i < sizeof SENTENCES / sizeof *SENTENCES; i++) {
        long numbers[3] = {0};
        const char *at = find_last(ask->last_user, SENTENCES[i].pattern, numbers);
        if (!at || (last && at < last)) continue;
        last = at;
        ask->kind = SENTENCES[i].kind;
        memcpy(ask->numbers, numbers, sizeof numbers);
    }
    long words[3] = {0};
    if (ask->kind != ASK_CHUNK) return;
    if (find_last(ask->last_user, "About # words", words)) ask->words = words[0];
    if (ask->words <= 0) ask->kind = ASK_OTHER;
    ask->last_of_book = strstr(last, "ends the book") != NULL;
    ask->between = strstr(last, "After your part the story goes on: ") != NULL;
}

const char *ask_line(const char *text, const char *key, size_t *len)
{
    size_t key_len = strlen(key);
    for (const char *s = text; s; s = strchr(s, '\n')) {
        if (*s == '\n') s++;
        if (strncmp(s, key, key_len) != 0) continue;
        *len = strcspn(s + key_len, "\n");
        return s + key_len;
    }
    return NULL;
}

static void read_premise(struct ask *ask, const char *first_user)
{
    size_t len = 0;
    const char *premise = ask_line(first_user, "Premise: ", &len);
    ask->premise_hash = premise ? hash_bytes(premise, len) : HASH_START;
}

// A message as the template dresses it; the last one may be an answer that is to be continued, and has no end yet.
static void render(struct ask *ask, const char *role, const char *content, bool open, const char *reopen)
{
    buf_addf(&ask->prompt, "%s\n%s%s%s", role, open ? reopen : "", content, open ? "" : "\n");
}

static bool takes_prefill(const json_t *root, const struct ask_style *style)
{
    return style->prefill && (!style->told || json_is_true(json_object_get(root, style->told)));
}

static bool read_messages(struct ask *ask, const struct ask_style *style, const char *reopen, struct err *e)
{
    const json_t *messages = json_object_get(ask->root, "messages");
    if (!json_is_array(messages) || !json_array_size(messages))
        return err_set(e, ERR_USAGE, "'messages' is required and must be a non-empty array");
    const char *first_user = NULL;
    size_t i, last = json_array_size(messages) - 1;
    const json_t *m;
    json_array_foreach(messages, i, m)
    {
        const char *role = json_string_value(json_object_get(m, "role"));
        const char *content = json_string_value(json_object_get(m, "content"));
        if (!role || !content) return err_set(e, ERR_USAGE, "message %zu needs 'role' and 'content' strings", i);
        if (strcmp(role, "user") == 0) {
            if (!first_user) first_user = content;
            ask->last_user = content;
        } else if (i == last && strcmp(role, "assistant") == 0 && takes_prefill(ask->root, style)) {
            ask->prefill = content;
        }
        render(ask, role, content, ask->prefill, reopen);
    }
    if (ask->prompt.full) return err_set(e, ERR_CEILING, "the messages are too long");
    if (!ask->prefill) buf_addf(&ask->prompt, "assistant\n%s", reopen);
    read_premise(ask, first_user ? first_user : "");
    return true;
}

static long integer(const json_t *object, const char *key, long otherwise)
{
    const json_t *v = json_object_get(object, key);
    return json_is_integer(v) ? (long)json_integer_value(v) : otherwise;
}

static long read_limit(const json_t *fields, const struct ask_style *style)
{
    long limit = -1;
    for (size_t i = 0; i < ARRAY_LEN(style->limits) && style->limits[i] && limit < 0; i++)
        limit = integer(fields, style->limits[i], -1);
    return limit < 0 && style->limit_default ? style->limit_default : limit;
}

static bool wants_thinking_off(const json_t *root)
{
    const char *effort = json_string_value(json_object_get(root, "reasoning_effort"));
    return json_is_false(json_object_get(json_object_get(root, "chat_template_kwargs"), "enable_thinking")) ||
           json_is_false(json_object_get(root, "think")) || (effort && strcmp(effort, "none") == 0);
}

// OpenAI's response_format, llama.cpp's json_schema, Ollama's format.
static void read_form(struct ask *ask)
{
    const json_t *root = ask->root, *format = json_object_get(root, "response_format");
    const char *type = json_string_value(json_object_get(format, "type"));
    const json_t *named = json_object_get(json_object_get(format, "json_schema"), "schema");
    const json_t *plain = json_object_get(root, "format");
    ask->json = type && strncmp(type, "json_", 5) == 0; // json_schema, json_object
    ask->json_object = type && strcmp(type, "json_object") == 0;
    ask->schema = named ? named : json_object_get(format, "schema");
    if (!ask->schema) ask->schema = json_object_get(root, "json_schema");
    if (!ask->schema && json_is_object(plain)) ask->schema = plain;
    ask->json = ask->json || ask->schema || json_is_string(plain);
}

static void read_options(struct ask *ask, const struct ask_style *style)
{
    const json_t *root = ask->root, *fields = style->within ? json_object_get(root, style->within) : root;
    const json_t *stream = json_object_get(root, "stream");
    const json_t *heat = json_object_get(fields, "temperature");
    ask->max_tokens = read_limit(fields, style);
    ask->seed = integer(fields, "seed", -1);
    ask->num_ctx = integer(fields, "num_ctx", 0);
    ask->temperature = json_is_number(heat) ? json_number_value(heat) : !style->greedy;
    ask->stream = stream ? json_is_true(stream) : style->streams;
    ask->include_usage = json_is_true(json_object_get(json_object_get(root, "stream_options"), "include_usage"));
    ask->progress = style->progress || json_is_true(json_object_get(root, "return_progress"));
    ask->ping_ms = 1000 * integer(root, "sse_ping_interval", 0);
    ask->thinking_off = wants_thinking_off(root);
    ask->model = json_string_value(json_object_get(root, "model"));
    if (!style->formless) read_form(ask);
}

// A text that wears the template is taken apart, so that the same author answers; the cache sees it as it is.
static bool read_text(struct ask *ask, const struct ask_style *style, const char *reopen, struct err *e)
{
    const char *text = json_string_value(json_object_get(ask->root, style->prompt));
    if (!text) return err_set(e, ERR_USAGE, "'%s' is required and must be a string", style->prompt);
    bool dressed = !style->raw || json_is_true(json_object_get(ask->root, style->raw));
    json_t *messages = dressed ? chatml_read(text) : NULL;
    if (!messages) messages = json_pack("[{s:s,s:s}]", "role", "user", "content", text);
    json_object_set_new(ask->root, "messages", messages);
    ask->raw = true;
    if (!read_messages(ask, style, reopen, e)) return false;
    if (!dressed) return true;
    buf_clear(&ask->prompt);
    return buf_adds(&ask->prompt, text) || err_set(e, ERR_CEILING, "the prompt is too long");
}

bool ask_has(const struct ask *ask, const struct ask_style *style, const char *name, size_t len)
{
    const json_t *fields = style->within ? json_object_get(ask->root, style->within) : NULL;
    return json_object_getn(ask->root, name, len) || (fields && json_object_getn(fields, name, len));
}

bool ask_parse(struct ask *ask, const struct ask_style *style, const char *reopen, const char *body, size_t len,
               struct err *e)
{
    *ask = (struct ask){.last_user = ""};
    buf_init(&ask->prompt, BUF_MAX_PROMPT);
    json_error_t why;
    ask->root = json_loadb(body, len, JSON_REJECT_DUPLICATES, &why);
    if (!json_is_object(ask->root)) return err_set(e, ERR_USAGE, "cannot parse the request: %s", why.text);
    if (!(style->prompt ? read_text : read_messages)(ask, style, reopen, e)) return false;
    read_options(ask, style);
    read_kind(ask);
    ask->polish = strstr(ask->last_user, "po polsku") != NULL;
    if (strstr(ask->last_user, "Answer with one JSON object")) ask->json = true;
    return true;
}

uint64_t ask_hash(const struct ask *ask)
{
    return hash_add(hash_bytes(ask->prompt.data, ask->prompt.len), &ask->seed, sizeof ask->seed);
}

static const char *message_text(const json_t *messages, size_t i, const char *role)
{
    const json_t *m = json_array_get(messages, i);
    const char *is = json_string_value(json_object_get(m, "role"));
    return is && strcmp(is, role) == 0 ? json_string_value(json_object_get(m, "content")) : NULL;
}

const char *ask_prose(const struct ask *ask, size_t n)
{
    const json_t *messages = json_object_get(ask->root, "messages");
    for (size_t i = 1; i + 1 < json_array_size(messages); i++) {
        long numbers[3];
        const char *question = message_text(messages, i - 1, "user");
        const char *answer = message_text(messages, i, "assistant");
        if (!question || !answer || !find_last(question, CHUNK_SENTENCE, numbers)) continue;
        if (n-- == 0) return answer;
    }
    return NULL;
}

void ask_release(struct ask *ask)
{
    buf_release(&ask->prompt);
    json_decref(ask->root);
    ask->root = NULL;
}
