// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The keys of a spec. docs/spec.schema.json says the same to editors, and tests/e2e/test_schema.py compares the two.
#include "spec_parts.h"

#include "base/mem.h"

#include <math.h>

#define AT(field) .offset = offsetof(struct spec, field)

enum { ATTEMPTS_DEFAULT = 6, DAY_S = 86400 };

static const struct key keys[] = {
    {"$schema", KEY_IGNORED, .help = "where editors find the schema of this file; ignored"},
    {"kind", KEY_OWN, .read = kind_read, .write = kind_write,
     .help = "what to write: novel (the default), story, textbook or report; or a folder of your own templates, "
             "such as ./my-templates"},
    {"title", KEY_LINE, AT(title), .most = 300, .help = "title of the book; left out, the model finds one"},
    {"premise", KEY_TEXT, AT(premise), .most = 100000, .required = true,
     .help = "what the book is about, in a few sentences"},
    {"words", KEY_INT64, AT(words), .least = 100, .most = 5000000, .required = true,
     .help = "how many words to write"},
    {"chapters", KEY_INT, AT(chapters), .least = 1, .most = SPEC_CHAPTERS_MAX,
     .help = "how many chapters; left out, about one for 3000 words"},
    {"language", KEY_LINE, AT(language), .most = 64, .otherwise_text = "en", .check = language_check,
     .help = "language of the book by its short tag, such as en, pl or de"},
    {"style", KEY_TEXT, AT(style), .most = 20000, .help = "how it is told: voice, tense, point of view, models"},
    {"characters", KEY_OWN, .most = 64, .read = characters_read, .write = characters_write,
     .help = "people of the story, each with a name and a note"},
    {"outline", KEY_OWN, .most = SPEC_CHAPTERS_MAX, .read = spec_outline_read, .write = spec_outline_write,
     .help = "chapters as you want them, all or some; the model plans the others"},
    {"opening", KEY_OWN, .most = SPEC_CHAPTERS_MAX, .read = opening_read, .write = opening_write,
     .help = "first chapters that are written already; the book goes on behind them"},
    {"notes", KEY_TEXT, AT(notes), .most = 20000, .help = "anything else that the model must know"},
    {"seed", KEY_INT64, AT(seed), .least = 0, .most = 9007199254740991.0, .otherwise = -1,
     .help = "start of all random choices; left out, a new one is drawn"},
    {"model", KEY_LINE, AT(model), .most = 300, .help = "name of the model; left out, what the backend has loaded"},
    {"backend", KEY_LINE, AT(backend), .most = 1000, .check = backend_check,
     .help = "auto, sim, the name of a configured backend, or a plain http(s) URL"},
    {"fallback", KEY_OWN, .most = FALLBACKS_MAX, .read = fallback_of_spec_read, .write = fallback_of_spec_write,
     .help = "where to go on when the backend is down, in this order: names of configured backends, or plain http(s) "
             "URLs"},
    {"sampling.temperature", KEY_REAL, AT(sampling.temperature), .least = 0, .most = 5, .otherwise = NAN,
     .help = "how freely words are drawn"},
    {"sampling.top_p", KEY_REAL, AT(sampling.top_p), .least = 0, .most = 1, .otherwise = NAN,
     .help = "draw from the likeliest tokens that sum up to this"},
    {"sampling.min_p", KEY_REAL, AT(sampling.min_p), .least = 0, .most = 1, .otherwise = NAN,
     .help = "drop tokens less likely than this part of the likeliest"},
    {"sampling.top_k", KEY_INT, AT(sampling.top_k), .least = 0, .most = 100000, .otherwise = -1,
     .help = "draw from this many likeliest tokens; 0 is all"},
    {"sampling.repetition_penalty", KEY_REAL, AT(sampling.repetition_penalty), .least = 0.5, .most = 2,
     .otherwise = NAN, .help = "divide the weight of repeated tokens; 1 is off"},
    {"sampling.presence_penalty", KEY_REAL, AT(sampling.presence_penalty), .least = -2, .most = 2, .otherwise = NAN,
     .help = "subtract once from tokens that have occurred; 0 is off"},
    {"sampling.frequency_penalty", KEY_REAL, AT(sampling.frequency_penalty), .least = -2, .most = 2, .otherwise = NAN,
     .help = "subtract for each time that a token has occurred; 0 is off"},
    {"sampling.dry_multiplier", KEY_REAL, AT(sampling.dry_multiplier), .least = 0, .most = 5, .otherwise = NAN,
     .help = "DRY, against verbatim repeats: how strong; 0 is off"},
    {"sampling.dry_base", KEY_REAL, AT(sampling.dry_base), .least = 1, .most = 10, .otherwise = NAN,
     .help = "DRY: how fast it grows with the length of the repeat"},
    {"sampling.dry_allowed_length", KEY_INT, AT(sampling.dry_length), .least = 1, .most = 1000,
     .help = "DRY: how many tokens may be repeated freely"},
    {"sampling.xtc_probability", KEY_REAL, AT(sampling.xtc_probability), .least = 0, .most = 1, .otherwise = NAN,
     .help = "XTC, against the obvious: how often the likeliest tokens are left out; 0 is off"},
    {"sampling.xtc_threshold", KEY_REAL, AT(sampling.xtc_threshold), .least = 0, .most = 1, .otherwise = NAN,
     .help = "XTC: from which probability on a token counts as likely; above 0.5 none is left out"},
    {"limits.first_token_s", KEY_INT, AT(first_token_s), .least = 1, .most = DAY_S,
     .help = "longest wait in seconds for the first token of an answer"},
    {"limits.stall_s", KEY_INT, AT(stall_s), .least = 1, .most = DAY_S,
     .help = "longest silence in seconds within an answer"},
    {"limits.attempts", KEY_INT, AT(attempts), .least = 1, .most = 100, .otherwise = ATTEMPTS_DEFAULT,
     .help = "how often a piece of text is tried before it becomes a gap"},
    {"export", KEY_OWN, .read = formats_read, .write = formats_write,
     .help = "formats of the finished book: md (the default), txt, html, epub, docx, archive"},
    {"approve_outline", KEY_OWN, .read = approve_read, .write = approve_write,
     .help = "true: nothing is written before you have seen the outline and approved of it"},
    {"author", KEY_LINE, AT(author), .most = 300, .help = "author, for the title page"},
    {"subtitle", KEY_LINE, AT(subtitle), .most = 300, .help = "subtitle, for the title page"},
    {"series", KEY_LINE, AT(series), .most = 300, .help = "series that the book belongs to"},
    {"description", KEY_TEXT, AT(description), .most = 20000, .help = "blurb, for the book's data"},
    {"rights", KEY_LINE, AT(rights), .most = 1000, .help = "copyright line or licence"},
    {"cover", KEY_LINE, AT(cover), .most = 1000, .check = path_check,
     .help = "picture for the cover, a JPEG or PNG of at most 5 MB: a path below the folder of this file"},
};

const struct key_table spec_keys = {.keys = keys, .count = ARRAY_LEN(keys)};
