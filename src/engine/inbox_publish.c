// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The message "publish": the files of a job are made anew from its rows, in whatever state it is, and what its row sums
// up is made right. A file in its place that is not as we have written it is the owner's, or damaged: it is kept under
// another name. The answer says which.
#include "engine/intake.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "engine/pages.h"
#include "engine/publish.h"
#include "out/folder.h"
#include "text/words.h"

enum {
    PATH_SIZE = 1400,
    ANY_CHUNK_WORDS = 800
}; // whether a chapter is full does not depend on the size of its chunks

// ---- what the rows sum up ------------------------------------------------------------------------------------------

struct recount {
    struct wrong {
        int chapter, seq, words;
    } * items;
    size_t count, cap;
};

static bool note_words(void *arg, const struct chunk_row *c, bool damaged)
{
    struct recount *r = arg;
    int words = damaged ? c->words : (int)words_count(c->text + c->skip, c->len - c->skip);
    if (words == c->words) return true;
    mem_grow(&r->items, &r->cap, r->count + 1, sizeof(*r->items));
    r->items[r->count++] = (struct wrong){c->chapter, c->seq, words};
    return true;
}

static bool mend_words(struct store *s, int64_t job, bool *changed, struct err *e)
{
    struct recount r = {0};
    bool ok = store_chunks_audit(s, job, note_words, &r, e);
    for (size_t i = 0; ok && i < r.count; i++)
        ok = store_chunk_recount(s, job, r.items[i].chapter, r.items[i].seq, r.items[i].words, e);
    *changed = r.count > 0;
    free(r.items);
    return ok;
}

static bool mend_rows(struct store *s, int64_t job, bool *changed, struct err *e)
{
    struct store_sums n;
    if (!mend_words(s, job, changed, e) || !store_sums_get(s, job, &n, e)) return false;
    if (n.words_done == n.words && n.chapters_done == n.recaps && n.gaps_done == n.gaps) return true;
    *changed = true;
    return store_sums_mend(s, job, e);
}

// ---- files that are not ours ---------------------------------------------------------------------------------------

struct keeper_of_files {
    struct store *store;
    const struct job *job;
    struct inbox_answer *answer;
    int kept;
};

static void say_kept(struct keeper_of_files *k, const char *path)
{
    const char *name = path + strlen(k->job->out_dir) + 1;
    size_t len = strlen(k->answer->text);
    (void)snprintf(k->answer->text + len, sizeof(k->answer->text) - len, "%s'%s'",
                   k->kept > 0 ? ", " : "what was edited is kept as ", name);
    k->kept++;
}

static bool set_aside(struct keeper_of_files *k, const char *path, struct err *e)
{
    char aside[PATH_SIZE + 16];
    if (!file_set_aside(path, aside, sizeof(aside), e)) return false;
    say_kept(k, aside);
    return true;
}

// A file that is as we wrote it last is only old.
static bool keep_aside(struct keeper_of_files *k, const char *name, const struct buf *data, struct err *e)
{
    char path[PATH_SIZE];
    uint64_t on_disk, len, known;
    (void)snprintf(path, sizeof(path), "%s/%s", k->job->out_dir, name);
    bool there = file_hash(path, &on_disk, &len, e);
    if (e->code) return false;
    if (!there || on_disk == hash_bytes(data->data, data->len)) return true;
    enum store_found found = store_file_get(k->store, k->job->id, name, &known, &len, e);
    if (found == STORE_ERROR) return false;
    return (found == STORE_FOUND && known == on_disk) || set_aside(k, path, e);
}

static bool keep_chapter(struct keeper_of_files *k, const struct pages *g, int chapter, struct err *e)
{
    char name[PAGES_PATH_SIZE];
    struct buf out;
    buf_init(&out, BUF_MAX_BOOK);
    bool ok = pages_chapter(g, chapter, name, &out, e) && keep_aside(k, name, &out, e);
    buf_release(&out);
    return ok;
}

static bool keep_outline(struct keeper_of_files *k, const struct pages *g, struct err *e)
{
    struct buf md, json;
    buf_init(&md, BUF_MAX_PROMPT);
    buf_init(&json, BUF_MAX_PROMPT);
    bool ok = pages_outline(g, &md, &json, e) && keep_aside(k, "outline.md", &md, e) &&
              keep_aside(k, "outline.json", &json, e);
    buf_release(&md);
    buf_release(&json);
    return ok;
}

static bool keep_whole(struct keeper_of_files *k, const struct pages *g, struct err *e)
{
    struct buf live, book;
    struct pages_live_end end = {0};
    buf_init(&live, BUF_MAX_BOOK);
    buf_init(&book, BUF_MAX_BOOK);
    bool ok = pages_book(g, &book, e) && keep_aside(k, "book.md", &book, e) && pages_live(g, &end, &live, e);
    // live.md grows behind what is there: only one that is not its beginning is somebody else's.
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof(path), "%s/live.md", k->job->out_dir);
    struct buf found;
    buf_init(&found, BUF_MAX_BOOK);
    bool read = ok && file_read(path, &found, e) == FILE_READ_OK;
    bool begins = found.len <= live.len && memcmp(found.data, live.data, found.len) == 0;
    ok = ok && !e->code && (!read || begins || keep_aside(k, "live.md", &live, e));
    buf_release(&found);
    buf_release(&live);
    buf_release(&book);
    return ok;
}

