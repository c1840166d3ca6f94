// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See transfer_check.h.
#include "store/transfer_check.h"

#include "base/hash.h"
#include "io/archive.h"
#include "model/config.h"
#include "model/spec.h"
#include "store/handle.h"
#include "text/utf8.h"

#include <string.h>

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool transfer_is_word(const char *s)
{
    for (; *s != '\0'; s++)
        if (!is_alnum(*s) && strchr("_.-", *s) == NULL) return false;
    return true;
}

static const char *text_of(const struct json *row, const char *name)
{
    const char *text = json_str(json_get(row, name), NULL);
    return text != NULL ? text : "";
}

// ---- job

// As uuids are made (RFC 9562).
static bool is_uuid(const char *s)
{
    if (strlen(s) != 36) return false;
    for (int i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash != (s[i] == '-') || (!dash && strchr("0123456789abcdef", s[i]) == NULL)) return false;
    }
    return true;
}

// It becomes a part of the folder's name: small letters, digits, '-', and other scripts.
static bool is_slug(const char *s)
{
    if (*s == '\0' || !utf8_valid(s, strlen(s))) return false;
    for (; *s != '\0'; s++)
        if ((unsigned char)*s < 0x80 && !(is_alnum(*s) || *s == '-')) return false;
    return true;
}

static bool check_fallback(const char *text, struct err *e)
{
    struct fallback *list;
    size_t count;

    if (*text == '\0') return true;
    if (!job_fallback_read(text, &list, &count, e)) return err_prefix(e, "$.fallback");
    job_fallback_free(list, count);
    return true;
}

static bool check_job(const struct json *row, struct err *e)
{
    const char *backend = text_of(row, "backend");
    enum job_state state;

    if (!is_uuid(text_of(row, "uuid"))) return err_set(e, ERR_USAGE, "$.uuid is no uuid");
    if (!is_slug(text_of(row, "slug"))) return err_set(e, ERR_USAGE, "$.slug is no name of a folder");
    if (!job_state_from_name(text_of(row, "state"), &state))
        return err_set(e, ERR_USAGE, "$.state is no job's state");
    if (*backend == '\0') return err_set(e, ERR_USAGE, "$.backend is empty");
    if (strstr(backend, "://") != NULL && !url_check(backend, e)) return err_prefix(e, "$.backend");
    return check_fallback(text_of(row, "fallback"), e);
}

// ---- the others

static bool check_spec(const struct json *row, struct err *e)
{
    size_t len;
    const char *text = json_str(json_get(row, "spec"), &len);
    struct spec spec;

    if (!spec_parse(&spec, text, len, "spec", e)) return false;
    bool ok = spec_has_texts(&spec) || err_set(e, ERR_USAGE, "an opening chapter of the spec has no text");
    spec_release(&spec);
    return ok;
}

static bool check_replaced(const struct json *row, struct err *e)
{
    size_t len;
    const char *text = json_str(json_get(row, "text"), &len);

    if (store_signed(hash_bytes(text, len)) != json_int(json_get(row, "hash"), 0) ||
        json_int(json_get(row, "skip"), 0) > (int64_t)len)
        return err_set(e, ERR_USAGE, "its text is damaged: the hash does not fit");
    return true;
}

static bool check_task(const struct json *row, struct err *e)
{
    const char *state = text_of(row, "state");
    bool known = strcmp(state, "ready") == 0 || strcmp(state, "running") == 0 || strcmp(state, "done") == 0;

    if (*text_of(row, "kind") == '\0') return err_set(e, ERR_USAGE, "$.kind is empty");
    return known || err_set(e, ERR_USAGE, "$.state is no task's state");
}

// Observers print it as it stands.
static bool check_event(const struct json *row, struct err *e)
{
    const char *data = text_of(row, "data");
    struct json *v = json_read(data, strlen(data), e);
    bool ok = json_kind(v) == JSON_KIND_OBJECT && strchr(data, '\n') == NULL;

    json_free(v);
    return ok || err_set(e, ERR_USAGE, "$.data is no JSON object in one line") || err_prefix(e, "$.data");
}

static bool check_file(const struct json *row, struct err *e)
{
    return archive_name_is_plain(text_of(row, "path")) ||
           err_set(e, ERR_USAGE, "$.path leaves the book's folder, or is no plain name");
}

bool transfer_check_row(enum move_check check, const struct json *row, struct err *e)
{
    switch (check) {
    case CHECK_NOTHING:
        return true;
    case CHECK_JOB:
        return check_job(row, e);
    case CHECK_SPEC:
        return check_spec(row, e);
    case CHECK_REPLACED:
        return check_replaced(row, e);
    case CHECK_TASK:
        return check_task(row, e);
    case CHECK_EVENT:
        return check_event(row, e);
    case CHECK_FILE:
        return check_file(row, e);
    }
    return true;
}

static bool pass(void *arg, const struct chunk_row *c)
{
    (void)arg;
    (void)c;
    return true;
}

// Reading them is looking at their hashes.
bool transfer_check_chunks(struct store *s, int64_t job, struct err *e)
{
    return store_chunks_each(s, job, 0, STORE_BY_PLACE, pass, NULL, e);
}
