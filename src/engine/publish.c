// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Projections. All of them are functions of rows, so a file is either right, or will be made right by publish_open.
//
//   rows ──STORE_BY_TIME───▶ live.md           appended to, cut back on start
//   rows ──STORE_BY_PLACE──▶ chapters/NN.md.part   projected: only what differs is written
//                      └───▶ chapters/NN.md        published atomically when the chapter's prose is whole, then .part goes
//                      └───▶ book.md, report.json  published when all chapters are
#include "engine/publish.h"

#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "engine/measure.h"
#include "engine/next.h"
#include "io/json.h"
#include "model/spec.h"
#include "out/prose.h"

enum { PATH_SIZE = 1400 };

static void path_of(const struct publish *p, char out[PATH_SIZE], const char *name)
{
    (void)snprintf(out, PATH_SIZE, "%s/%s", p->job->out_dir, name);
}

// Said once, until all files stand again: a later chapter that could be written does not bring back this one.
static void report_failure(struct publish *p, const struct err *e)
{
    (void)snprintf(p->why, sizeof(p->why), "%.290s", e->text);
    if (p->failing) return;
    p->failing = true;
    log_line(LOG_WARN, "cannot write the book's files (the text is safe in the store): %s", e->text);
    struct err ignored = ERR_INIT;
    store_event_add(p->store, p->job->id, "file", e->text, NULL, &ignored);
}

// Publishes a final file, unless its owner has changed it since we wrote it.
static bool publish_final(struct publish *p, const char *name, const struct buf *data, struct err *e)
{
    char path[PATH_SIZE];
    path_of(p, path, name);
    uint64_t ours = hash_bytes(data->data, data->len), on_disk, on_disk_len, known, known_len;
    bool there = file_hash(path, &on_disk, &on_disk_len, e);
    if (e->code) return false;
    enum store_found found = store_file_get(p->store, p->job->id, name, &known, &known_len, e);
    if (found == STORE_ERROR) return false;
    if (there && on_disk != ours && (found == STORE_NONE || on_disk != known)) {
        char text[400];
        (void)snprintf(text, sizeof(text), "'%s' was changed by hand and is left alone", name);
        return store_event_add(p->store, p->job->id, "file", text, NULL, e);
    }
    if (!there || on_disk != ours) {
        if (!file_publish(path, data->data, data->len, e)) return false;
    }
    if (found == STORE_FOUND && known == ours) return true;
    return store_file_put(p->store, p->job->id, name, ours, data->len, e);
}

// ---- chapters ----------------------------------------------------------------------------------------------------

struct titles {
    char **items; // by chapter number - 1
    size_t count, cap;
};

static bool add_title(void *arg, const struct chapter_row *c)
{
    struct titles *t = arg;
    mem_grow(&t->items, &t->cap, t->count + 1, sizeof(*t->items));
    t->items[t->count++] = mem_strdup(c->title);
    return true;
}

static bool load_titles(struct publish *p, struct titles *t, struct err *e)
{
    memset(t, 0, sizeof(*t));
    return store_chapters_each(p->store, p->job->id, add_title, t, e);
}

static void titles_release(struct titles *t)
{
    for (size_t i = 0; i < t->count; i++) free(t->items[i]);
    free(t->items);
}

static const char *title_of(const struct titles *t, int chapter)
{
    return chapter >= 1 && (size_t)chapter <= t->count ? t->items[chapter - 1] : "";
}

static struct prose_chunk as_prose(const struct chunk_row *c)
{
    return (struct prose_chunk){.chapter = c->chapter,
                                .seq = c->seq,
                                .glue = c->glue,
                                .text = c->text + c->skip,
                                .len = c->len - c->skip,
                                .gap = c->gap};
}

struct rendering {
    struct buf *out;
    const struct titles *titles;
    int level;             // of chapter headings; 0: none
    int64_t chunks, after; // counts chunks; those up to `after` are passed over
    bool appends;          // `out` goes behind something
};

static bool render_chunk(void *arg, const struct chunk_row *c)
{
    struct rendering *r = arg;
    if (++r->chunks <= r->after) return true;
    struct prose_chunk chunk = as_prose(c);
    if (r->level > 0 && c->seq == 1)
        prose_heading(r->out, r->level, title_of(r->titles, c->chapter), !r->appends && r->out->len == 0);
    prose_add(r->out, &chunk);
    return true;
}

static bool render_chapter(struct publish *p, int chapter, const struct titles *t, struct buf *out, int64_t *chunks,
                           struct err *e)
{
    struct rendering r = {.out = out, .titles = t};
    prose_heading(out, 1, title_of(t, chapter), true);
    bool ok = store_chunks_each(p->store, p->job->id, chapter, STORE_BY_PLACE, render_chunk, &r, e);
    *chunks = r.chunks;
    return ok;
}