struct export_keeper {
    struct keeper_of_files *files;
    struct err *err;
};

// Exports (book.epub and the like) are made last; until then only their hash tells whether they are as they were written.
static bool keep_export(void *arg, const struct file_row *row)
{
    struct export_keeper *x = arg;
    char path[PATH_SIZE];
    uint64_t on_disk, len;
    if (strncmp(row->path, "book.", 5) != 0 || strcmp(row->path, "book.md") == 0) return true;
    (void)snprintf(path, sizeof(path), "%s/%s", x->files->job->out_dir, row->path);
    if (!file_hash(path, &on_disk, &len, x->err)) return x->err->code == ERR_NONE;
    return on_disk == row->hash || set_aside(x->files, path, x->err);
}

static bool keep_exports(struct keeper_of_files *k, struct err *e)
{
    struct export_keeper x = {.files = k, .err = e};
    return store_files_each(k->store, k->job->id, keep_export, &x, e);
}

// Text that is damaged gives no pages: what stands there is left, for it may be all that there is.
static bool kept_or_damaged(bool ok, struct err *e)
{
    if (ok || e->code != ERR_DAMAGED) return ok;
    err_clear(e);
    return true;
}

static bool keep_all(struct keeper_of_files *k, const struct book *b, struct err *e)
{
    struct pages g;
    bool ok = pages_open(&g, k->store, k->job, e);
    for (size_t i = 0; ok && i < b->chapters_count; i++)
        ok = b->chapters[i].chunks_count == 0 || kept_or_damaged(keep_chapter(k, &g, b->chapters[i].number, e), e);
    ok = ok && kept_or_damaged(keep_whole(k, &g, e), e) && (!b->finished || keep_exports(k, e)) &&
         (!b->has_bible || keep_outline(k, &g, e));
    pages_release(&g);
    return ok;
}

// ---- the message -----------------------------------------------------------------------------------------------------

// As its owner has found it: only one that bears the book's mark is believed.
static bool is_found(char *folder, size_t size, const struct intake *in, const struct job *j, const char *found)
{
    if (found && *found == '/' && strlen(found) < size && out_folder_is_ours(found, j->uuid, in->o->home))
        return snprintf(folder, size, "%s", found) > 0;
    return *j->out_dir && out_folder_beside(folder, size, j->out_dir, j->uuid, in->o->home);
}

static bool make_folder(struct intake *in, struct job *j, const char *found, struct err *e)
{
    char folder[1100];
    if (*j->out_dir && !out_folder_is_away(j->out_dir, j->uuid)) return true;
    if (!is_found(folder, sizeof(folder), in, j, found) &&
        !out_folder_make(folder, sizeof(folder), j->out_parent, j->id, j->slug, j->uuid, in->o->home, e))
        return false;
    if (strcmp(folder, j->out_dir) == 0) return true;
    free(j->out_dir);
    j->out_dir = mem_strdup(folder);
    if (job_state_runnable(j->state)) intake_touched(in, j); // whoever is writing it goes on there
    return store_job_set_folder(in->store, j->id, folder, e);
}

// False: `cause` says what kept a file from being written, or from being set aside; what could be written is.
static bool write_files(struct intake *in, struct job *j, const struct book *b, const char *found,
                        struct inbox_answer *a, struct err *cause)
{
    struct publish p;
    struct keeper_of_files k = {.store = in->store, .job = j, .answer = a};
    if (!make_folder(in, j, found, cause)) return false;
    (void)keep_all(&k, b, cause);
    publish_open(&p, in->store, j, b, ANY_CHUNK_WORDS);
    if (p.failing && !cause->code) err_set(cause, ERR_STORE, "%s", p.why);
    struct err later = ERR_INIT;
    if (b->finished && !publish_book(&p, &later) && !cause->code) *cause = later;
    return !cause->code;
}

static bool publish_job(struct intake *in, int64_t id, const char *found, struct inbox_answer *a, struct err *e)
{
    struct job j;
    struct book b = {0};
    struct err cause = ERR_INIT;
    if (store_job_get(in->store, id, &j, e) != STORE_FOUND) return false;
    bool ok = store_book_load(in->store, id, &b, e);
    if (ok && !write_files(in, &j, &b, found, a, &cause)) ok = intake_refuse(a, cause.code, cause.text);
    book_release(&b);
    job_release(&j);
    return ok;
}

INTAKE_VERB(inbox_take_publish)
{
    bool changed = false;
    if (!mend_rows(in->store, j->id, &changed, e)) return false;
    if (changed) {
        intake_touched(in, j);
        if (!store_event_add(in->store, j->id, "repair", "the counts of its words, chapters and gaps were made right",
                             NULL, e))
            return false;
    }
    return publish_job(in, j->id, json_str(json_get(m, "folder"), NULL), a, e);
}
