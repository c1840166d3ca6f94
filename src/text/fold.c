// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Folding white space, and finding the way back.
#include "text/fold.h"

#include "text/chars.h"

void fold_add(struct buf *out, const char *s, size_t len)
{
    ucs4_t uc;
    for (size_t at = 0, n; (n = chars_next(s + at, len - at, &uc)); at += n) {
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
