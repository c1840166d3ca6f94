// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What a chunk's request says. Which card of the chapter it shows follows from how much of the chapter stands, so that a
// model that writes little stays with a card until it is told. No two requests of a chapter are alike: card, next event,
// manner and ending differ, because a conversation of like requests makes models repeat their answers.
#ifndef ENGINE_CHUNK_TURN_H
#define ENGINE_CHUNK_TURN_H

#include "engine/prompt.h"

bool chunk_turn(struct buf *out, const struct desk *d, const struct step *s, const struct carried *c, struct err *e);
// The prose right before and right behind chunk `seq`, in its chapter, if there is any; they initialise `out`, which is to
// be released in any case.
bool chunk_before(struct buf *out, const struct desk *d, int chapter, int seq, struct err *e);
bool chunk_behind(struct buf *out, const struct desk *d, int chapter, int seq, struct err *e);

#endif
