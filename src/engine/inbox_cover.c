// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See inbox_cover.h.
#include "engine/inbox_cover.h"

#include "out/manuscript.h"
#include "text/base64.h"

bool inbox_cover_read(struct inbox_cover *c, const struct json *message, struct err *e)
{
    struct manuscript unused = {0};
    size_t len;
    const char *text = json_str(json_get(message, "cover"), &len);
    c->name = json_str(json_get(message, "cover_name"), NULL);
    if (!c->name) c->name = "cover";
    buf_init(&c->bytes, MANUSCRIPT_COVER_BYTES);
    if (!text) return true;
    if (!base64_read(&c->bytes, text, len)) return err_set(e, ERR_USAGE, "the message's cover is no picture");
    bool ok = manuscript_set_cover(&unused, c->bytes.data, c->bytes.len, c->name, e);
    manuscript_release(&unused);
    return ok;
}

void inbox_cover_release(struct inbox_cover *c)
{
    buf_release(&c->bytes);
}

bool inbox_cover_store(const struct inbox_cover *c, struct store *s, int64_t job, struct err *e)
{
    return c->bytes.len == 0 || store_cover_put(s, job, c->name, c->bytes.data, c->bytes.len, e);
}
