// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The names of the optional parameters: ours, and every field that a dialect has for one of them.
//
// A refusal is prose around a field's name, and some names are English words ("format", "echo"): those count only
// where the message marks them as a field, by a quote, a backtick, a bracket, a dot or "=". In the other names an
// underscore may be a space or a hyphen in the message ("JSON schema", "top-k").
#include "model/param.h"

#include "base/mem.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

static const char *const names[PARAM_COUNT] = {
    [PARAM_TEMPERATURE] = "temperature",
    [PARAM_TOP_P] = "top_p",
    [PARAM_TOP_K] = "top_k",
    [PARAM_MIN_P] = "min_p",
    [PARAM_REPETITION] = "repetition_penalty",
    [PARAM_PRESENCE] = "presence_penalty",
    [PARAM_FREQUENCY] = "frequency_penalty",
    [PARAM_DRY] = "dry",
    [PARAM_XTC] = "xtc",
    [PARAM_SEED] = "seed",
    [PARAM_SCHEMA] = "schema",
    [PARAM_PREFILL] = "prefill",
    [PARAM_THINKING] = "thinking",
    [PARAM_USAGE] = "usage",
    [PARAM_CACHE] = "cache",
    [PARAM_PINGS] = "pings",
};

struct field {
    const char *name;
    enum param param;
    bool english; // a word that a message may hold without meaning the field
};

static const struct field fields[] = {
    {"temperature", PARAM_TEMPERATURE, false},
    {"top_p", PARAM_TOP_P, false},
    {"top_k", PARAM_TOP_K, false},
    {"min_p", PARAM_MIN_P, false},
    {"repeat_penalty", PARAM_REPETITION, false},
    {"repetition_penalty", PARAM_REPETITION, false},
    {"repeat_last_n", PARAM_REPETITION, false},
    {"repetition_context_size", PARAM_REPETITION, false},
    {"rep_pen", PARAM_REPETITION, false},
    {"rep_pen_range", PARAM_REPETITION, false},
    {"rep_pen_slope", PARAM_REPETITION, false},
    {"presence_penalty", PARAM_PRESENCE, false},
    {"frequency_penalty", PARAM_FREQUENCY, false},
    {"dry_multiplier", PARAM_DRY, false},
    {"dry_base", PARAM_DRY, false},
    {"dry_allowed_length", PARAM_DRY, false},
    {"dry_penalty_last_n", PARAM_DRY, false},
    {"dry_sequence_breakers", PARAM_DRY, false},
    {"xtc_probability", PARAM_XTC, false},
    {"xtc_threshold", PARAM_XTC, false},
    {"xtc_special_tokens", PARAM_XTC, false},
    {"seed", PARAM_SEED, false},
    {"sampler_seed", PARAM_SEED, false},
    {"sampling_seed", PARAM_SEED, false},
    {"response_format", PARAM_SCHEMA, false},
    {"json_schema", PARAM_SCHEMA, false},
    {"json_object", PARAM_SCHEMA, false},
    {"format", PARAM_SCHEMA, true},
    {"schema", PARAM_SCHEMA, true},
    {"grammar", PARAM_SCHEMA, false},
    {"guided_json", PARAM_SCHEMA, false},
    {"guided_grammar", PARAM_SCHEMA, false},
    {"guided_regex", PARAM_SCHEMA, false},
    {"guided_choice", PARAM_SCHEMA, false},
    {"guided_decoding", PARAM_SCHEMA, false},
    {"structured_output", PARAM_SCHEMA, false},
    {"structured_outputs", PARAM_SCHEMA, false},
    {"continue_final_message", PARAM_PREFILL, false},
    {"add_generation_prompt", PARAM_PREFILL, false},
    {"continue_assistant_turn", PARAM_PREFILL, false},
    {"prefill_assistant", PARAM_PREFILL, false},
    {"echo", PARAM_PREFILL, true},
    {"chat_template_kwargs", PARAM_THINKING, false},
    {"enable_thinking", PARAM_THINKING, false},
    {"think", PARAM_THINKING, true},
    // Ollama: "… does not support thinking", "think value … is not supported"
    {"support_thinking", PARAM_THINKING, false},
    {"think_value", PARAM_THINKING, false},
    {"thinking_budget", PARAM_THINKING, false},
    {"thinking_token_budget", PARAM_THINKING, false},
    {"reasoning_effort", PARAM_THINKING, false},
    {"reasoning_budget", PARAM_THINKING, false},
    {"reasoning_format", PARAM_THINKING, false},
    {"include_reasoning", PARAM_THINKING, false},
    {"separate_reasoning", PARAM_THINKING, false},
    {"stream_options", PARAM_USAGE, false},
    {"include_usage", PARAM_USAGE, false},
    {"timings_per_token", PARAM_USAGE, false},
    {"cache_prompt", PARAM_CACHE, false},
    {"id_slot", PARAM_CACHE, false},
    {"slot_id", PARAM_CACHE, false},
    {"keep_alive", PARAM_CACHE, false},
    {"return_progress", PARAM_PINGS, false},
    {"sse_ping_interval", PARAM_PINGS, false},
};

