// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Folding white space, and finding the way back.
#include "text/fold.h"

#include "text/chars.h"

// Bytes of visible ASCII at the start, most of most texts.
static size_t plain_head(const char *s, size_t len)
{
    size_t n = 0;
    while (n < len && (unsigned char)s[n] > ' ' && (unsigned char)s[n] < 0x7F) n++;
    return n;
}

void fold_add(struct buf *out, const char *s, size_t len)
{
    ucs4_t uc;
    for (size_t at = 0, n; at < len; at += n) {
        n = plain_head(s + at, len - at);
        if (n > 0 && n < out->max - out->len) {
            (void)buf_add(out, s + at, n);
            continue;
        }
        n = chars_next(s + at, len - at, &uc);
        if (!chars_is_space(uc)) {
            if (!buf_add(out, s + at, n)) return;
        } else {
            n += chars_space_head(s + at + n, len - at - n);
            if (!buf_addc(out, ' ')) return;
        }
    }
}

size_t fold_source(const char *s, size_t len, size_t folded)
{
    size_t at = 0, n;
    ucs4_t uc;
    for (size_t done = 0; done < folded && (n = chars_next(s + at, len - at, &uc)); at += n) {
        bool space = chars_is_space(uc);
        if (space) n += chars_space_head(s + at + n, len - at - n);
        done += space ? 1 : n;
    }
    return at;
}
