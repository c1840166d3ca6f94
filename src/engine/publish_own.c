// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Whose is a file that is not as its row says? A file is renamed first and its row committed after that:
//
//     rename ──▶ (killed here) ──▶ row        the file holds what the book's rows give: it is ours
//     row    ──▶ (its owner)                  it holds something else
//
// This can be told as long as the book's rows are those that the file was made from: so it is asked before they change.
#include "engine/publish.h"

#include <stdio.h>

#include "base/file.h"
#include "base/hash.h"

enum { PATH_SIZE = 1400 };

// False without an error: the file is not there, or is as its row says.
static bool is_in_doubt(const struct publish *p, const char *name, uint64_t *on_disk, struct err *e)
{
    char path[PATH_SIZE];
    struct err unread = ERR_INIT;
    uint64_t len, known, known_len;
    (void)snprintf(path, sizeof(path), "%s/%s", p->job->out_dir, name);
    if (!file_hash(path, on_disk, &len, &unread)) return false;
    enum store_found found = store_file_get(p->store, p->job->id, name, &known, &known_len, e);
    return found == STORE_NONE || (found == STORE_FOUND && known != *on_disk);
}

bool publish_own_file(struct publish *p, const char *name, const struct buf *data, struct err *e)
{
    uint64_t on_disk;
    if (!is_in_doubt(p, name, &on_disk, e)) return e->code == ERR_NONE;
    if (hash_bytes(data->data, data->len) != on_disk) return true;
    return store_file_put(p->store, p->job->id, name, on_disk, data->len, e);
}

static bool own_chapter(struct publish *p, const struct pages *g, int chapter, struct err *e)
{
    char name[PAGES_PATH_SIZE];
    struct buf out;
    uint64_t on_disk;
    pages_chapter_path(g, chapter, name);
    if (!is_in_doubt(p, name, &on_disk, e)) return e->code == ERR_NONE;
    buf_init(&out, BUF_MAX_BOOK);
    bool ok = pages_chapter(g, chapter, name, &out, e) && publish_own_file(p, name, &out, e);
    buf_release(&out);
    return ok;
}

static bool own_book(struct publish *p, const struct pages *g, struct err *e)
{
    struct buf out;
    uint64_t on_disk;
    if (!is_in_doubt(p, "book.md", &on_disk, e)) return e->code == ERR_NONE;
    buf_init(&out, BUF_MAX_BOOK);
    bool ok = pages_book(g, &out, e) && publish_own_file(p, "book.md", &out, e);
    buf_release(&out);
    return ok;
}

static bool own_outline(struct publish *p, const struct pages *g, struct err *e)
{
    struct buf md, json;
    uint64_t on_disk;
    bool doubt = is_in_doubt(p, "outline.md", &on_disk, e) || is_in_doubt(p, "outline.json", &on_disk, e);
    if (!doubt) return e->code == ERR_NONE;
    buf_init(&md, BUF_MAX_PROMPT);
    buf_init(&json, BUF_MAX_PROMPT);
    bool ok = pages_outline(g, &md, &json, e) && publish_own_file(p, "outline.md", &md, e) &&
              publish_own_file(p, "outline.json", &json, e);
    buf_release(&md);
    buf_release(&json);
    return ok;
}

bool publish_own(struct store *s, const struct job *job, struct err *e)
{
    struct publish p = {.store = s, .job = job};
    struct pages g;
    bool ok = pages_open(&g, s, job, e);
    for (size_t n = 1; ok && n <= g.titles_count; n++) ok = own_chapter(&p, &g, (int)n, e);
    ok = ok && own_book(&p, &g, e) && own_outline(&p, &g, e);
    pages_release(&g);
    return ok;
}