static bool write_part(struct publish *p, int chapter, const struct titles *t, const char *text, size_t len,
                       struct err *e)
{
    char name[200], part[220], path[PATH_SIZE];
    struct buf out;
    int64_t chunks = 0;
    buf_init(&out, BUF_MAX_BOOK);
    bool ok = render_chapter(p, chapter, t, &out, &chunks, e);
    if (ok && (chunks > 0 || len > 0)) {
        prose_add_partial(&out, text, len, chunks == 0);
        prose_chapter_path(name, sizeof(name), chapter, p->chapters, title_of(t, chapter));
        (void)snprintf(part, sizeof(part), "%s.part", name);
        path_of(p, path, part);
        ok = file_project(path, out.data, out.len, e);
    }
    buf_release(&out);
    return ok;
}

static bool write_chapter(struct publish *p, int chapter, const struct titles *t, struct err *e)
{
    char name[200], part[220], path[PATH_SIZE];
    struct buf out;
    int64_t chunks;
    buf_init(&out, BUF_MAX_BOOK);
    bool ok = render_chapter(p, chapter, t, &out, &chunks, e);
    prose_end(&out);
    prose_chapter_path(name, sizeof(name), chapter, p->chapters, title_of(t, chapter));
    (void)snprintf(part, sizeof(part), "%s.part", name);
    path_of(p, path, part);
    ok = ok && publish_final(p, name, &out, e) && file_remove(path, e);
    buf_release(&out);
    return ok;
}

// ---- live.md -------------------------------------------------------------------------------------------------------

// Everything, or what came after the chunks that stand there already.
static bool render_live(struct publish *p, const struct titles *t, int64_t after, struct buf *out, int64_t *chunks,
                        struct err *e)
{
    struct rendering r = {.out = out, .titles = t, .level = 1, .after = after};
    bool ok = store_chunks_each(p->store, p->job->id, 0, STORE_BY_TIME, render_chunk, &r, e);
    *chunks = r.chunks;
    return ok;
}

static bool project_live(struct publish *p, const struct titles *t, struct err *e)
{
    char path[PATH_SIZE];
    struct buf out;
    int64_t chunks = 0;
    buf_init(&out, BUF_MAX_BOOK);
    path_of(p, path, "live.md");
    bool ok = render_live(p, t, 0, &out, &chunks, e);
    ok = ok && (out.len == 0 || file_project(path, out.data, out.len, e));
    if (ok) p->live_len = out.len;
    if (ok) p->live_chunks = chunks;
    buf_release(&out);
    return ok;
}

static bool append_live(struct publish *p, const struct titles *t, int chapter, struct err *e)
{
    char path[PATH_SIZE];
    struct buf out;
    buf_init(&out, BUF_MAX_BOOK);
    path_of(p, path, "live.md");
    // Chunks are accepted in reading order, so that only this chapter's can be new.
    struct rendering r = {.out = &out, .titles = t, .level = 1, .appends = p->live_len > 0};
    int64_t before = 0;
    struct book b;
    bool ok = store_book_load(p->store, p->job->id, &b, e);
    if (!ok) goto out;
    for (size_t i = 0; i < b.chapters_count && b.chapters[i].number < chapter; i++)
        before += (int64_t)b.chapters[i].chunks_count;
    book_release(&b);
    r.after = p->live_chunks - before;
    ok = r.after >= 0 && store_chunks_each(p->store, p->job->id, chapter, STORE_BY_TIME, render_chunk, &r, e) &&
         (out.len == 0 || file_append_at(path, p->live_len, out.data, out.len, e));
    if (ok) {
        p->live_len += out.len;
        p->live_chunks = before + r.chunks;
    } else if (!e->code || e->code == ERR_STORE) {
        // The file is shorter than it was (somebody cut it), or rows came that we did not see: all of it again.
        err_clear(e);
        ok = project_live(p, t, e);
    }
out:
    buf_release(&out);
    return ok;
}

// ---- the book -------------------------------------------------------------------------------------------------------

static bool write_book(struct publish *p, const struct titles *t, struct err *e)
{
    struct buf out;
    buf_init(&out, BUF_MAX_BOOK);
    struct rendering r = {.out = &out, .titles = t, .level = 2};
    prose_heading(&out, 1, p->job->title, true);
    bool ok = store_chunks_each(p->store, p->job->id, 0, STORE_BY_PLACE, render_chunk, &r, e);
    prose_end(&out);
    if (ok && out.full) ok = err_set(e, ERR_CEILING, "the book is larger than a file of it may be");
    ok = ok && publish_final(p, "book.md", &out, e);
    buf_release(&out);
    return ok;
}

