// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See roff.h; the macros are those of man(7).
#include "cli/roff.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

// A backslash is roff's escape, a hyphen may become another character, and a line that begins with a dot or an
// apostrophe is a macro.
static void roff_escape(struct buf *out, const char *text, size_t len)
{
    bool begins = out->len == 0 || out->data[out->len - 1] == '\n';

    for (size_t i = 0; i < len; i++) {
        if (begins && (text[i] == '.' || text[i] == '\'')) buf_adds(out, "\\&");
        if (text[i] == '\\')
            buf_adds(out, "\\e");
        else if (text[i] == '-')
            buf_adds(out, "\\-");
        else
            buf_addc(out, text[i]);
        begins = text[i] == '\n';
    }
}

void roff_title(struct buf *out, const char *name, int section, const char *what)
{
    buf_adds(out, ".TH \"");
    for (const char *c = name; *c != '\0'; c++) {
        if (*c == '-') buf_addc(out, '\\');
        buf_addc(out, (char)toupper((unsigned char)*c));
    }
    buf_addf(out, "\" %d \"2026-11-21\" \"novelgen " NOVELGEN_VERSION "\" \"novelgen\"\n.nh\n.ad l\n.SH NAME\n",
             section);
    roff_escape(out, name, strlen(name));
    buf_adds(out, " \\- ");
    roff_escape(out, what, strlen(what));
    buf_addc(out, '\n');
}

void roff_section(struct buf *out, const char *title)
{
    buf_addf(out, ".SH \"%s\"\n", title);
}

void roff_subsection(struct buf *out, const char *title)
{
    buf_adds(out, ".SS \"");
    roff_escape(out, title, strlen(title));
    buf_adds(out, "\"\n");
}

void roff_text(struct buf *out, const char *text)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        if (len == 0)
            buf_adds(out, ".PP\n");
        else {
            roff_escape(out, text, len);
            buf_addc(out, '\n');
        }
        text += len + (text[len] == '\n');
    }
}

void roff_example(struct buf *out, const char *text)
{
    // A heading has its own space behind it.
    const char *line = out->data + out->len;
    for (line -= line > out->data; line > out->data && line[-1] != '\n'; line--) continue;
    buf_adds(out, line[0] == '.' && line[1] == 'S' ? ".nf\n.RS 4\n" : ".PP\n.nf\n.RS 4\n");
    roff_escape(out, text, strlen(text));
    buf_adds(out, "\n.RE\n.fi\n");
}

void roff_item(struct buf *out, const char *term, const char *value, const char *text)
{
    buf_adds(out, ".TP\n\\fB");
    roff_escape(out, term, strlen(term));
    buf_adds(out, "\\fR");
    if (value != NULL && *value != '\0') {
        buf_adds(out, " \\fI");
        roff_escape(out, value, strlen(value));
        buf_adds(out, "\\fR");
    }
    buf_addc(out, '\n');
    roff_text(out, text);
}
