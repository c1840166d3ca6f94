// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// For tests/bench/run: `drain URL BODY…` sends the requests whose bodies stand in the files, one after the other, and
// reads the answers as the engine does (decoder, watchdog, UTF-8), without keeping them. Beside `curl -N` with the same
// files it shows what a streamed token costs.
#include "backend/generation.h"
#include "base/file.h"
#include "base/mem.h"
#include "io/json.h"
#include "text/utf8.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
    struct loop *loop;
    struct http *http;
    const char *url;
    char **files;
    struct json *body;
    struct gen_message *messages;
    struct buf text;
    bool pending_cr, failed;
} drain;

static void send_next(void);

static void on_text(void *arg, const char *bytes, size_t len)
{
    (void)arg;
    utf8_prose(&drain.text, bytes, len, &drain.pending_cr);
}

static void on_end(void *arg, const struct gen_result *r)
{
    (void)arg;
    json_free(drain.body);
    free(drain.messages);
    drain.failed = drain.failed || r->failure != FAIL_NONE;
    drain.files++;
    buf_clear(&drain.text);
    if (*drain.files != NULL && !drain.failed) send_next();
    else loop_stop(drain.loop);
}

static const struct gen_events events = {.text = on_text, .end = on_end};

static void read_messages(const struct json *list)
{
    drain.messages = mem_calloc(json_count(list) + 1, sizeof(*drain.messages));
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *m = json_at(list, i);
        const char *role = json_str(json_get(m, "role"), NULL);
        struct gen_message *to = &drain.messages[i];
        to->role = role != NULL && strcmp(role, "assistant") == 0 ? GEN_ASSISTANT : GEN_USER;
        to->text = json_str(json_get(m, "content"), &to->len);
    }
}

static void send_next(void)
{
    struct err e = ERR_INIT;
    struct buf file;
    struct sampling sampling = {NAN, NAN, NAN, NAN, NAN, NAN, -1};

    buf_init(&file, BUF_MAX_PROMPT);
    if (file_read(*drain.files, &file, &e) != FILE_READ_OK || (drain.body = json_read(file.data, file.len, &e)) == NULL) {
        (void)fprintf(stderr, "%s\n", e.text);
        exit(1);
    }
    buf_release(&file);
    const struct json *list = json_get(drain.body, "messages");
    read_messages(list);
    const struct gen_request q = {
        .url = drain.url,
        .model = json_str(json_get(drain.body, "model"), NULL),
        .messages = drain.messages,
        .messages_count = json_count(list),
        .max_tokens = (int)json_int(json_get(drain.body, "max_tokens"), 1000),
        .seed = json_int(json_get(drain.body, "seed"), -1),
        .sampling = &sampling,
        .connect_ms = 5000,
        .first_token_ms = 60000,
        .stall_ms = 60000,
        .total_ms = 600000,
    };
    gen_start(drain.loop, drain.http, &q, &events, NULL);
}

int main(int argc, char **argv)
{
    if (argc < 3) return 2;
    drain.url = argv[1];
    drain.files = argv + 2;
    drain.loop = loop_new();
    drain.http = http_new(drain.loop);
    buf_init(&drain.text, BUF_MAX_PIECE);
    send_next();
    loop_run(drain.loop);
    buf_release(&drain.text);
    http_free(drain.http);
    loop_free(drain.loop);
    return drain.failed;
}
