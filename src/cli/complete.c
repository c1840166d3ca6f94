// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Words for a place: see complete.h. Reading the home must not make one, and must not complain.
#include "cli/complete.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app/home.h"
#include "app/observer.h"
#include "base/mem.h"
#include "cli/command.h"
#include "cli/settings.h"
#include "model/keys.h"
#include "model/language.h"
#include "text/embedded.h"
#include "text/utf8.h"

static const struct {
    const char *value; // a part of the usage
    struct complete_place place;
} complete_places[] = {
    {"KEY=VALUE", {COMPLETE_KEYS_SET, NULL}},
    {"URL|NAME", {COMPLETE_BACKENDS, NULL}},
    {"WHEN", {COMPLETE_WORDS, "auto always never"}},
    {"FORMAT", {COMPLETE_LIST, "md txt html epub docx archive"}},
    {"STATE", {COMPLETE_LIST, "queued planning approval writing waiting paused done cancelled"}},
    {"PLACE", {COMPLETE_WORDS, "start now"}},
    {"keep|take", {COMPLETE_WORDS, "keep take"}},
    {"COLUMN", {COMPLETE_WORDS, "id state progress touched words"}},
    {"TAG", {COMPLETE_LANGUAGES, NULL}},
    {"KIND", {COMPLETE_WORDS, "novel story textbook report"}},
    {"bash|zsh|fish", {COMPLETE_WORDS, "bash zsh fish"}},
    {"COMMAND", {COMPLETE_COMMANDS, NULL}},
    {"KEY | set", {COMPLETE_KEYS_OR, "set unset"}},
    {"KEY", {COMPLETE_KEYS, NULL}},
    {"ID", {COMPLETE_JOBS, NULL}},
    {"SPEC", {COMPLETE_FILES, NULL}},
    {"FILE", {COMPLETE_FILES, NULL}},
    {"DIR", {COMPLETE_FILES, NULL}},
};

struct complete_place complete_place(const char *value)
{
    for (size_t i = 0; value != NULL && i < ARRAY_LEN(complete_places); i++)
        if (strstr(value, complete_places[i].value) != NULL) return complete_places[i].place;
    return (struct complete_place){COMPLETE_NOTHING, NULL};
}

struct complete_list {
    struct buf *out;
    const char *prefix;
};

static void complete_word(const struct complete_list *l, const char *word, const char *what)
{
    if (strncmp(word, l->prefix, strlen(l->prefix)) != 0) return;
    buf_addf(l->out, "%s\t", word);
    utf8_terminal(l->out, what, strlen(what), true);
    buf_addc(l->out, '\n');
}

// Each behind the first `lead` bytes of what was typed.
static void complete_words(const struct complete_list *l, size_t lead, const char *words)
{
    while (*words != '\0') {
        size_t len = strcspn(words, " ");
        char *word = mem_printf("%.*s%.*s", (int)lead, l->prefix, (int)len, words);
        complete_word(l, word, "");
        free(word);
        words += len + (words[len] == ' ');
    }
}

static size_t complete_list_lead(const char *prefix)
{
    const char *comma = strrchr(prefix, ',');
    return comma != NULL ? (size_t)(comma - prefix) + 1 : 0;
}

static void complete_commands(const struct complete_list *l)
{
    for (size_t i = 0; commands[i] != NULL; i++)
        if (commands[i]->raw == NULL) complete_word(l, commands[i]->name, commands[i]->summary);
}

static void complete_keys(const struct complete_list *l, const char *behind)
{
    for (size_t i = 0; i < config_keys.count; i++) {
        const struct key *k = &config_keys.keys[i];
        char *word = mem_printf("%s%s", k->path, behind);
        if (k->type != KEY_IGNORED) complete_word(l, word, k->help);
        free(word);
    }
}

static void complete_languages(const struct complete_list *l)
{
    for (size_t i = 0; embedded_languages[i].name != NULL; i++) {
        char *tag = mem_strndup(embedded_languages[i].name, strcspn(embedded_languages[i].name, "."));
        complete_word(l, tag, language_title(language_get(tag)));
        free(tag);
    }
}

// Only a path and what its config says, as far as it is good.
static void complete_home(struct home *h)
{
    struct err ignored = ERR_INIT;

    if (!home_locate(h, settings.home, &ignored)) h->path[0] = '\0';
    (void)home_configure(h, &ignored);
}

static void complete_backends(const struct complete_list *l)
{
    struct home h;

    complete_home(&h);
    complete_word(l, "auto", "what answers on the usual local ports");
    complete_word(l, "sim", "the built-in simulator");
    for (size_t i = 0; i < h.config.backends_count; i++)
        complete_word(l, h.config.backends[i].name, h.config.backends[i].url != NULL ? h.config.backends[i].url : "");
    home_release(&h);
}

static bool complete_on_job(void *arg, const struct job *j)
{
    char id[24];

    (void)snprintf(id, sizeof id, "%" PRId64, j->id);
    complete_word(arg, id, j->title[0] != '\0' ? j->title : j->slug);
    complete_word(arg, j->slug, job_state_name(j->state));
    return true;
}

static void complete_jobs(struct complete_list *l)
{
    struct err ignored = ERR_INIT;
    struct observer o;
    struct home h;

    complete_home(&h);
    if (h.path[0] != '\0' && observer_open_once(&o, h.path, &ignored)) {
        if (o.store != NULL) (void)store_jobs_each(o.store, complete_on_job, l, &ignored);
        observer_release(&o);
    }
    home_release(&h);
}

void complete_add(struct buf *out, const struct complete_place *p, const char *prefix)
{
    struct complete_list l = {out, prefix};

    switch (p->kind) {
    case COMPLETE_NOTHING:
        break;
    case COMPLETE_COMMANDS:
        complete_commands(&l);
        break;
    case COMPLETE_JOBS:
        complete_jobs(&l);
        break;
    case COMPLETE_BACKENDS:
        complete_backends(&l);
        break;
    case COMPLETE_KEYS:
        complete_keys(&l, "");
        break;
    case COMPLETE_KEYS_OR:
        complete_words(&l, 0, p->words);
        complete_keys(&l, "");
        break;
    case COMPLETE_KEYS_SET:
        complete_keys(&l, "=");
        break;
    case COMPLETE_LANGUAGES:
        complete_languages(&l);
        break;
    case COMPLETE_FILES:
        buf_adds(out, ":files\n");
        break;
    case COMPLETE_WORDS:
        complete_words(&l, 0, p->words);
        break;
    case COMPLETE_LIST:
        complete_words(&l, complete_list_lead(prefix), p->words);
        break;
    }
}