// Why the book is shorter than it was to be.
static void set_deadline(struct json *o, const struct job *j)
{
    char deadline[CLOCK_TEXT_SIZE];
    if (j->deadline_ms == 0) return;
    clock_rfc3339(deadline, j->deadline_ms);
    json_set_str(o, "deadline", deadline);
    json_set_int(o, "words_planned", j->words_planned > 0 ? j->words_planned : j->words_target);
}

// How often each rule refused an answer.
static bool count_refused(void *arg, const struct attempt_row *a)
{
    struct json *counts = arg;
    bool refused = a->verdict[0] != '\0' && strcmp(a->verdict, "accepted") != 0;
    if (refused) json_set_int(counts, a->verdict, json_int(json_get(counts, a->verdict), 0) + 1);
    return true;
}

static bool add_gap(void *arg, const struct chunk_row *c)
{
    if (!c->gap) return true;
    struct json *place = json_new_object();
    json_set_int(place, "chapter", c->chapter);
    json_set_int(place, "part", c->seq);
    json_push(arg, place);
    return true;
}

static struct json *report_json(const struct job *j)
{
    struct json *o = json_new_object();
    char begun[CLOCK_TEXT_SIZE], now[CLOCK_TEXT_SIZE];
    clock_rfc3339(begun, j->begun_ms);
    clock_rfc3339(now, clock_wall_ms());
    json_set_str(o, "title", j->title);
    json_set_str(o, "uuid", j->uuid);
    json_set_str(o, "model", j->model);
    json_set_int(o, "words", j->words_done);
    json_set_int(o, "words_target", j->words_target);
    set_deadline(o, j);
    json_set_int(o, "chapters", j->chapters_total);
    json_set_int(o, "gaps", j->gaps);
    json_set_int(o, "requests", j->requests);
    json_set_int(o, "retries", j->retries);
    json_set_int(o, "prompt_tokens", j->prompt_tokens);
    json_set_int(o, "cached_tokens", j->cached_tokens);
    json_set_int(o, "output_tokens", j->output_tokens);
    json_set_int(o, "prompt_bytes", j->prompt_bytes);
    json_set_int(o, "prompt_bytes_shared", j->common_bytes);
    json_set_int(o, "prefix_breaks", j->prefix_breaks);
    json_set_int(o, "generating_ms", j->generating_ms);
    json_set_str(o, "begun", begun);
    json_set_str(o, "ended", now);
    return o;
}

static bool write_report(struct publish *p, struct err *e)
{
    struct job j;
    if (store_job_get(p->store, p->job->id, &j, e) != STORE_FOUND) return false;
    struct json *o = report_json(&j), *style = measure_book(p->store, j.id, e);
    struct buf out;
    char path[PATH_SIZE];
    buf_init(&out, BUF_MAX_BOOK);
    struct json *refused = json_new_object(), *gaps = json_new_array();
    bool ok = store_attempts_each(p->store, j.id, count_refused, refused, e) &&
              store_chunks_each(p->store, j.id, 0, STORE_BY_PLACE, add_gap, gaps, e);
    json_set(o, "refused", refused);
    json_set(o, "gap_places", gaps);
    if (style) json_set(o, "style", style);
    json_write(o, &out, 2);
    buf_addc(&out, '\n');
    path_of(p, path, "report.json");
    ok = ok && style && file_publish(path, out.data, out.len, e);
    buf_release(&out);
    json_free(o);
    job_release(&j);
    return ok;
}

bool publish_book(struct publish *p, struct err *e)
{
    struct titles t;
    bool ok = load_titles(p, &t, e) && write_book(p, &t, e) && write_report(p, e);
    titles_release(&t);
    return ok;
}

// ---- the outline ------------------------------------------------------------------------------------------------------

struct outline {
    struct buf md;
    struct json *acts, *chapters;
};

static bool add_act(void *arg, const struct act_row *a)
{
    struct outline *o = arg;
    if (json_count(o->acts) == 0) buf_adds(&o->md, "\n## Acts\n\n");
    buf_addf(&o->md, "%d. Chapters %d to %d: %s. Turns on: %s. Unsolved at its end: %s.\n", a->number, a->from, a->to,
             a->start, a->turn, a->open);
    struct json *item = json_new_object();
    json_set_int(item, "number", a->number);
    json_set_int(item, "from", a->from);
    json_set_int(item, "to", a->to);
    json_set_str(item, "start", a->start);
    json_set_str(item, "turn", a->turn);
    json_set_str(item, "open", a->open);
    json_push(o->acts, item);
    return true;
}

