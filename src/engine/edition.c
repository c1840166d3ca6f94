// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Chapters as they are whole or in the making, with marks where parts are missing.
#include "engine/edition.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/pages.h"
#include "engine/template_set.h"
#include "model/spec.h"

// ---- the rows --------------------------------------------------------------------------------------------------------

struct edition {
    struct manuscript *m;
    size_t cap, at; // `at`: the chapter that the chunks are of
};

static bool add_chapter(void *arg, const struct chapter_row *row)
{
    struct edition *ed = arg;
    struct manuscript *m = ed->m;
    mem_grow(&m->chapters, &ed->cap, m->chapters_count + 1, sizeof(*m->chapters));
    struct manuscript_chapter *c = &m->chapters[m->chapters_count++];
    *c = (struct manuscript_chapter){
        .number = row->number, .title = mem_strdup(row->title), .complete = row->recap != NULL};
    buf_init(&c->text, BUF_MAX_BOOK);
    return true;
}

static void add_gap(struct manuscript_chapter *c, const struct language *l, int part)
{
    if (c->text.len > 0) buf_adds(&c->text, "\n\n");
    manuscript_gap_mark(&c->text, l, c->number, part);
}

// Chunks come in the order of the chapters, and no chunk is without its chapter.
static bool add_chunk(void *arg, const struct chunk_row *row)
{
    struct edition *ed = arg;
    while (ed->m->chapters[ed->at].number != row->chapter) ed->at++;
    struct manuscript_chapter *c = &ed->m->chapters[ed->at];
    const struct prose_chunk chunk = pages_prose(row);
    if (row->gap)
        add_gap(c, ed->m->language, row->seq);
    else
        prose_add(&c->text, &chunk);
    return true;
}

static bool is_too_large(const struct manuscript *m)
{
    for (size_t i = 0; i < m->chapters_count; i++)
        if (m->chapters[i].text.full) return true;
    return false;
}

// Chapters that are not begun are no part of an edition.
static void drop_blank_chapters(struct manuscript *m)
{
    size_t kept = 0;
    for (size_t i = 0; i < m->chapters_count; i++) {
        struct manuscript_chapter *c = &m->chapters[i];
        if (c->text.len > 0) {
            m->chapters[kept++] = *c;
            continue;
        }
        free(c->title);
        buf_release(&c->text);
    }
    m->chapters_count = kept;
}

static bool load_chapters(struct manuscript *m, struct store *s, const struct job *j, struct err *e)
{
    struct edition ed = {.m = m};
    if (!store_chapters_each(s, j->id, add_chapter, &ed, e) ||
        !store_chunks_each(s, j->id, 0, STORE_BY_PLACE, add_chunk, &ed, e))
        return false;
    if (is_too_large(m)) return err_set(e, ERR_CEILING, "a chapter is larger than a file of it may be");
    drop_blank_chapters(m);
    m->complete = m->chapters_count > 0 && m->chapters_count == (size_t)j->chapters_total;
    for (size_t i = 0; i < m->chapters_count; i++) m->complete = m->complete && m->chapters[i].complete;
    return true;
}

// ---- what else there is ------------------------------------------------------------------------------------------------

static bool load_markup(struct manuscript *m, struct store *s, int64_t job, struct err *e)
{
    struct buf packed;
    struct templates t;
    buf_init(&packed, BUF_MAX_PIECE);
    enum store_found found = store_templates_get(s, job, &packed, e);
    bool ok = found != STORE_ERROR;
    if (found == STORE_FOUND) {
        ok = templates_unpack(&t, packed.data, packed.len, e);
        if (ok) m->markup = t.markup;
        if (ok) templates_release(&t);
    }
    buf_release(&packed);
    return ok;
}

static bool load_cover(struct manuscript *m, struct store *s, int64_t job, struct err *e)
{
    struct buf bytes;
    char *name;
    buf_init(&bytes, MANUSCRIPT_COVER_BYTES);
    enum store_found found = store_cover_get(s, job, &name, &bytes, e);
    bool ok = found != STORE_ERROR;
    if (found == STORE_FOUND) ok = manuscript_set_cover(m, bytes.data, bytes.len, name, e);
    free(name);
    buf_release(&bytes);
    return ok;
}

// https://reproducible-builds.org/specs/source-date-epoch/
static bool load_time(struct manuscript *m, struct store *s, int64_t job, struct err *e)
{
    const char *given = getenv("SOURCE_DATE_EPOCH"); // NOLINT(concurrency-mt-unsafe)
    int64_t ms = 0;
    char *end = NULL;
    if (!given || !*given) {
        bool ok = store_job_changed(s, job, &ms, e);
        m->modified_s = ms / 1000;
        return ok;
    }
    errno = 0;
    m->modified_s = strtoll(given, &end, 10);
    if (!errno && !*end && m->modified_s >= 0) return true;
    return err_set(e, ERR_USAGE, "SOURCE_DATE_EPOCH is '%s', expected whole seconds since 1970", given);
}

static bool load_spec(struct manuscript *m, const struct job *j, struct err *e)
{
    struct spec spec;
    if (!spec_parse(&spec, j->spec, strlen(j->spec), "job", e)) return false;
    m->uuid = mem_strdup(j->uuid);
    m->title = mem_strdup(j->title);
    m->subtitle = mem_strdup_opt(spec.subtitle);
    m->author = mem_strdup_opt(spec.author);
    m->series = mem_strdup_opt(spec.series);
    m->description = mem_strdup_opt(spec.description);
    m->rights = mem_strdup_opt(spec.rights);
    m->language = language_get(spec.language);
    spec_release(&spec);
    return true;
}

static bool load(struct manuscript *m, struct store *s, int64_t job, struct err *e)
{
    struct job j;
    switch (store_job_get(s, job, &j, e)) {
    case STORE_FOUND:
        break;
    case STORE_ERROR:
        return false;
    default:
        return err_set(e, ERR_NO_JOB, "no job %lld", (long long)job);
    }
    bool ok = load_spec(m, &j, e) && load_chapters(m, s, &j, e) && load_markup(m, s, job, e) &&
              load_cover(m, s, job, e) && load_time(m, s, job, e);
    job_release(&j);
    return ok;
}

bool edition_load(struct manuscript *out, struct store *s, int64_t job, struct err *e)
{
    bool own;
    memset(out, 0, sizeof(*out));
    if (!store_begin_view(s, &own, e)) return false;
    bool ok = load(out, s, job, e);
    if (own) store_rollback(s);
    if (!ok) manuscript_release(out);
    return ok;
}
