// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A book's prose as Markdown, put together from its chunks. The same rows give the same bytes.
#ifndef OUT_PROSE_H
#define OUT_PROSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct prose_chunk {
    int chapter, seq;
    const char *glue; // what stands between the chunk before it (same chapter) and this one
    const char *text;
    size_t len;
    bool gap;
};

// "# Title", a blank line; `level` is the number of marks. Unless it is the `first` thing in the file, a blank line
// stands before it, also when `out` holds only what is to be appended.
void prose_heading(struct buf *out, int level, const char *title, bool first);
// One chunk behind the ones before it; a gap becomes a visible mark.
void prose_add(struct buf *out, const struct prose_chunk *c);
// The first mark of a gap in a chapter's text; NULL: there is none. `len` is the mark's, `seq` the part it names.
const char *prose_find_gap(const char *text, size_t *len, int *seq);
// What has streamed of the chunk that is being written; leading white space becomes the glue.
void prose_add_partial(struct buf *out, const char *text, size_t len, bool first_of_chapter);
void prose_end(struct buf *out); // one newline at the end

// "chapters/01-the-first.md"; `total` decides how many digits the number has.
void prose_chapter_path(char *out, size_t size, int number, int total, const char *title);

#endif