static bool add_outline(void *arg, const struct chapter_row *c)
{
    struct outline *o = arg;
    buf_addf(&o->md, "\n## %d. %s\n\n%s\n", c->number, c->title, c->event);
    if (c->pov && *c->pov) buf_addf(&o->md, "\nPoint of view: %s\n", c->pov);
    if (c->ends_on && *c->ends_on) buf_addf(&o->md, "\nEnds on: %s\n", c->ends_on);
    struct json *item = json_new_object();
    json_set_int(item, "number", c->number);
    json_set_str(item, "title", c->title);
    json_set_str(item, "pov", c->pov);
    json_set_str(item, "summary", c->event);
    json_set_str(item, "purpose", c->purpose);
    json_set_str(item, "opens", c->opens);
    json_set_str(item, "closes", c->closes);
    json_set_str(item, "ends_on", c->ends_on);
    json_set_num(item, "weight", c->weight);
    json_push(o->chapters, item);
    return true;
}

static bool write_outline(struct publish *p, struct err *e)
{
    struct buf bible, json;
    struct outline o = {.acts = json_new_array(), .chapters = json_new_array()};
    buf_init(&bible, BUF_MAX_PIECE);
    buf_init(&json, BUF_MAX_PROMPT);
    buf_init(&o.md, BUF_MAX_PROMPT);
    bool ok = store_bible_get(p->store, p->job->id, &bible, e);
    buf_addf(&o.md, "# %s\n\n```\n%s```\n", p->job->title, bible.data);
    ok = ok && store_acts_each(p->store, p->job->id, add_act, &o, e) &&
         store_chapters_each(p->store, p->job->id, add_outline, &o, e);

    struct json *root = json_new_object();
    json_set_str(root, "title", p->job->title);
    json_set_str(root, "bible", bible.data);
    json_set(root, "acts", o.acts);
    json_set(root, "chapters", o.chapters);
    json_write(root, &json, 2);
    buf_addc(&json, '\n');
    ok = ok && publish_final(p, "outline.md", &o.md, e) && publish_final(p, "outline.json", &json, e);
    json_free(root);
    buf_release(&bible);
    buf_release(&json);
    buf_release(&o.md);
    return ok;
}

void publish_outline(struct publish *p)
{
    struct err e = ERR_INIT;
    if (!write_outline(p, &e)) report_failure(p, &e);
}

// ---- occasions ---------------------------------------------------------------------------------------------------------

void publish_partial(struct publish *p, int chapter, const char *text, size_t len)
{
    struct err e = ERR_INIT;
    struct titles t;
    bool ok = load_titles(p, &t, &e) && write_part(p, chapter, &t, text, len, &e);
    titles_release(&t);
    if (!ok) report_failure(p, &e);
}

void publish_chunks(struct publish *p, int chapter, bool complete)
{
    struct err e = ERR_INIT;
    struct titles t;
    bool ok = load_titles(p, &t, &e) && append_live(p, &t, chapter, &e) &&
              (complete ? write_chapter(p, chapter, &t, &e) : write_part(p, chapter, &t, "", 0, &e));
    titles_release(&t);
    if (!ok) report_failure(p, &e);
}

static bool open_files(struct publish *p, const struct book *b, int chunk_words, struct err *e)
{
    char path[PATH_SIZE];
    struct titles t;
    path_of(p, path, "chapters");
    // What a crash left behind in the middle of a publication goes.
    bool ok =
        file_mkdirs(path, 0755, e) && file_sweep(path, e) && file_sweep(p->job->out_dir, e) && load_titles(p, &t, e);
    if (!ok) return false;
    for (size_t i = 0; ok && i < b->chapters_count; i++) {
        const struct book_chapter *c = &b->chapters[i];
        if (c->chunks_count == 0) continue;
        if (c->has_recap || next_chapter_is_full(b, c->number, chunk_words))
            ok = write_chapter(p, c->number, &t, e);
        else
            ok = write_part(p, c->number, &t, "", 0, e);
    }
    ok = ok && project_live(p, &t, e) && (!b->has_bible || write_outline(p, e));
    titles_release(&t);
    return ok;
}

static int chapters_asked(const struct job *j)
{
    struct err ignored = ERR_INIT;
    struct spec spec;
    if (!spec_parse(&spec, j->spec, strlen(j->spec), "job", &ignored)) return j->chapters_total;
    int asked = spec_chapters(&spec);
    spec_release(&spec);
    return asked > j->chapters_total ? asked : j->chapters_total;
}

void publish_open(struct publish *p, struct store *s, const struct job *job, const struct book *b, int chunk_words)
{
    *p = (struct publish){.store = s, .job = job, .chapters = chapters_asked(job)};
    publish_again(p, b, chunk_words);
}

void publish_again(struct publish *p, const struct book *b, int chunk_words)
{
    struct err e = ERR_INIT;
    if (open_files(p, b, chunk_words, &e))
        p->failing = false;
    else
        report_failure(p, &e);
}
