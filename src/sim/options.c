// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// One table of options, with the place that each fills and its help.
#include "sim/options.h"

#include "sim/dialect.h"

#include "base/mem.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum option_type {
    OPTION_INT,
    OPTION_LONG,
    OPTION_SEED,
    OPTION_REAL,
    OPTION_TEXT,
    OPTION_FLAG,
    OPTION_PERCENT,
    OPTION_WINDOW
};

enum { OPTION_WINDOW_MS = 300 };

static const struct option {
    const char *name;
    enum option_type type;
    size_t offset;
    const char *value, *help;
} OPTIONS[] = {
    {"port", OPTION_INT, offsetof(struct sim_options, port), "N", "port on 127.0.0.1; 0, the default, takes any"},
    {"listen-fd", OPTION_INT, offsetof(struct sim_options, listen_fd), "N", "a socket that listens already"},
    {"seed", OPTION_SEED, offsetof(struct sim_options, habits.seed), "N", "what the prose is a function of (1)"},
    {"rate", OPTION_REAL, offsetof(struct sim_options, tokens_per_s), "TOKENS_PER_S", "0, the default, is flat out"},
    {"prefill-rate", OPTION_REAL, offsetof(struct sim_options, prefill_chars_per_s), "CHARS_PER_S",
     "0, the default, is at once"},
    {"cap", OPTION_LONG, offsetof(struct sim_options, cap_tokens), "N", "end each answer after N tokens: length"},
    {"ignore-limit", OPTION_FLAG, offsetof(struct sim_options, ignore_limit), NULL,
     "answers do not end at the limit that the request sets"},
    {"stop-early", OPTION_LONG, offsetof(struct sim_options, habits.stop_early_tokens), "N",
     "end prose at the first sentence end after N tokens: stop"},
    {"ctx", OPTION_LONG, offsetof(struct sim_options, ctx_tokens), "N", "context size in tokens (32768)"},
    {"length-ratio", OPTION_REAL, offsetof(struct sim_options, habits.length_ratio), "F",
     "words delivered for each word asked (1)"},
    {"no-prefill", OPTION_FLAG, offsetof(struct sim_options, habits.no_prefill), NULL,
     "a trailing assistant message is not continued; alone it means --dialect openai"},
    {"no-slots", OPTION_FLAG, offsetof(struct sim_options, no_slots), NULL,
     "no /slots: it cannot be asked if it is idle"},
    {"restate", OPTION_FLAG, offsetof(struct sim_options, habits.restate), NULL,
     "with --no-prefill: repeat the last sentence before going on after a quote"},
    {"ignore-length", OPTION_LONG, offsetof(struct sim_options, habits.ignore_length), "N",
     "prose has about N words whatever is asked"},
    {"no-json", OPTION_FLAG, offsetof(struct sim_options, habits.no_json), NULL, "plans are lines, never JSON"},
    {"plan-prose", OPTION_FLAG, offsetof(struct sim_options, habits.plan_prose), NULL,
     "plans are chat without the form that was asked for"},
    {"heading", OPTION_FLAG, offsetof(struct sim_options, habits.heading), NULL, "prose opens with a heading"},
    {"chat", OPTION_FLAG, offsetof(struct sim_options, habits.chat), NULL, "prose is announced and followed by chat"},
    {"close-early", OPTION_FLAG, offsetof(struct sim_options, habits.close_early), NULL,
     "prose that does not end the book closes with a moral"},
    {"run-on", OPTION_FLAG, offsetof(struct sim_options, habits.run_on), NULL,
     "prose that is asked for in front of text that stands ends with the first words of that text"},
    {"copy", OPTION_FLAG, offsetof(struct sim_options, habits.copy), NULL,
     "prose repeats earlier answers of its conversation, more with each of them"},
    {"loop", OPTION_PERCENT, offsetof(struct sim_options, habits.loop_percent), "PERCENT",
     "of prose falls into a loop"},
    {"circle", OPTION_PERCENT, offsetof(struct sim_options, habits.circle_percent), "PERCENT",
     "of prose is analysis without end"},
    {"refuse", OPTION_PERCENT, offsetof(struct sim_options, habits.refuse_percent), "PERCENT",
     "of answers are refusals"},
    {"think", OPTION_FLAG, offsetof(struct sim_options, habits.think), NULL,
     "answers open with a <think> block, sometimes one that is not closed"},
    {"wrong-language", OPTION_PERCENT, offsetof(struct sim_options, habits.wrong_language_percent), "PERCENT",
     "of prose is in the other of the two languages"},
    {"control", OPTION_FLAG, offsetof(struct sim_options, habits.control), NULL, "answers end with <|im_end|>"},
    {"reason", OPTION_FLAG, offsetof(struct sim_options, habits.reason), NULL,
     "answers are thought about in the field for reasoning, unless the request switches that off"},
    {"same-seed-differs", OPTION_FLAG, offsetof(struct sim_options, habits.seedless), NULL,
     "the seed of a test of the server is ignored"},
    {"dialect", OPTION_TEXT, offsetof(struct sim_options, dialect), "NAME",
     "llamacpp, openai, ollama, vllm, mlx, lmstudio, koboldcpp, sglang"},
    {"cached-tokens", OPTION_FLAG, offsetof(struct sim_options, tells_cached), NULL,
     "vllm, sglang: usage tells how much of the prompt was cached"},
    {"rerender", OPTION_FLAG, offsetof(struct sim_options, rerender), NULL,
     "the chat template writes past answers otherwise than new ones"},
    {"refuse-param", OPTION_TEXT, offsetof(struct sim_options, refuse_params), "A,B",
     "fields of a request that are refused: 400"},
    {"ctx-most", OPTION_LONG, offsetof(struct sim_options, ctx_most_tokens), "N",
     "context that the model can be loaded with (as --ctx)"},
    {"models", OPTION_TEXT, offsetof(struct sim_options, models), "A,B",
     "all models; the first is loaded, another one when a request names it"},
    {"load-ms", OPTION_LONG, offsetof(struct sim_options, load_ms), "N", "what it takes to load one (0)"},
    {"model", OPTION_TEXT, offsetof(struct sim_options, model), "NAME", "the model's name"},
    {"fatal-overlap", OPTION_WINDOW, offsetof(struct sim_options, fatal_window_ms), NULL,
     "die (134) if a request overlaps another or comes within =MS (300) of a disconnect"},
    {"wedge", OPTION_LONG, offsetof(struct sim_options, wedge_after), "N",
     "after N generations the decoder hangs for good, while pings go on"},
    {"wedge-slots", OPTION_FLAG, offsetof(struct sim_options, wedge_slots), NULL,
     "with --wedge: routes that tell whether it is busy hang too"},
    {"overflow", OPTION_TEXT, offsetof(struct sim_options, overflow), "NAME",
     "whose words are used if a prompt does not fit: ik, vllm-old…, see sim/overflow.c"},
    {"script", OPTION_TEXT, offsetof(struct sim_options, script_path), "FILE",
     "a fault script: JSON, see sim/script.h"},
};

