// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Text from anywhere as XML 1.0 and HTML may hold it. Invalid UTF-8 becomes U+FFFD; control characters (but newline and
// tab) and noncharacters are dropped: no escape makes them legal.
#ifndef TEXT_XML_H
#define TEXT_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

// Appends s[0..len) without what may not be there.
void xml_clean(struct buf *out, const char *s, size_t len);
// The same, with & < > " ' escaped: good between tags and between quotes.
void xml_escape(struct buf *out, const char *s, size_t len);
// "<name>escaped text</name>" and a newline, nothing if `text` is NULL or "". `open` is the tag with its attributes
// ("p class=\"author\"").
void xml_element(struct buf *out, const char *open, const char *text);

#endif
