// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The two pieces of an answer that was broken off and continued, as one text.
#ifndef ENGINE_GATE_JOIN_H
#define ENGINE_GATE_JOIN_H

#include <stdbool.h>

#include "base/buf.h"
#include "model/language.h"

// As join_pieces. A model that thinks or talks ("Sure! Here is the rest:") before it goes on does so in front of `next`:
// that is left out here, because in the middle of the whole it would be taken for prose, or what it follows for thoughts.
// So are headings, unless they belong to the text (`markup`). `l` NULL: only thoughts are.
void gate_join(struct buf *out, const struct buf *before, const struct buf *next, const struct language *l,
               bool markup);

#endif
