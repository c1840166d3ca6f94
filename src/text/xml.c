// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The Char production of XML 1.0, less the C1 controls and the noncharacters, which HTML calls errors:
//
//   Char ::= #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF]
//
// A carriage return is left out as well: a parser would make a newline of it.
#include "text/xml.h"

#include <string.h>

#include "text/chars.h"

static const char replacement[] = "\xEF\xBF\xBD";

static bool is_allowed(ucs4_t uc)
{
    if (uc < 0x20) return uc == '\n' || uc == '\t';
    if (uc >= 0x7F && uc < 0xA0) return false;
    return (uc & 0xFFFE) != 0xFFFE && !(uc >= 0xFDD0 && uc <= 0xFDEF);
}

static const char *escape_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

// Bytes that are ASCII and need no thought.
static size_t plain_run(const char *s, size_t len, bool escape)
{
    size_t n = 0;
    while (n < len && s[n] >= 0x20 && s[n] < 0x7F && !(escape && escape_of(s[n]))) n++;
    return n;
}

static size_t add_character(struct buf *out, const char *s, size_t len, bool escape)
{
    ucs4_t uc;
    size_t n = chars_next(s, len, &uc);
    const char *entity = escape ? escape_of(*s) : NULL;
    if (entity)
        buf_adds(out, entity);
    else if (n == 1 && uc >= 0x80)
        buf_adds(out, replacement);
    else if (is_allowed(uc))
        buf_add(out, s, n);
    return n;
}

static void add_text(struct buf *out, const char *s, size_t len, bool escape)
{
    for (size_t i = 0; i < len;) {
        size_t n = plain_run(s + i, len - i, escape);
        buf_add(out, s + i, n);
        i += n;
        if (i < len) i += add_character(out, s + i, len - i, escape);
    }
}

void xml_clean(struct buf *out, const char *s, size_t len)
{
    add_text(out, s, len, false);
}

void xml_escape(struct buf *out, const char *s, size_t len)
{
    add_text(out, s, len, true);
}

void xml_element(struct buf *out, const char *open, const char *text)
{
    if (!text || !*text) return;
    buf_addf(out, "<%s>", open);
    xml_escape(out, text, strlen(text));
    buf_addf(out, "</%.*s>\n", (int)strcspn(open, " "), open);
}