static const struct option *find(const char *name, size_t len)
{
    for (size_t i = 0; i < ARRAY_LEN(OPTIONS); i++)
        if (strlen(OPTIONS[i].name) == len && memcmp(OPTIONS[i].name, name, len) == 0) return &OPTIONS[i];
    return NULL;
}

static bool fill_number(const struct option *opt, void *place, const char *text, struct err *e)
{
    char *end = NULL;
    errno = 0;
    double real = strtod(text, &end);
    bool whole = opt->type != OPTION_REAL;
    if (end == text || *end || errno || !(real >= 0) || real > 1e12)
        return err_set(e, ERR_USAGE, "--%s needs a number of at least 0, not '%s'", opt->name, text);
    if (whole && (real != (double)(int64_t)real || (opt->type == OPTION_INT && real > 65535)))
        return err_set(e, ERR_USAGE, "--%s cannot be '%s'", opt->name, text);
    if (opt->type == OPTION_PERCENT && real > 100)
        return err_set(e, ERR_USAGE, "--%s needs a number from 0 to 100, not '%s'", opt->name, text);
    if (opt->type == OPTION_REAL) *(double *)place = real;
    if (opt->type == OPTION_INT) *(int *)place = (int)real;
    if (opt->type == OPTION_LONG || opt->type == OPTION_PERCENT || opt->type == OPTION_WINDOW)
        *(long *)place = (long)real;
    if (opt->type == OPTION_SEED) *(uint64_t *)place = (uint64_t)real;
    return true;
}

