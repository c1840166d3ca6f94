// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The length control: how many words the next chunk needs, and how many to ask for so that this model delivers them.
// Pure: all its inputs are committed rows, so that a book that was interrupted asks for the same words as one that
// was not.
//
// The book has one target. Each chapter has a share by weight, but is measured against the running total: what one
// chapter fell short of or ran over is carried into the next. Within a chapter what remains is divided among the
// parts that remain; the model's obedience (words delivered per word asked, over the last three answers that it ended
// by itself) corrects the number that is named in the request.
#ifndef MODEL_LENGTH_H
#define MODEL_LENGTH_H

#include <stdbool.h>

#include "model/book.h"

struct length_ask {
    bool full;       // the chapter needs no more prose
    int part, parts; // this is part `part` of `parts`, as far as can be seen now
    int need_words;  // what this chunk should bring
    int ask_words;   // what the request should name
    int room_words;  // what the book, or the place that the chunk is for, has room for
    bool last_of_chapter, last_of_book;
    double progress; // how much of the chapter stands before this chunk, 0 to 1
};

// What the chunk after the last one of `chapter` (its number) should be. `chunk_words` is the size of an ordinary chunk.
struct length_ask length_next(const struct book *b, int chapter, int chunk_words);

// The same for a chunk that stands (a gap, too) and is to be written anew, in its place: as long as it was, a gap as long
// as it was asked for.
struct length_ask length_again(const struct book *b, int chapter, int seq, int chunk_words);

// Words that a chapter that has not begun is to have.
int length_chapter_words(const struct book *b, int chapter);
// Parts that a chapter will have if the model is obedient: the number of cards to plan.
int length_parts(const struct book *b, int chapter, int chunk_words);

// Words delivered per word asked, from 0.4 to 2.5; 1 while nothing is known.
double length_obedience(const struct book *b);

// The words that the answers of one chapter were asked for and brought, of those that tell something of the model.
void length_delivered(const struct book *b, int chapter, int *asked, int *came);

// Words of the last answer that was accepted; 0: there is none.
int length_last_words(const struct book *b);

// What is left of the book: its target less what stands.
int length_room(const struct book *b);
// Tokens of so many words of prose: as the last answers had it, else by the guess for a word.
int length_prose_tokens(const struct book *b, int words, double tokens_per_word);
// The token limit of an answer that is to bring `words` of what `ask` needs. `tokens_per_word` is a first guess; what the
// last answers took counts more. Far from the end it leaves air, because models count badly and a cut sentence is lost;
// in the last three chunks of the book it is what remains.
int length_tokens(const struct book *b, const struct length_ask *ask, int words, double tokens_per_word,
                  int chunk_words);
// The most that this chunk may bring; a longer answer should be cut back to it, so that the book keeps its length. At
// the end it is the room; before, half of what is to be written afterwards stays free. Far from the end it is no bound.
int length_most(const struct length_ask *ask);

#endif