// ---- what a refusal speaks of ------------------------------------------------------------------------------------

static bool is_same(char in_message, char in_name)
{
    if (in_name == '_') return in_message == '_' || in_message == ' ' || in_message == '-';
    return tolower((unsigned char)in_message) == in_name;
}

// Behind the name if the text begins with it, else NULL.
static const char *behind(const char *text, const char *name)
{
    for (; *name; text++, name++)
        if (!is_same(*text, *name)) return NULL;
    return text;
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-';
}

static bool is_mark(char c)
{
    return c != '\0' && strchr("'\"`.[]()=", c);
}

static bool holds(const char *message, const struct field *f)
{
    char before = ' ';
    for (const char *at = message; *at; before = *at++) {
        const char *end = is_word(before) ? NULL : behind(at, f->name);
        if (!end || is_word(*end)) continue;
        // A full stop behind the last word of a sentence marks nothing.
        bool marked = is_mark(before) || (is_mark(*end) && !(*end == '.' && !isalnum((unsigned char)end[1])));
        if (marked || !f->english) return true;
    }
    return false;
}

param_set param_named_in(const char *message)
{
    param_set set = 0;
    for (size_t i = 0; message && i < ARRAY_LEN(fields); i++)
        if (holds(message, &fields[i])) set |= PARAM_BIT(fields[i].param);
    return set;
}

// ---- what a spec gives -------------------------------------------------------------------------------------------

param_set param_given(const struct spec *spec)
{
    const struct sampling *s = &spec->sampling;
    const bool given[PARAM_COUNT] = {
        [PARAM_TEMPERATURE] = !isnan(s->temperature),
        [PARAM_TOP_P] = !isnan(s->top_p),
        [PARAM_TOP_K] = s->top_k >= 0,
        [PARAM_MIN_P] = !isnan(s->min_p),
        [PARAM_REPETITION] = !isnan(s->repetition_penalty),
        [PARAM_PRESENCE] = !isnan(s->presence_penalty),
        [PARAM_FREQUENCY] = !isnan(s->frequency_penalty),
        [PARAM_DRY] = !isnan(s->dry_multiplier) || !isnan(s->dry_base) || s->dry_length > 0,
        [PARAM_XTC] = !isnan(s->xtc_probability) || !isnan(s->xtc_threshold),
        [PARAM_SEED] = spec->has_seed,
    };
    param_set set = 0;
    for (int p = 0; p < PARAM_COUNT; p++)
        if (given[p]) set |= PARAM_BIT(p);
    return set;
}

// ---- lists -------------------------------------------------------------------------------------------------------

const char *param_list(param_set set, char *out, size_t size)
{
    size_t len = 0;
    if (size > 0) out[0] = '\0';
    for (int p = 0; p < PARAM_COUNT; p++) {
        size_t gap = len > 0 ? 2 : 0, more = strlen(names[p]);
        if (!(set & PARAM_BIT(p))) continue;
        if (len + gap + more >= size) break; // half a name would be another one
        memcpy(out + len, ", ", gap);
        memcpy(out + len + gap, names[p], more + 1);
        len += gap + more;
    }
    return out;
}

param_set param_read_list(const char *list)
{
    param_set set = 0;
    for (const char *at = list; *at;) {
        size_t len = strcspn(at, ", ");
        for (int p = 0; p < PARAM_COUNT; p++)
            if (strlen(names[p]) == len && memcmp(names[p], at, len) == 0) set |= PARAM_BIT(p);
        at += len;
        at += strspn(at, ", ");
    }
    return set;
}
