// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The spec: what the user asks for. Parsing checks everything before anything is stored; an error names the JSON
// path, what was found and what was expected ("spec 'x.json': $.words: found 20, expected a whole number from 100 to
// 5000000"). `//` comments are blanked in place, so that line numbers hold; "$schema" is accepted and ignored.
// docs/spec.schema.json says the same to editors; a test holds the two together.
#ifndef MODEL_SPEC_H
#define MODEL_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum book_kind { BOOK_NOVEL, BOOK_STORY, BOOK_TEXTBOOK, BOOK_REPORT };
const char *book_kind_name(enum book_kind kind);

struct spec_character {
    char *name;
    char *note; // may be NULL
};

struct sampling { // NAN: not given, the server's or our default holds
    double temperature, top_p, min_p, repetition_penalty, presence_penalty, frequency_penalty;
    int top_k;                       // -1: not given
    double dry_multiplier, dry_base; // NAN: not given; multiplier 0: off
    int dry_length;                  // "dry_allowed_length"; 0: not given
    double xtc_probability, xtc_threshold;
};

// A chapter as the user wants it.
struct spec_chapter {
    int number;                              // from 1
    char *title;                             // required
    char *summary, *pov, *purpose, *ends_on; // NULL: not given
    char *beats;                             // joined by "; ", NULL: not given
    double weight;                           // 0: not given
    int64_t words;                           // 0: not given
};

// What a finished book is written as: "md", "txt", "html", "epub", "docx"; a NULL ends them.
extern const char *const spec_formats[];
enum { SPEC_EXPORTS_DEFAULT = 1 };

struct fallback;

struct spec {
    enum book_kind kind; // default novel
    char *title;         // NULL: the bible finds one
    char *premise;       // required
    int64_t words;       // required, 100 to 5,000,000
    int chapters;        // 1 to 2000; 0: not given
    char *language;      // BCP 47 primary tag, default "en"
    char *style, *notes; // NULL: not given
    struct spec_character *characters;
    size_t characters_count;
    struct spec_chapter *outline; // by number, each once; the model plans what is missing
    size_t outline_count;
    // Opening chapters, kept as they are: chapter i + 1 is opening[i]. "text", or "file" (a path below the spec's folder),
    // which spec_read_files has read.
    struct spec_opening {
        char *title; // NULL: of the outline
        char *text, *file;
    } * opening;
    size_t opening_count;
    char *kind_dir; // "./my-templates" as given; NULL: built in (`kind` is then what it is derived from: novel)
    bool has_seed;
    int64_t seed;
    char *model;               // NULL: what the backend has
    char *backend;             // a name, "auto", "sim", or a plain http(s) URL without credentials; NULL: not given
    struct fallback *fallback; // see model/config.h; where to go when the backend is down; count 0: the config's
    size_t fallback_count;
    struct sampling sampling;
    int first_token_s, stall_s; // 0: not given
    int attempts;               // default 6
    unsigned exports;           // a bit for each of spec_formats that "export" lists; left out, md
    bool approve_outline;       // the book rests when it is planned, until its owner approves of the outline
    char *author, *subtitle, *series, *description, *rights, *cover;
};

// `name` is used in messages only. On false `out` is released.
bool spec_parse(struct spec *out, const char *text, size_t len, const char *name, struct err *e);
void spec_release(struct spec *s);
// The canonical form that the store keeps (compact JSON, comments gone, defaults not filled in); spec_parse reads it back.
void spec_write(const struct spec *s, struct buf *out);

// Reads the files that the spec names (opening chapters) below `dir`, the folder of the spec. The canonical form then
// holds their text. False: one cannot be read, is no UTF-8, or leaves the folder.
bool spec_read_files(struct spec *s, const char *dir, const char *name, struct err *e);
// Whether every opening chapter has its text, as it must in a spec of a job.
bool spec_has_texts(const struct spec *s);

// The bytes of the picture that it names as its cover; nothing is added if it names none. What they are is looked at by
// manuscript_set_cover (out/manuscript.h).
bool spec_read_cover(const struct spec *s, const char *dir, const char *name, struct buf *out, struct err *e);

// Chapters of the book: as given, else one per ~3,000 words (a story or less than 6,000 words: per ~2,000), at least 1, and
// as many as the outline has.
int spec_chapters(const struct spec *s);
// The English name of a language tag ("pl" → "Polish"), and the one closing line in the language itself
// ("Pisz po polsku."); an unknown tag gives the tag and "Write in LANGUAGE.". See model/language.h.
const char *language_name(const char *tag);
const char *language_line(const char *tag, char *out, size_t size);

#endif
