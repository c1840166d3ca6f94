// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What is known about a book that is being written: exactly what "what next?" needs, read from rows. No prose.
#ifndef MODEL_BOOK_H
#define MODEL_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct book_chunk {
    int seq;         // from 1
    int words_asked; // what the request named, for the length control
    int words;       // what was accepted
    bool gap;        // no attempt could produce it
    bool cut;        // the answer was ended by a limit, not by the model
    int tokens;      // of the answer, as the server counted them; -1: not known, or it came in pieces
    bool stale;      // it stands, and is to be written anew
};

// A stretch of chapters that is outlined at one time, when the one before it is written. Without rows there is one act.
struct book_act {
    int number, from, to; // chapters
    bool merged;          // its recaps are merged into a summary
};

struct book_chapter {
    int number; // from 1
    double weight;
    int cards;      // 0: no cards yet
    bool has_recap; // the chapter is complete
    int recap_bytes;
    bool given;  // its prose came with the spec: all its chunks stand
    int version; // grows with each rewriting; 0 and 1: there was none
    struct book_chunk *chunks;
    size_t chunks_count;
};

struct book {
    int64_t job_id;
    int64_t words_target;   // what is aimed at now: the words asked for, or less if a deadline says so
    int64_t words_replaced; // written for it once, by a model, and written anew since
    int chapters_total;
    double obedience;       // words delivered per word asked, as other books of this model showed; 1: not known
    double bytes_per_token; // of this book's prompts, as the server counted them, in quarters; 0: not known yet
    int plan_misses;        // planning answers that were refused because nothing could be read from them
    struct book_act *acts;
    size_t acts_count;
    bool has_bible;
    bool awaits_approval;          // all of it is planned, and shown to its owner, before anything is written
    bool finished;                 // book.md and report.json were published
    int64_t since;                 // grows whenever text that stands, or is under way, is to be written anew
    struct book_chapter *chapters; // as far as the outline goes, in order
    size_t chapters_count;
};

void book_release(struct book *b);
int64_t book_chapter_words(const struct book_chapter *c);
int64_t book_words(const struct book *b);
const struct book_chapter *book_chapter_at(const struct book *b, int number); // NULL: the outline does not have it
bool book_is_given(const struct book *b, int chapter);
// The first chunk of the chapter that is to be written anew, or NULL.
const struct book_chunk *book_stale(const struct book_chapter *c);
// Whether nothing has become stale, or was taken out to be written anew, between the two.
bool book_same_text(const struct book *a, const struct book *b);

#endif
