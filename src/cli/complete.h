// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What may stand at a place of the command line: from the tables of commands, options and keys, and from the home.
#ifndef CLI_COMPLETE_H
#define CLI_COMPLETE_H

#include "base/buf.h"

enum complete_kind {
    COMPLETE_NOTHING,
    COMPLETE_COMMANDS,
    COMPLETE_JOBS, // ids and slugs
    COMPLETE_BACKENDS,
    COMPLETE_KEYS,
    COMPLETE_KEYS_OR,  // a key, or one of `words`
    COMPLETE_KEYS_SET, // "KEY="
    COMPLETE_LANGUAGES,
    COMPLETE_FILES, // left to the shell
    COMPLETE_WORDS, // `words`, separated by blanks
    COMPLETE_LIST   // several of them, with commas
};

struct complete_place {
    enum complete_kind kind;
    const char *words;
};

// Of an option's value or a command's argument, by the name that its usage has for it ("DIR", "URL|NAME", "[ID]").
struct complete_place complete_place(const char *value);
// Appends the words that begin with `prefix`, one a line, a tab and what they are behind each.
void complete_add(struct buf *out, const struct complete_place *p, const char *prefix);

#endif
