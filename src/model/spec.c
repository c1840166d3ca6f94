// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The spec as a whole; its keys are in spec_keys.c.
#include "model/spec.h"

#include "model/keys.h"

#include "document.h"
#include "spec_parts.h"

#include <stdlib.h>
#include <string.h>

enum {
    CHAPTER_WORDS = 3000,       // of a book
    SHORT_CHAPTER_WORDS = 2000, // of a story, and of anything below SHORT_BOOK_WORDS
    SHORT_BOOK_WORDS = 6000,
    CHAPTER_WORDS_LEAST = 50, // below this a chapter is no prose any more
};

static void init(struct spec *s)
{
    memset(s, 0, sizeof *s);
    s->exports = SPEC_EXPORTS_DEFAULT;
    keys_init(&spec_keys, s);
}

static bool check_chapters(const struct spec *s, struct err *e)
{
    int64_t most = s->words / CHAPTER_WORDS_LEAST;
    int count = spec_chapters(s);
    if (count <= most) return true;
    return err_set(e, ERR_USAGE, "%s: found %s%d, expected at most %lld for %lld words",
                   s->chapters > 0 ? "$.chapters" : "$.outline", s->chapters > 0 ? "" : "chapter ", count,
                   (long long)most, (long long)s->words);
}

static bool check_whole(const struct spec *s, struct err *e)
{
    return check_chapters(s, e) && spec_outline_check(s, e) && opening_check(s, e);
}

bool spec_parse(struct spec *out, const char *text, size_t len, const char *name, struct err *e)
{
    char label[DOCUMENT_LABEL_SIZE];
    init(out);
    struct json *v = document_read(text, len, e);
    bool ok = v && keys_read(&spec_keys, out, v, "$", false, e) && check_whole(out, e);
    json_free(v);
    out->has_seed = out->seed >= 0;
    if (ok) return true;
    spec_release(out);
    return err_prefix(e, "%s", document_label(label, "spec", name));
}

void spec_release(struct spec *s)
{
    keys_release(&spec_keys, s);
    characters_release(s);
    spec_outline_release(s);
    opening_release(s);
    fallback_list_release(s->fallback, s->fallback_count);
    free(s->kind_dir);
    memset(s, 0, sizeof *s);
}

void spec_write(const struct spec *s, struct buf *out)
{
    struct spec given = *s;
    if (!s->has_seed) given.seed = -1;
    struct json *object = json_new_object();
    keys_write(&spec_keys, &given, object);
    json_write(object, out, 0);
    json_free(object);
}

static int chapters_by_length(const struct spec *s)
{
    bool is_short = s->kind == BOOK_STORY || s->words < SHORT_BOOK_WORDS;
    int64_t each = is_short ? SHORT_CHAPTER_WORDS : CHAPTER_WORDS;
    int64_t count = (s->words + each / 2) / each;
    if (count < 1) return 1;
    return count > SPEC_CHAPTERS_MAX ? SPEC_CHAPTERS_MAX : (int)count;
}

int spec_chapters(const struct spec *s)
{
    if (s->chapters > 0) return s->chapters;
    int count = chapters_by_length(s), last = outline_last(s);
    return last > count ? last : count;
}
