// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// UTF-8 from outside: checked, cut at whole characters, freed of what must not be there.
#ifndef TEXT_UTF8_H
#define TEXT_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

bool utf8_valid(const char *s, size_t len);
// The longest prefix that does not end inside a character (for text that is still arriving).
size_t utf8_whole(const char *s, size_t len);
// Appends prose as it may be stored: invalid bytes become U+FFFD, CR LF and CR become LF, C0 (but \n \t), DEL, C1,
// bidi controls and zero-width no-break space are dropped, U+2028 and U+2029 become LF. Feed whole characters.
// Any split of the input gives the same output, but that a CR at the very end waits in `*pending_cr`.
void utf8_prose(struct buf *out, const char *s, size_t len, bool *pending_cr);
// Appends text as it may be shown on a terminal (the same filter; for names also \n and \t become blanks).
void utf8_terminal(struct buf *out, const char *s, size_t len, bool one_line);
// Appends JSON text as it may be shown on a terminal: what the filter would drop or change is written as an escape,
// which means the same.
void utf8_terminal_json(struct buf *out, const char *s, size_t len);
// Display columns (East Asian wide = 2, combining = 0).
size_t utf8_columns(const char *s, size_t len);
// Bytes of the longest prefix within `columns` display columns.
size_t utf8_fit(const char *s, size_t len, size_t columns);

#endif
