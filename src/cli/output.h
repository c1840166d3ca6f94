// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// stdout is the product: what was written to it must have arrived, which only its flush and close can tell. A reader
// that went away (`| head`) is no error worth a message.
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "io/json.h"

void output_open(void); // first of all: descriptors 0 to 2 exist, SIGPIPE and SIGXFSZ are ignored
void output_text(const char *text, size_t len);
void output_flush(void);
bool output_is_broken(void);                           // nobody reads, or the disk is full: no use to go on
void output_json(const struct json *v, bool one_line); // and a newline; flushed
void output_drop(void);                                // the terminal is gone: what follows goes nowhere
// Flushes and closes. The exit code is `code`, or 4 after a message if output was lost.
int output_close(int code);

#endif
