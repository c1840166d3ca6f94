// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// For tests/e2e/editions.py: `edition FORMAT FILE` reads a manuscript as JSON from stdin and writes it
// in that format. Keys are those of struct manuscript; "cover" names a picture.
//
// `edition --measure FORMAT FILE` prints how long the export took and the most memory that was used.
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "io/json.h"
#include "out/manuscript.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *text_of(const struct json *o, const char *key)
{
    return mem_strdup_opt(json_str(json_get(o, key), NULL));
}

static void read_chapter(struct manuscript_chapter *c, const struct json *o, int number)
{
    size_t len = 0;
    const char *text = json_str(json_get(o, "text"), &len);
    c->number = (int)json_int(json_get(o, "number"), number);
    c->title = text_of(o, "title");
    c->complete = json_bool(json_get(o, "complete"), true);
    buf_init(&c->text, BUF_MAX_BOOK);
    buf_add(&c->text, text ? text : "", len);
}

static bool read_cover(struct manuscript *m, const char *path, struct err *e)
{
    struct buf picture;
    if (!path) return true;
    buf_init(&picture, BUF_MAX_BOOK);
    bool ok =
        file_read(path, &picture, e) == FILE_READ_OK && manuscript_set_cover(m, picture.data, picture.len, path, e);
    buf_release(&picture);
    return ok;
}

static bool read_manuscript(struct manuscript *m, const struct json *o, struct err *e)
{
    const struct json *chapters = json_get(o, "chapters");
    *m = (struct manuscript){
        .uuid = text_of(o, "uuid"),
        .title = text_of(o, "title"),
        .subtitle = text_of(o, "subtitle"),
        .author = text_of(o, "author"),
        .series = text_of(o, "series"),
        .description = text_of(o, "description"),
        .rights = text_of(o, "rights"),
        .language = language_get(json_str(json_get(o, "language"), NULL)),
        .modified_s = json_int(json_get(o, "modified"), 0),
        .complete = json_bool(json_get(o, "complete"), true),
        .markup = json_bool(json_get(o, "markup"), false),
        .chapters = mem_calloc(json_count(chapters) + 1, sizeof *m->chapters),
        .chapters_count = json_count(chapters),
    };
    buf_init(&m->cover.data, BUF_MAX_BOOK);
    for (size_t i = 0; i < m->chapters_count; i++) read_chapter(&m->chapters[i], json_at(chapters, i), (int)i + 1);
    return read_cover(m, json_str(json_get(o, "cover"), NULL), e);
}

// Writing 5 to clear_refs sets the high-water mark back (proc(5)), so that reading the JSON does not count.
static void forget_memory(void)
{
    FILE *f = fopen("/proc/self/clear_refs", "we");
    if (!f) return;
    (void)fputs("5", f);
    (void)fclose(f);
}

// Not of getrusage: that remembers the process that forked. 0: the system does not tell.
static long memory_kib(void)
{
    char line[256];
    long kib = 0;
    FILE *f = fopen("/proc/self/status", "re");
    while (f && kib == 0 && fgets(line, sizeof line, f))
        if (strncmp(line, "VmHWM:", 6) == 0) kib = strtol(line + 6, NULL, 10);
    if (f) (void)fclose(f);
    return kib;
}

static bool write_edition(const struct manuscript *m, const char *format, const char *path, bool measure,
                          struct err *e)
{
    enum export_format f;
    struct buf out;
    if (!export_from_name(format, &f)) return err_set(e, ERR_USAGE, "no format '%s'", format);
    buf_init(&out, BUF_MAX_BOOK);
    if (measure) forget_memory();
    int64_t began = clock_mono_ms();
    bool ok = export_write(m, f, &out, e);
    if (measure) printf("%d %ld\n", (int)(clock_mono_ms() - began), memory_kib());
    ok = ok && file_publish(path, out.data, out.len, e);
    buf_release(&out);
    return ok;
}

static bool run(const char *format, const char *path, bool measure, struct err *e)
{
    struct buf in;
    struct json *o = NULL;
    struct manuscript m = {0};
    buf_init(&in, BUF_MAX_BOOK);
    bool ok = file_read_fd(STDIN_FILENO, "stdin", &in, e) && (o = json_read(in.data, in.len, e)) != NULL;
    ok = ok && read_manuscript(&m, o, e) && write_edition(&m, format, path, measure, e);
    manuscript_release(&m);
    json_free(o);
    buf_release(&in);
    return ok;
}

int main(int argc, char **argv)
{
    struct err e = ERR_INIT;
    bool measure = argc > 1 && strcmp(argv[1], "--measure") == 0;
    if (argc != 3 + measure) return 2;
    if (run(argv[1 + measure], argv[2 + measure], measure, &e)) return fflush(stdout) == 0 ? 0 : 1;
    (void)fprintf(stderr, "%s\n", e.text);
    return 1;
}
