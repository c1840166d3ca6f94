// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The table, and how a refusal changes what it says. Everything that is known is sent, because servers differ in what
// they take where nothing is given (temperature: llama.cpp 0.8, MLX 0).
#include "model/sampling.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>
#include <strings.h>

// The sampler against repetition that looks for verbatim runs, or a penalty on words that occurred, or none.
enum anti_repeat { REPEAT_NONE, REPEAT_DRY, REPEAT_PRESENCE };

struct family {
    const char *name; // a part of the model's name, any case
    double temperature, top_p;
    int top_k; // 0: off
    double min_p;
    enum anti_repeat repeat;
    bool plans_too; // the maker knows one setting for all uses
};

// The first row that fits; the last one fits all.
static const struct family families[] = {
    {"qwen3", 0.7, 0.8, 20, 0, REPEAT_PRESENCE, false},    // Qwen3 quickstart, thinking off; never greedy
    {"gemma", 1.0, 0.95, 64, 0, REPEAT_NONE, true},        // Gemma 3, as unsloth gives it
    {"nemo-instruct", 0.3, 1, 0, 0.05, REPEAT_DRY, false}, // its model card on Hugging Face
    {"nemo", 0.5, 1, 0, 0.05, REPEAT_DRY, false},          // its finetunes take more heat
    {"gpt-oss", 1, 1, 0, 0, REPEAT_NONE, false},           // its README
    {"", 0.8, 1, 0, 0.05, REPEAT_DRY, false},              // what local servers' own default comes near to
};

// Plans: cool but not greedy, which loops; no penalty at all, because they eat the keys of JSON, and no XTC, which
// leaves out just the tokens that a plan is made of. The spec's values are meant for its prose.
static const double plan_temperature = 0.35, plan_top_p = 0.95;

// DRY as its author proposes it; a run of up to four words is free. Presence: 1 is what Qwen recommends at the least.
static const double dry_multiplier = 0.8, dry_multiplier_copying = 1.2, dry_base = 1.75;
static const double presence_own = 1.0, presence_for_dry = 0.5, presence_copying = 0.5;
enum { DRY_LENGTH = 4 };

static const double heat_step = 0.15, heat_most = 0.45, temperature_most = 2, presence_most = 2;

static bool holds(const char *model, const char *part)
{
    size_t len = strlen(part);
    for (const char *at = model; strlen(at) >= len; at++) {
        if (!strncasecmp(at, part, len)) return true;
        if (!*at) break;
    }
    return false;
}

static const struct family *family_of(const char *model)
{
    for (size_t i = 0; i < ARRAY_LEN(families) - 1; i++) {
        if (model && holds(model, families[i].name)) return &families[i];
    }
    return &families[ARRAY_LEN(families) - 1];
}

static void fill(double *value, double otherwise)
{
    if (isnan(*value)) *value = otherwise;
}

static bool has_penalty(const struct sampling *s)
{
    return !isnan(s->repetition_penalty) || !isnan(s->presence_penalty) || !isnan(s->frequency_penalty);
}

static bool has_dry(const struct sampling *s)
{
    return !isnan(s->dry_multiplier) || !isnan(s->dry_base) || s->dry_length > 0;
}

static void set_dry(struct sampling *s, double multiplier)
{
    fill(&s->dry_multiplier, multiplier);
    fill(&s->dry_base, dry_base);
    if (s->dry_length <= 0) s->dry_length = DRY_LENGTH;
}

// Whoever gives a penalty or DRY has thought of repetition; two remedies at once spoil the prose. DRY without its
// strength is wanted, at our own.
static void fill_repeat(struct sampling *s, const struct family *f, bool dry)
{
    if (has_dry(s) && !(s->dry_multiplier <= 0)) set_dry(s, dry_multiplier);
    if (f->repeat == REPEAT_NONE || has_dry(s) || has_penalty(s)) return;
    if (f->repeat == REPEAT_PRESENCE)
        s->presence_penalty = presence_own;
    else if (dry)
        set_dry(s, dry_multiplier);
    else
        s->presence_penalty = presence_for_dry;
}

// The user's own DRY stays as it is, off too: then a penalty has to do.
static void against_copying(struct sampling *s, const struct sampling *given, bool dry)
{
    if (dry && !has_dry(given)) {
        s->dry_multiplier = NAN;
        set_dry(s, dry_multiplier_copying);
        return;
    }
    double presence = isnan(s->presence_penalty) ? 0 : s->presence_penalty;
    s->presence_penalty = fmin(presence_most, presence + presence_copying);
}

static void heat(struct sampling *s, int refused)
{
    if (refused < 2) return; // the first time only the seed is another one
    double hotter = s->temperature + fmin(heat_most, heat_step * (refused - 1));
    if (s->temperature < temperature_most) s->temperature = fmin(temperature_most, hotter);
}

static struct sampling for_plan(const struct family *f)
{
    struct sampling s = {.temperature = plan_temperature, .top_p = plan_top_p, .min_p = NAN, .top_k = -1};
    if (f->plans_too) {
        s.temperature = f->temperature;
        s.top_p = f->top_p;
        s.min_p = f->min_p;
        s.top_k = f->top_k;
    }
    s.repetition_penalty = s.presence_penalty = s.frequency_penalty = NAN;
    s.dry_multiplier = s.dry_base = NAN;
    s.xtc_probability = s.xtc_threshold = NAN;
    return s;
}

static struct sampling for_prose(const struct sampling *given, const struct family *f, const struct sampling_ask *ask)
{
    struct sampling s = *given;
    fill(&s.temperature, f->temperature);
    fill(&s.top_p, f->top_p);
    fill(&s.min_p, f->min_p);
    if (s.top_k < 0) s.top_k = f->top_k;
    fill_repeat(&s, f, ask->dry);
    if (ask->copying && ask->refused > 1) against_copying(&s, given, ask->dry);
    return s;
}

struct sampling sampling_choose(const struct spec *spec, const struct sampling_ask *ask)
{
    const struct family *f = family_of(ask->model);
    bool plan = ask->use == SAMPLING_PLAN;
    struct sampling s = plan ? for_plan(f) : for_prose(&spec->sampling, f, ask);
    heat(&s, ask->refused);
    return s;
}
