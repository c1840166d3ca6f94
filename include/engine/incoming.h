// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Books on their way in: home/incoming/KEY holds what was unpacked from an archive and found to be good, until the
// engine has taken the message "import" that names it.
//
//     rows.jsonl      the rows (store/transfer.h)
//     files/…         chapters and books that their owner has edited
//
// The message: {"stage": KEY, "uuid": the book's, "out": absolute path of the directory in which books/ is made, "detached": bool}, and as
// it is wished for "backend", "model", "deadline_ms" (as for a resume) and "fallback".
#ifndef ENGINE_INCOMING_H
#define ENGINE_INCOMING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "store/transfer.h"

enum { INCOMING_KEY_SIZE = 64, INCOMING_PATH_SIZE = 1024 };
#define INCOMING_DIR   "incoming"
#define INCOMING_ROWS  "rows.jsonl"
#define INCOMING_FILES "files"

// A key is digits, hex letters and '-': it names nothing outside the folder.
bool incoming_key_is_good(const char *key);
bool incoming_path(char out[INCOMING_PATH_SIZE], const char *home, const char *key, const char *name, struct err *e);
// The folders of a stage. What cannot be removed now is swept later.
bool incoming_make(const char *home, const char *key, struct err *e);
void incoming_remove(const char *home, const char *key);
// Removes what crashes have left: the stages of processes that are gone, unless a message still speaks of one.
void incoming_sweep(const char *home);
// Reads the rows in `path` into the store, within the transaction that its caller has begun, templates included; all of
// them are checked. ERR_USAGE: they are not as they must be.
bool incoming_insert(struct store *s, const char *path, const struct transfer_place *place,
                     struct transfer_summary *out, struct err *e);
// Whether a file of the book's folder may be one that its owner has edited: "chapters/NAME.md", "book.EXT".
bool incoming_is_page(const char *name);

#endif
