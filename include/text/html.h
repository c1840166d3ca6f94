// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Angle brackets in prose: markup, or what somebody typed ("He pressed <enter>"). It is markup if its name is one of the
// HTML standard's elements, or if it is a comment, a declaration or a processing instruction.
#ifndef TEXT_HTML_H
#define TEXT_HTML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

// Whether s[0] is the '<' of a tag whose name is no element's.
bool html_is_typed(const char *s, size_t len);

// Whether s[0] is the '<' of a tag at which a browser begins a line: <br>, <p>, </div>. What it parts is not to be glued.
bool html_breaks_line(const char *s, size_t len);

// Appends s as Markdown without markup: tags go, those that break a line leave a break, and what stands between them
// stays, but for what no browser shows either (scripts, styles, comments); what was typed is escaped. A block that begins
// with "<" is prose thereafter.
void html_strip(struct buf *out, const char *s, size_t len);

#endif
