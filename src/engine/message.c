// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Posting messages. The key is the file's name: time, process, counter, so that names sort by time of posting and
// never meet. The job's uuid is made here, not by the engine: taking a message in twice then makes the same job.
#include "engine/message.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/os.h"
#include "engine/inbox.h"
#include "io/json.h"
#include "model/job.h"
#include "text/base64.h"

static void make_key(char key[MESSAGE_KEY_SIZE])
{
    static unsigned counter;
    uint32_t random = 0;
    os_random(&random, sizeof(random));
    (void)snprintf(key, MESSAGE_KEY_SIZE, "%015lld-%07ld-%04u-%08x.json", (long long)clock_wall_ms(), (long)getpid(),
                   counter++ % 10000, random);
}

// RFC 9562, version 4.
static void make_uuid(char out[40])
{
    unsigned char b[16] = {0};
    os_random(b, sizeof(b));
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    (void)snprintf(out, 40, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2],
                   b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

// Takes `message`.
static bool post(const char *home, struct json *message, char key[MESSAGE_KEY_SIZE], struct err *e)
{
    struct buf text;
    char path[1400];
    buf_init(&text, BUF_MAX_MESSAGE);
    make_key(key);
    (void)snprintf(path, sizeof(path), "%s/%s/%s", home, INBOX_DIR, key);
    json_write(message, &text, 0);
    bool ok = text.full ? err_set(e, ERR_USAGE, "the spec with its templates and its cover is larger than %d bytes",
                                  BUF_MAX_MESSAGE)
                        : file_publish(path, text.data, text.len, e);
    json_free(message);
    buf_release(&text);
    return ok;
}

// Pinned when the job is submitted: what the spec says, else what the config says now.
static void set_fallback(struct json *o, const struct message_submit *m)
{
    bool own = m->spec->fallback_count > 0;
    struct buf text;
    buf_init(&text, BUF_MAX_SPEC);
    job_fallback_write(own ? m->spec->fallback : m->fallback, own ? m->spec->fallback_count : m->fallback_count,
                       &text);
    if (text.len > 0) json_set_str(o, "fallback", text.data);
    buf_release(&text);
}

static void set_cover(struct json *o, const struct message_submit *m)
{
    struct buf text;
    if (!m->cover || m->cover->len == 0) return;
    buf_init(&text, BUF_MAX_MESSAGE);
    (void)base64_write(&text, m->cover->data, m->cover->len);
    json_set_strn(o, "cover", text.data, text.len);
    json_set_str(o, "cover_name", m->spec->cover);
    buf_release(&text);
}

static struct json *submit_object(const struct message_submit *m, const char *spec)
{
    char uuid[40];
    uint32_t seed = 0;
    make_uuid(uuid);
    os_random(&seed, sizeof(seed));
    struct json *o = json_new_object();
    json_set_str(o, "type", "submit");
    json_set_str(o, "uuid", uuid);
    json_set_int(o, "seed", m->spec->has_seed ? m->spec->seed : (int64_t)(seed & 0x7fffffff));
    json_set_str(o, "spec", spec);
    json_set_str(o, "backend", m->backend);
    set_fallback(o, m);
    json_set_str(o, "out", m->out_parent);
    json_set_bool(o, "detached", m->detached);
    if (m->deadline_ms > 0) json_set_int(o, "deadline_ms", m->deadline_ms);
    if (m->templates_dir) json_set_str(o, "templates_dir", m->templates_dir);
    if (m->templates) json_set_str(o, "templates", m->templates);
    set_cover(o, m);
    return o;
}

bool message_post_submit(const char *home, const struct message_submit *m, char key[MESSAGE_KEY_SIZE], struct err *e)
{
    struct buf spec;
    buf_init(&spec, BUF_MAX_SPEC);
    spec_write(m->spec, &spec);
    bool ok = spec.full ? err_set(e, ERR_USAGE, "the spec is larger than %d bytes", BUF_MAX_SPEC)
                        : post(home, submit_object(m, spec.data), key, e);
    buf_release(&spec);
    return ok;
}

static bool add_member(void *arg, const char *name, const struct json *v)
{
    json_set(arg, name, json_clone(v));
    return true;
}

bool message_post(const char *home, enum message_verb verb, int64_t job, const struct message_change *c,
                  char key[MESSAGE_KEY_SIZE], struct err *e)
{
    static const char *const verbs[] = {"resume", "pause", "cancel", "approve",  "outline", "note",  "redo",
                                        "extend", "sync",  "remove", "priority", "publish", "import"};
    struct json *o = json_new_object();
    json_set_str(o, "type", verbs[verb]);
    json_set_int(o, "job", job);
    json_set_str(o, "reason", c->reason);
    json_set_str(o, "backend", c->backend);
    if (verb == MESSAGE_RESUME && c->deadline_ms >= 0) json_set_int(o, "deadline_ms", c->deadline_ms);
    if (verb == MESSAGE_RESUME && c->model) json_set_str(o, "model", c->model);
    if (verb == MESSAGE_RESUME && c->templates) json_set_str(o, "templates", c->templates);
    if (c->more) json_each(c->more, add_member, o);
    return post(home, o, key, e);
}
