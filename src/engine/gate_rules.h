// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the parts of the gate share: the rules by number, the work on one answer, and views of text for patterns.
#ifndef ENGINE_GATE_RULES_H
#define ENGINE_GATE_RULES_H

#include "base/buf.h"
#include "engine/gate.h"

// In the order of the drawing in gate.h; the table in gate.c says the rest.
enum gate_rule {
    GATE_THINKING,
    GATE_CHAT,
    GATE_HEADING,
    GATE_FENCE,
    GATE_RESTATED,
    GATE_LOOP,
    GATE_COPIED,
    GATE_CONTROL,
    GATE_META,
    GATE_CLOSER,
    GATE_CUT_SENTENCE,
    GATE_OVER_LENGTH,
    GATE_EMPTY,
    GATE_NO_SENTENCE,
    GATE_TOO_SHORT,
    GATE_REFUSAL,
    GATE_REASONING,
    GATE_WRONG_LANGUAGE,
    GATE_REPEATS,
    GATE_PLACEHOLDER,
    GATE_RULES
};

struct gate_work {
    const struct gate_in *in;
    struct gate_out *out; // skip and end are where the rules so far have put them
    size_t answer;        // where it begins: behind thinking and control tokens
    bool cut;             // a rule has cut the text, in the middle of a sentence perhaps
};

// ---- gate.c
// Notes that a rule trimmed s[0..len), which is quoted in the detail.
void gate_note(struct gate_work *w, enum gate_rule rule, const char *s, size_t len);
// Sets the rule that refuses, and what was found. Always return false.
bool gate_refuse(struct gate_work *w, enum gate_rule rule);
bool gate_refuse_quote(struct gate_work *w, enum gate_rule rule, const char *s, size_t len);
bool gate_refuse_detail(struct gate_work *w, enum gate_rule rule, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

// ---- The head: each returns how many bytes of s go, 0 if none.
bool gate_head(struct gate_work *w); // moves `skip`; false: refused
// Of one line that is no story: talk, a heading, a fence, and the rule that says so.
size_t gate_no_story(const struct gate_in *in, const char *s, size_t len, enum gate_rule *rule);
size_t gate_heading(const struct gate_in *in, const char *s, size_t len);
size_t gate_chat(const struct gate_in *in, const char *s, size_t len);
size_t gate_fence(const char *s, size_t len); // an opening line of ```
enum gate_thought { GATE_NO_THOUGHT, GATE_THOUGHT, GATE_ONLY_THOUGHT };
enum gate_thought gate_thinking(const char *s, size_t len, size_t *behind);

// ---- The end
bool gate_repetition(struct gate_work *w);                               // loop and copied; false: refused
bool gate_end(struct gate_work *w);                                      // all of it; false: refused
size_t gate_meta(const struct gate_in *in, const char *s, size_t len);   // the length without talk at the end
size_t gate_closer(const struct gate_in *in, const char *s, size_t len); // the length without a conclusion

// ---- Control tokens and characters
size_t gate_token_head(const char *s, size_t len); // bytes of tokens (and the role behind them) at the start
size_t gate_token_find(const char *s, size_t len, bool *last); // where the first one is, or len; whether it ends s
size_t gate_control_count(const char *s, size_t len);          // characters that are no text

// ---- Refusing
bool gate_judge_answer(struct gate_work *w); // refusals and thinking aloud, of the untrimmed answer
bool gate_judge_prose(struct gate_work *w);  // what the accepted range must be

// ---- Text
size_t gate_blanks(const char *s, size_t len);                   // white space at the start
size_t gate_trim(const char *s, size_t len);                     // the length without white space at the end
size_t gate_line(const char *s, size_t len);                     // of the first line, without the newline
size_t gate_first(const char *s, size_t len, size_t characters); // bytes of the first so many characters
size_t gate_last(const char *s, size_t len, size_t characters);  // where the last so many begin
// A line without the marks around it: emphasis, brackets, dashes, white space. Moves *s, returns the length.
size_t gate_bare(const char **s, size_t len);
// Whether a pattern of the kind matches s[0..len), its speech and the marks around it taken off.
// False without a language.
bool gate_matches(const struct language *l, enum language_pattern kind, const char *s, size_t len);
// The same for the first so many characters of what is left without speech.
bool gate_matches_head(const struct language *l, enum language_pattern kind, const char *s, size_t len,
                       size_t characters);

#endif
