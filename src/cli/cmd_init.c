// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen init: a spec to begin with. It is a whole one that can be submitted as it is; every other key stands in it
// as a comment, with what it does, from the table of keys.
#include "cli/command.h"

#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/exit.h"
#include "cli/options.h"
#include "cli/output.h"
#include "model/keys.h"
#include "model/spec.h"
#include "text/typo.h"

static struct {
    const char *file;
} init_options;

static const struct option init_own[] = {
    {"output", 'o', OPTION_TEXT, &init_options.file, "FILE", 0, 0, "where it is written (KIND.json); - is stdout"},
    {NULL, 0, OPTION_FLAG, NULL, NULL, 0, 0, NULL},
};

static const struct init_kind {
    const char *name, *words, *premise;
} init_kinds[] = {
    {"novel", "80000",
     "A surveyor is sent to draw the border between two valleys that have not spoken for forty years, and finds that "
     "both sides have been moving the stones at night."},
    {"story", "5000",
     "The night ferry has one passenger too many on its list, and the purser, who has counted people all her life, "
     "goes to find out who it is."},
    {"textbook", "40000",
     "An introduction to beekeeping for people with a small garden: the year of a colony, the hive and its parts, "
     "swarms, diseases, honey."},
    {"report", "12000",
     "How small towns keep their libraries open: staffing, money, buildings, what readers ask for, with examples and "
     "their costs."},
};

// What a key could be, where its default or its least value says too little.
static const struct {
    const char *key, *value;
} init_examples[] = {
    {"title", "\"The Moving Stones\""},
    {"chapters", "24"},
    {"language", "\"en\""},
    {"style", "\"Third person, past tense; dry, exact, fond of weather.\""},
    {"characters", "[{\"name\": \"Ines Marrow\", \"note\": \"the surveyor, forty, keeps her word too literally\"}]"},
    {"outline", "[{\"chapter\": 1, \"title\": \"The First Stone\", \"summary\": \"She arrives in rain.\"}]"},
    {"opening", "[{\"title\": \"The First Stone\", \"text\": \"It had rained since the pass.\"}]"},
    {"notes", "\"Nobody dies.\""},
    {"seed", "7"},
    {"model", "\"qwen3-30b-a3b\""},
    {"backend", "\"auto\""},
    {"fallback", "[\"http://127.0.0.1:11434\"]"},
    {"sampling.temperature", "0.8"},
    {"sampling.top_p", "0.95"},
    {"sampling.min_p", "0.05"},
    {"sampling.top_k", "40"},
    {"sampling.repetition_penalty", "1.05"},
    {"sampling.presence_penalty", "0.5"},
    {"sampling.frequency_penalty", "0"},
    {"sampling.dry_multiplier", "0.8"},
    {"sampling.dry_base", "1.75"},
    {"sampling.dry_allowed_length", "4"},
    {"sampling.xtc_probability", "0"},
    {"sampling.xtc_threshold", "0.1"},
    {"limits.first_token_s", "600"},
    {"limits.stall_s", "60"},
    {"limits.attempts", "6"},
    {"approve_outline", "true"},
    {"export", "[\"md\", \"epub\"]"},
    {"author", "\"Your Name\""},
    {"subtitle", "\"A Novel\""},
    {"series", "\"The Two Valleys\""},
    {"description", "\"What stands on the back of the book.\""},
    {"rights", "\"© 2026 Your Name\""},
    {"cover", "\"cover.jpg\""},
};

static const char *init_example(const struct key *k)
{
    for (size_t i = 0; i < ARRAY_LEN(init_examples); i++)
        if (strcmp(init_examples[i].key, k->path) == 0) return init_examples[i].value;
    return NULL;
}

static void init_optional(const struct key *k, struct buf *out)
{
    const char *example = init_example(k), *dot = strchr(k->path, '.');

    if (example == NULL) return;
    buf_addf(out, "\n  // %s\n", k->help);
    if (dot != NULL)
        buf_addf(out, "  // \"%.*s\": {\"%s\": %s},\n", (int)(dot - k->path), k->path, dot + 1, example);
    else
        buf_addf(out, "  // \"%s\": %s,\n", k->path, example);
}

// The words come last: a comma behind each of the others then always has a key behind it.
static void init_write(const struct init_kind *kind, struct buf *out)
{
    buf_addf(out,
             "{\n  // A book for novelgen. Only the premise and the words are needed. To use a key that stands in a "
             "comment,\n  // take its // away; keys of one group (\"sampling\", \"limits\") go into one pair of "
             "braces.\n  // All about them: man novelgen-spec\n\n  \"kind\": \"%s\",\n\n  // what the book is about: "
             "change this\n  \"premise\": \"%s\",\n",
             kind->name, kind->premise);
    for (size_t i = 0; i < spec_keys.count; i++) {
        const struct key *k = &spec_keys.keys[i];
        if (!k->required && k->type != KEY_IGNORED) init_optional(k, out);
    }
    buf_addf(out, "\n  // how many words to write\n  \"words\": %s\n}\n", kind->words);
}

static const struct init_kind *init_find(const char *name, struct err *e)
{
    const char *names[ARRAY_LEN(init_kinds)];

    for (size_t i = 0; i < ARRAY_LEN(init_kinds); i++) {
        if (strcmp(init_kinds[i].name, name) == 0) return &init_kinds[i];
        names[i] = init_kinds[i].name;
    }
    const char *near = typo_nearest(name, names, ARRAY_LEN(names));
    if (near != NULL)
        err_set(e, ERR_USAGE, "unknown kind '%s'; did you mean '%s'?", name, near);
    else
        err_set(e, ERR_USAGE, "unknown kind '%s', expected novel, story, textbook or report", name);
    return NULL;
}

static int init_put(const char *path, const struct buf *text)
{
    struct err e = ERR_INIT;

    if (strcmp(path, "-") == 0) {
        output_text(text->data, text->len);
        output_flush();
        return EXIT_WHOLE;
    }
    if (file_exists(path)) {
        err_set(&e, ERR_USAGE, "'%s' is there already; give another name with -o FILE", path);
        return exit_fail(&e);
    }
    if (!file_publish(path, text->data, text->len, &e)) return exit_fail(&e);
    log_line(LOG_INFO, "wrote '%s'; change its premise, then: novelgen submit %s", path, path);
    return EXIT_WHOLE;
}

static int init_run(const struct args *a)
{
    struct err e = ERR_INIT;
    const struct init_kind *kind = init_find(a->count > 0 ? a->items[0] : "novel", &e);
    struct buf text;

    if (kind == NULL) return exit_fail(&e);
    char *path = init_options.file != NULL ? mem_strdup(init_options.file) : mem_printf("%s.json", kind->name);
    buf_init(&text, BUF_MAX_PIECE);
    init_write(kind, &text);
    int code = init_put(path, &text);
    buf_release(&text);
    free(path);
    return code;
}

static const struct option *const init_tables[] = {init_own, NULL};

const struct command cmd_init = {
    .name = "init",
    .usage = "[KIND] [OPTION]...",
    .summary = "a spec to begin with",
    .help = "Writes a spec with a premise to change, and every key that there is in a comment with what it does. "
            "KIND is novel (the default), story, textbook or report. A file that is there already is left alone.\n\n"
            "Example: novelgen init story -o ferry.json",
    .tables = init_tables,
    .args_most = 1,
    .run = init_run,
};
