// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The gate: what of an answer is accepted as prose. It only ever narrows: what is accepted is a verbatim byte range.
//
//   answer   [white space, thinking, chat, heading, restated tail | prose … | closer, meta, a cut sentence, white space]
//             ◀───────────────────── skip ──────────────────────▶         ◀────────────── dropped ─────────────────▶
//
// Each rule has a name, which stands in events, in the attempt's row, in tests, and in the table of gate.c that says
// whether it trims or refuses. `gate_rule_text` says it to people.
//
//   trims     thinking  chat  heading  fence  restated   at the head
//             loop  copied  control  meta  closer  cut_sentence  over_length   at the end
//   refuses   empty  no_sentence  too_short  refusal  reasoning  wrong_language  loop  copied  repeats  control  placeholder
//
// loop, copied and control trim when what stands before them is worth keeping, else they refuse. (control also goes from
// the head: a token that a broken template left there.)
#ifndef ENGINE_GATE_H
#define ENGINE_GATE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/gate_rule.h"
#include "model/language.h"
#include "text/shingle.h"

struct gate_in {
    const char *text;
    size_t len;
    bool cut;           // ended by a limit, by the guard, or its stream broke: the last sentence may be half
    const char *before; // the prose right before it, in the same chapter; "" at its start
    size_t before_len;
    int need_words;                  // what this chunk should bring; 0: no bound
    int most_words;                  // longer is cut back to it; 0: no bound
    const struct language *language; // NULL: rules that need one are passed over
    const struct shingles *book;     // of all accepted prose; NULL: passed over
    bool last_of_book;               // a conclusion is welcome
    bool guarded;                    // it was watched for loops and copies as it came, and none was found
    bool head_seen;                  // its first characters were looked at as they came, and are no thinking aloud
    bool markup;                     // headings, lists, fences and tables belong to the text (textbook, report)
};

struct gate_out {
    const char *rule;    // NULL: accepted; else the rule that refused it
    size_t skip, end;    // the accepted range
    const char *glue;    // what stands between `before` and it
    int words;           // of the range
    const char *trimmed; // the last rule that trimmed something, or NULL
    char detail[160];    // what was found, for the event ("the text reads as English"); may be ""
};

void gate_chunk(const struct gate_in *in, struct gate_out *out);

// Whether a text begins with thinking between the marks of some model, and goes on behind them.
bool gate_has_thoughts(const char *text, size_t len);
// Whether the first GATE_THOUGHT_CHARACTERS of an answer are thinking aloud, not story.
enum { GATE_THOUGHT_CHARACTERS = 1600 }; // about sixteen sentences; all of them would take longer than a gate may
bool gate_thinks(const struct language *l, const char *s, size_t len);

// Only what is to go from the head, and loop and copied from the end: for a piece that is to be continued.
void gate_piece(const struct gate_in *in, struct gate_out *out);

// The names of the rules that mean copying, ended by NULL: two such refusals of a task and the conversation begins anew.
const char *const *gate_copying_rules(void);

#endif
