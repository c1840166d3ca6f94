// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See own_cover.h.
#include "cli/own_cover.h"

#include "out/manuscript.h"

bool own_cover_read(struct buf *out, const struct spec *spec, const char *folder, const char *name, struct err *e)
{
    struct manuscript unused = {0};

    buf_init(out, MANUSCRIPT_COVER_BYTES);
    if (!spec_read_cover(spec, folder, name, out, e)) return false;
    if (spec->cover == NULL) return true;
    bool ok = manuscript_set_cover(&unused, out->data, out->len, spec->cover, e);
    manuscript_release(&unused);
    return ok || err_prefix(e, "spec '%s': $.cover", name);
}
