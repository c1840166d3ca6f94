// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The chat template of the simulated models, as text:
//
//   <|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n⟨reopen⟩
//
// `reopen` ("" for none) is what stands before an answer that is to be written and is left out of past ones.
#ifndef SIM_CHATML_H
#define SIM_CHATML_H

#include "base/buf.h"

#include <jansson.h>

#include <stdbool.h>

// An empty block of thought, as templates of thinking models write it when thinking is off.
extern const char chatml_thought[];

// A trailing assistant message is left open if `open_last`.
void chatml_write(const json_t *messages, const char *reopen, bool open_last, struct buf *out);
// The messages of such a text, the last one being the beginning of an answer if there is any; NULL: it is another text.
json_t *chatml_read(const char *text);

#endif
