// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Text made fit for strangers: what tells who and where somebody is, and what they write, goes.
#ifndef APP_REDACT_H
#define APP_REDACT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct redact {
    char *user, *user_home; // NULL: not known
    char **secrets;         // keys, hosts, titles: each becomes "…"
    size_t count, cap;
};

void redact_init(struct redact *r); // the user's name and folder are those of this process
void redact_release(struct redact *r);
// Texts shorter than four bytes are no secret that could be found again. NULL is fine.
void redact_secret(struct redact *r, const char *text);
// The host of a URL, or of HOST:PORT, unless it is this machine.
void redact_host(struct redact *r, const char *url);

// A folder, unless it is within the user's own, which is told by "~": a path with blanks has no end of its own.
void redact_folder(struct redact *r, const char *path);

// Appends the text: secrets are "…", the user's folder is "~", their name "USER", hosts of URLs that are not this machine
// "HOST", other paths than those of every system "/…", the words in the names of books' folders and chapters "…".
// `quotes`: what stands in quotation marks goes too.
void redact_add(struct buf *out, const struct redact *r, const char *text, bool quotes);

#endif
