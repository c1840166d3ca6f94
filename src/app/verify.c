// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Looking at one book: see include/app/verify.h, and verify_work.h for the parts.
#include "app/verify_work.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/template_set.h"
#include "model/spec.h"

// ---- findings ----------------------------------------------------------------------------------------------------

static char *verify_advice_text(const struct verify_work *w, enum verify_advice advice, int chapter, int part)
{
    long long id = (long long)w->job->id;
    const char *home = w->home_hint;
    char chunk[32] = "";

    if (part > 0) (void)snprintf(chunk, sizeof chunk, " --chunk %d", part);
    switch (advice) {
    case VERIFY_REDO:
        return mem_printf("write it anew with: novelgen redo %lld --chapter %d%s%s", id, chapter, chunk, home);
    case VERIFY_REPAIR:
        return mem_printf("make it right with: novelgen verify %lld --repair%s", id, home);
    case VERIFY_SYNC:
        return mem_printf(
            "if you edited it: novelgen sync %lld%s; else novelgen verify %lld --repair%s keeps it under "
            "another name and writes it anew",
            id, home, id, home);
    case VERIFY_KEEP:
        return mem_printf("novelgen verify %lld --repair%s keeps it under another name and writes it anew", id, home);
    case VERIFY_RESUME:
        return mem_printf("go on with: novelgen resume %lld%s", id, home);
    case VERIFY_GAPS:
        return mem_printf("fill it with: novelgen redo %lld --gaps%s", id, home);
    case VERIFY_NOTHING:
        break;
    }
    return mem_strdup("");
}

void verify_note(struct verify_work *w, const char *kind, int chapter, int part, const char *file,
                 enum verify_advice advice, const char *fmt, ...)
{
    struct verify *v = w->out;
    struct buf text;
    va_list ap;

    if (v->count == VERIFY_MOST) {
        v->more++;
        return;
    }
    buf_init(&text, BUF_MAX_LINE);
    va_start(ap, fmt);
    (void)buf_vaddf(&text, fmt, ap);
    va_end(ap);
    mem_grow(&v->items, &v->cap, v->count + 1, sizeof *v->items);
    v->items[v->count++] = (struct verify_finding){
        .kind = kind,
        .chapter = chapter,
        .part = part,
        .file = mem_strdup_opt(file),
        .text = mem_strdup(text.data),
        .advice = verify_advice_text(w, advice, chapter, part),
    };
    buf_release(&text);
}

void verify_release(struct verify *v)
{
    for (size_t i = 0; i < v->count; i++) {
        free(v->items[i].file);
        free(v->items[i].text);
        free(v->items[i].advice);
    }
    free(v->items);
    *v = (struct verify){0};
}

static void verify_set_place(struct json *o, const char *key, int n)
{
    if (n > 0)
        json_set_int(o, key, n);
    else
        json_set_str(o, key, NULL);
}

struct json *verify_json(const struct verify *v)
{
    struct json *o = json_new_object(), *list = json_new_array();

    json_set_int(o, "job", v->job);
    json_set_bool(o, "whole", v->count == 0);
    for (size_t i = 0; i < v->count; i++) {
        const struct verify_finding *f = &v->items[i];
        struct json *item = json_new_object();
        json_set_str(item, "kind", f->kind);
        verify_set_place(item, "chapter", f->chapter);
        verify_set_place(item, "part", f->part);
        json_set_str(item, "file", f->file);
        json_set_str(item, "text", f->text);
        json_set_str(item, "advice", f->advice[0] != '\0' ? f->advice : NULL);
        json_push(list, item);
    }
    json_set(o, "findings", list);
    json_set_int(o, "more", (int64_t)v->more);
    json_set_int(o, "chapters", v->chapters);
    json_set_int(o, "parts", v->parts);
    json_set_int(o, "words", v->words);
    json_set_int(o, "files", v->files);
    return o;
}

// ---- one job -----------------------------------------------------------------------------------------------------

const struct verify_chapter *verify_chapter_of(const struct verify_work *w, int number)
{
    for (size_t i = 0; i < w->chapters_count; i++)
        if (w->chapters[i].number == number) return &w->chapters[i];
    return NULL;
}

// A kind of book whose prose has headings and lists says so in the templates that the job is pinned to; before it
// began there is only its spec.
static bool verify_read_kind(struct verify_work *w, struct err *e)
{
    struct templates t;
    struct err bad = ERR_INIT;
    struct spec spec;
    struct buf packed;

    w->language = language_get("en");
    if (spec_parse(&spec, w->job->spec, strlen(w->job->spec), "job", &bad)) {
        w->language = language_get(spec.language);
        w->markup = spec.kind == BOOK_TEXTBOOK || spec.kind == BOOK_REPORT;
        spec_release(&spec);
    }
    buf_init(&packed, BUF_MAX_PIECE);
    enum store_found found = store_templates_get(w->store, w->job->id, &packed, e);
    if (found == STORE_FOUND && templates_unpack(&t, packed.data, packed.len, &bad)) {
        w->markup = t.markup;
        templates_release(&t);
    }
    buf_release(&packed);
    return found != STORE_ERROR;
}

static void verify_work_release(struct verify_work *w)
{
    for (size_t i = 0; i < w->pieces_count; i++) free(w->pieces[i].glue);
    free(w->pieces);
    free(w->chapters);
    buf_release(&w->text);
}

bool verify_job(struct verify *v, struct store *s, const struct job *j, bool written, const char *home_hint,
                struct err *e)
{
    struct verify_work w = {.out = v,
                            .store = s,
                            .job = j,
                            .home_hint = home_hint,
                            .written = written && job_state_runnable(j->state),
                            .finished = j->state == JOB_DONE};

    *v = (struct verify){.job = j->id};
    buf_init(&w.text, BUF_MAX_BOOK);
    bool own = false, ok = store_begin_view(s, &own, e) && verify_read_kind(&w, e) && verify_rows(&w, e);
    if (ok) verify_text(&w);
    ok = ok && verify_files(&w, e);
    if (own) store_rollback(s);
    verify_work_release(&w);
    if (!ok) verify_release(v);
    return ok;
}
