// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Files of a book, as projections of its rows: live.md, chapters/*.md and *.md.part, outline.*, book.md, report.json.
// They are written after the commit that made them true, and after the next request has left: the server never waits
// for a file. A file that cannot be written is reported once as an event and tried again at the next occasion; the
// rows hold the text, so that nothing is lost.
#ifndef ENGINE_PUBLISH_H
#define ENGINE_PUBLISH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "engine/pages.h"
#include "model/book.h"
#include "model/job.h"
#include "store/store.h"

struct publish {
    struct store *store;
    const struct job *job;
    uint64_t live_len;              // bytes of live.md that are right
    struct pages_live_end live_end; // of what it holds
    bool failing;                   // a write failed, and that was said: files may lack something until publish_again
    char why[300];                  // of the last failure
};

// Brings every file of the book in line with the rows: what is missing is made, what is too long is cut.
void publish_open(struct publish *p, struct store *s, const struct job *job, const struct book *b, int chunk_words);
// The same later on: after a file could not be written (`failing`), or when more than one chapter is new.
void publish_again(struct publish *p, const struct book *b, int chunk_words);
// Files under names that their chapters had before go where those under the new ones stand (publish_renamed.c).
bool publish_drop_renamed(struct publish *p, const struct pages *g, struct err *e);
void publish_outline(struct publish *p);
// The chapter being written: its accepted chunks before `seq` and what has streamed of that one.
void publish_partial(struct publish *p, int chapter, int seq, const char *text, size_t len);
// After chunks were accepted in `chapter`; `complete`: it needs no more, so that its file appears under its final name.
void publish_chunks(struct publish *p, int chapter, bool complete);
// A chapter that has its recap: what it had to have was settled by another one that was written anew meanwhile, if it
// still stands as the one being written.
void publish_complete(struct publish *p, int chapter);
// book.md, the formats that the spec lists, report.json, and the archive. All but the formats must stand before the job is done, so an
// error is returned.
bool publish_book(struct publish *p, struct err *e);

// Publishes a final file, unless its owner has changed it since we wrote it. `name` is within the book's folder.
bool publish_final(struct publish *p, const char *name, const struct buf *data, struct err *e);
// A file that holds `data` is ours, also when there was no time for its row (publish_own.c).
bool publish_own_file(struct publish *p, const char *name, const struct buf *data, struct err *e);
// The same for all files of a book, outlines and book.md too. To be asked before its rows change.
bool publish_own(struct store *s, const struct job *job, struct err *e);
// Whether a final file is absent, or as we wrote it; else its owner is told, once.
bool publish_may_write(struct publish *p, const char *name, bool *may, struct err *e);
// book.FORMAT for each format that the spec lists. One that fails is an event: the book itself is done.
void publish_exports(struct publish *p);
// book.tar.zst, if the spec lists it and the job is done: an archive says what state its book was in, so it comes last, and
// within the transaction that makes the job done.
void publish_archive(struct publish *p);

#endif
