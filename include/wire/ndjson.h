// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// NDJSON: one JSON text a line, ended by LF or CR LF; empty lines are passed over; a last line without its newline is
// one too. Bytes in, lines out, for any split of the bytes. What a line holds is the caller's to judge.
#ifndef WIRE_NDJSON_H
#define WIRE_NDJSON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum { NDJSON_LINE_MAX = 8 * 1024 * 1024 }; // Ollama's last line may hold a "context" array

struct ndjson_events {
    bool (*line)(void *arg, const char *data, size_t len); // false stops the decoder
};

struct ndjson {
    const struct ndjson_events *events;
    void *arg;
    struct buf line;
    bool at_start, stopped;
};

void ndjson_init(struct ndjson *d, const struct ndjson_events *events, void *arg);
void ndjson_release(struct ndjson *d);
bool ndjson_feed(struct ndjson *d, const char *bytes, size_t len); // false: a line outgrew its ceiling
bool ndjson_end(struct ndjson *d);                                 // the stream ended: gives out an unfinished line

#endif