static bool fill(const struct option *opt, struct sim_options *o, const char *value, struct err *e)
{
    void *place = (char *)o + opt->offset;
    switch (opt->type) {
    case OPTION_FLAG:
        *(bool *)place = true;
        return true;
    case OPTION_TEXT:
        *(const char **)place = value;
        return true;
    case OPTION_WINDOW:
        *(long *)place = OPTION_WINDOW_MS;
        if (!value) return true;
        break;
    case OPTION_INT:
    case OPTION_LONG:
    case OPTION_SEED:
    case OPTION_REAL:
    case OPTION_PERCENT:
        break;
    }
    return fill_number(opt, place, value, e);
}

// What follows from several of them.
static bool settle(struct sim_options *o, struct err *e)
{
    if (!o->dialect) o->dialect = o->habits.no_prefill ? "openai" : "llamacpp";
    const struct dialect *d = dialect_find(o->dialect);
    if (!d) return err_set(e, ERR_USAGE, "--dialect cannot be '%s'; see --help", o->dialect);
    if (d->no_prefill) o->habits.no_prefill = true;
    if (o->models) o->model = mem_strndup(o->models, strcspn(o->models, ","));
    if (o->ctx_most_tokens && o->ctx_most_tokens < o->ctx_tokens)
        return err_set(e, ERR_USAGE, "--ctx-most is below --ctx");
    return true;
}

bool options_parse(struct sim_options *o, int argc, char **argv, bool *help, struct err *e)
{
    *o = (struct sim_options){
        .listen_fd = -1, .fatal_window_ms = -1, .wedge_after = -1, .ctx_tokens = 32768, .model = "novelgen-sim"};
    o->habits = (struct habits){.seed = 1, .length_ratio = 1};
    for (int i = 1; i < argc; i++) {
        const char *arg = argv[i], *name = strncmp(arg, "--", 2) == 0 ? arg + 2 : "";
        size_t len = strcspn(name, "=");
        const struct option *opt = find(name, len);
        if ((*help = strcmp(arg, "--help") == 0)) return true;
        if (!opt) return err_set(e, ERR_USAGE, "unknown argument '%s'; see --help", arg);
        const char *value = name[len] ? name + len + 1 : NULL;
        if (!value && opt->value && i + 1 < argc) value = argv[++i];
        if (opt->type != OPTION_FLAG && opt->type != OPTION_WINDOW && !value)
            return err_set(e, ERR_USAGE, "--%s needs a value", opt->name);
        if (opt->type == OPTION_FLAG && value) return err_set(e, ERR_USAGE, "--%s takes no value", opt->name);
        if (!fill(opt, o, value, e)) return false;
    }
    return settle(o, e);
}

void options_help(FILE *out)
{
    (void)fputs(
        "usage: novelgen-sim [OPTION]...\n\nA language-model server that writes the same book again and again.\n\n",
        out);
    for (size_t i = 0; i < ARRAY_LEN(OPTIONS); i++) {
        const struct option *o = &OPTIONS[i];
        int used = fprintf(out, "  --%s %s", o->name, o->value ? o->value : "");
        (void)fprintf(out, "%*s%s\n", used < 30 ? 30 - used : 1, "", o->help);
    }
    (void)fputs("  --help                      this text\n", out);
}
